//! Character sets: which one a file is written in, and UTF-8 made of it.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A character set, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guess {
    pub(crate) encoding: &'static Encoding,
    pub(crate) certainty: Certainty,
}

/// How sure a character set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// All of the sample is text in it, beyond ASCII.
    Fits,
    /// It was taken because it is the likeliest.
    Likely,
    /// Nearly all of the sample is text in it; some lines are not.
    Mostly,
    /// The sample is ASCII, which fits most character sets.
    Open,
    /// A byte-order mark says so.
    Stated,
}

/// Finds the character set of the beginning of a file.
///
/// A byte-order mark decides. Zero bytes in nearly every second place are UTF-16, whose letters of
/// European languages have one each. What is UTF-8 is UTF-8: text of another character set passes
/// for it by accident only where it has next to no letters beyond ASCII. Of what is left, a file is
/// UTF-8 with some broken lines if a quarter or more of its lines with letters beyond ASCII are
/// sound: reading it as anything else would garble those in silence, while broken lines are
/// rejected and seen. Else it is Windows-1252, of which the letters of Latin-1 are a part.
pub(crate) fn detect(sample: &[u8]) -> Guess {
    let guess = |encoding, certainty| Guess { encoding, certainty };
    if let Some((encoding, _)) = Encoding::for_bom(sample) {
        return guess(encoding, Certainty::Stated);
    }
    if let Some(encoding) = by_zeros(sample) {
        return guess(encoding, Certainty::Likely);
    }
    if sample.is_ascii() {
        return guess(UTF_8, Certainty::Open);
    }
    match std::str::from_utf8(sample) {
        Ok(_) => return guess(UTF_8, Certainty::Fits),
        // Only the end of the sample cuts a character.
        Err(error) if error.error_len().is_none() => return guess(UTF_8, Certainty::Fits),
        Err(_) => {}
    }
    let (sound, all) = sound_lines(sample);
    if sound * 4 >= all {
        return guess(UTF_8, Certainty::Mostly);
    }
    guess(WINDOWS_1252, Certainty::Likely)
}

fn by_zeros(sample: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = sample.as_chunks::<2>();
    let zeros = |side: usize| pairs.iter().filter(|pair| pair.get(side) == Some(&0)).count();
    let (first, second) = (zeros(0), zeros(1));
    let is_nearly_all = |count: usize| count * 10 > pairs.len() * 8;
    let is_hardly_any = |count: usize| count * 10 < pairs.len();
    match pairs.len() {
        0..8 => None,
        _ if is_nearly_all(second) && is_hardly_any(first) => Some(UTF_16LE),
        _ if is_nearly_all(first) && is_hardly_any(second) => Some(UTF_16BE),
        _ => None,
    }
}

/// Of the lines that have bytes beyond ASCII: how many are UTF-8, and how many there are.
fn sound_lines(sample: &[u8]) -> (usize, usize) {
    let (mut sound, mut all) = (0, 0);
    for line in sample.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_ascii()) {
        all += 1;
        sound += usize::from(std::str::from_utf8(line).is_ok());
    }
    (sound, all)
}

/// Text in UTF-8 of bytes in any character set. What is no text in it becomes a byte that UTF-8
/// does not have, by which its row is found and rejected.
pub(crate) struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    out: Vec<u8>,
    at: usize,
    is_done: bool,
}

impl<R: Read> Decoding<R> {
    /// Decodes what follows a byte-order mark.
    pub(crate) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; PIECE],
            out: Vec::new(),
            at: 0,
            is_done: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let read = self.inner.read(&mut self.raw)?;
        self.is_done = read == 0;
        let mut raw = self.raw.get(..read).unwrap_or(&[]);
        self.out.clear();
        self.at = 0;
        loop {
            let begin = self.out.len();
            // Never more than three bytes of UTF-8 for one byte, with some to spare at the end.
            self.out.resize(begin + raw.len() * 3 + 16, 0);
            let free = self.out.get_mut(begin..).unwrap_or(&mut []);
            let (result, taken, written) =
                self.decoder.decode_to_utf8_without_replacement(raw, free, self.is_done);
            self.out.truncate(begin + written);
            raw = raw.get(taken..).unwrap_or(&[]);
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::Malformed(..) => self.out.push(NOT_TEXT),
                DecoderResult::OutputFull => {}
            }
        }
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.out.len() {
            if self.is_done {
                return Ok(0);
            }
            self.fill()?;
        }
        let mut rest = self.out.get(self.at..).unwrap_or(&[]);
        let read = rest.read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

const PIECE: usize = 1 << 16;
/// No UTF-8 has this byte.
const NOT_TEXT: u8 = 0xff;

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(sample: &[u8]) -> (&'static str, Certainty) {
        let guess = detect(sample);
        (guess.encoding.name(), guess.certainty)
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn a_mark_decides_and_zeros_tell_of_utf_16() {
        assert_eq!(detected(b"\xff\xfea\0"), ("UTF-16LE", Certainty::Stated));
        assert_eq!(detected(b"\xfe\xff\0a"), ("UTF-16BE", Certainty::Stated));
        assert_eq!(detected(b"\xef\xbb\xbfa"), ("UTF-8", Certainty::Stated));
        let text = "scientificName\tÖrtlichkeit\n";
        assert_eq!(detected(&utf16(text, u16::to_le_bytes)), ("UTF-16LE", Certainty::Likely));
        assert_eq!(detected(&utf16(text, u16::to_be_bytes)), ("UTF-16BE", Certainty::Likely));
        assert_eq!(detected(b"a\0\0b\0\0\0c,d,e,f,g,h,i"), ("UTF-8", Certainty::Open));
    }

    #[test]
    fn broken_lines_do_not_make_another_character_set_of_utf_8() {
        assert_eq!(detected(b"plain\n"), ("UTF-8", Certainty::Open));
        assert_eq!(detected("Röhricht\n".as_bytes()), ("UTF-8", Certainty::Fits));
        assert_eq!(detected(b"R\xc3\xb6hricht\nR\xc3"), ("UTF-8", Certainty::Fits));
        let mixed = b"R\xc3\xb6hricht\nR\xf6hricht\nR\xf6hricht\nR\xf6hricht\n";
        assert_eq!(detected(mixed), ("UTF-8", Certainty::Mostly));
        assert_eq!(detected(b"R\xf6hricht\nS\xfcd\n"), ("windows-1252", Certainty::Likely));
        assert_eq!(detected(b"R\xf6hricht\rS\xfcd\r"), ("windows-1252", Certainty::Likely));
    }

    #[test]
    fn what_is_no_text_is_marked_where_it_stands() {
        let broken = [b'a', 0, 0x00, 0xd8, b'b', 0, b'c', 0, b'd'];
        let mut text = Vec::new();
        Decoding::new(broken.as_slice(), UTF_16LE).read_to_end(&mut text).unwrap();
        assert_eq!(text, b"a\xffbc\xff");
        let mut text = String::new();
        Decoding::new(b"\x80 \xe4".as_slice(), WINDOWS_1252).read_to_string(&mut text).unwrap();
        assert_eq!(text, "€ ä");
    }

    #[test]
    fn a_character_may_be_cut_by_any_read() {
        struct OneByOne<'a>(&'a [u8]);
        impl Read for OneByOne<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let one = buffer.len().min(1);
                self.0.read(&mut buffer[..one])
            }
        }
        let text = "é漢𓅓 heron";
        let bytes = utf16(text, u16::to_le_bytes);
        let mut read = String::new();
        Decoding::new(OneByOne(&bytes), UTF_16LE).read_to_string(&mut read).unwrap();
        assert_eq!(read, text);
    }
}
