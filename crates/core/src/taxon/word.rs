//! Words of names: cut out of a text and folded, so that spellings of one name become alike.

use std::borrow::Cow;

use nameparser::unicode::{normalize_input, replace_homoglyphs};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word, a number or a mark that means something in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A mark such as `?`, `×` or a bracket.
    Mark {
        /// The mark.
        mark: char,
        /// Whether spaces stand on both sides.
        is_apart: bool,
    },
    /// Letters and digits, with hyphens and apostrophes inside.
    Word {
        /// As written.
        text: &'t str,
        /// Whether a full stop follows at once.
        has_dot: bool,
    },
}

impl<'t> Token<'t> {
    /// The word as written.
    pub(super) fn word(self) -> Option<&'t str> {
        match self {
            Self::Word { text, .. } => Some(text),
            Self::Mark { .. } => None,
        }
    }

    /// Whether it is this mark.
    pub(super) fn is(self, wanted: char) -> bool {
        matches!(self, Self::Mark { mark, .. } if mark == wanted)
    }
}

/// Replaces what looks like a Latin letter by it and drops accents and invisible characters;
/// plain ASCII passes untouched.
///
/// `ä`, `ö`, `ü`, `å`, `ø`, `æ`, `œ` and `ß` become the two letters that the codes of nomenclature
/// prescribe. A letter of another script that looks like no Latin letter stays.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let text = normalize_input(text);
    let mut cleaned = String::with_capacity(text.len() + 4);
    for word in text.split_inclusive(char::is_whitespace) {
        // A word of another script throughout is no Latin word in disguise.
        let has_latin = word.bytes().any(|byte| byte.is_ascii_alphabetic());
        for c in word.chars() {
            push_clean(c, has_latin, &mut cleaned);
        }
    }
    Cow::Owned(cleaned)
}

fn push_clean(c: char, has_latin: bool, cleaned: &mut String) {
    match c {
        'ä' | 'æ' => cleaned.push_str("ae"),
        'Ä' | 'Æ' => cleaned.push_str("Ae"),
        'ö' | 'ø' | 'œ' => cleaned.push_str("oe"),
        'Ö' | 'Ø' | 'Œ' => cleaned.push_str("Oe"),
        'ü' => cleaned.push_str("ue"),
        'Ü' => cleaned.push_str("Ue"),
        'å' => cleaned.push_str("ao"),
        'ß' => cleaned.push_str("ss"),
        'ſ' => cleaned.push('s'),
        'ﬁ' => cleaned.push_str("fi"),
        'ﬂ' => cleaned.push_str("fl"),
        '✕' | '✖' | '⨯' | '×' => cleaned.push('×'),
        '‘' | '’' | 'ʼ' | '´' => cleaned.push('\''),
        '“' | '”' | '«' | '»' => cleaned.push('"'),
        '–' | '—' | '‐' | '‑' | '−' => cleaned.push('-'),
        '†' | '♂' | '♀' => cleaned.push(' '),
        c if c.is_ascii() => cleaned.push(c),
        c if c.is_whitespace() => cleaned.push(' '),
        c if c.is_alphabetic() || is_combining_mark(c) => push_latin(c, has_latin, cleaned),
        c => cleaned.push(c),
    }
}

fn push_latin(letter: char, has_latin: bool, cleaned: &mut String) {
    let mut plain = letter.nfd().filter(|c| !is_combining_mark(*c));
    let Some(first) = plain.next() else { return };
    if first.is_ascii() {
        cleaned.push(first);
        cleaned.extend(plain);
    } else if has_latin {
        let mut bytes = [0; 4];
        cleaned.push_str(&replace_homoglyphs(first.encode_utf8(&mut bytes)));
    } else {
        cleaned.push(first);
    }
}

/// Cuts a cleaned text into words and marks; tags such as `<i>` count as nothing.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(b' ');
    let mut tokens = Vec::with_capacity(8);
    let mut start = 0;
    while start < bytes.len() {
        let first = at(start);
        if is_word_byte(first) {
            let mut end = start + 1;
            while is_word_byte(at(end))
                || matches!(at(end), b'-' | b'\'') && is_word_byte(at(end + 1))
            {
                end += 1;
            }
            if let Some(word) = text.get(start..end) {
                tokens.push(Token::Word { text: word, has_dot: at(end) == b'.' });
            }
            start = end;
        } else if let Some(end) = tag_end(bytes, start) {
            start = end;
        } else {
            if !matches!(first, b' ' | b'.' | b',' | b'_' | b'\t' | b'\n' | b'\r' | b'*') {
                let before = start.checked_sub(1).is_none_or(|before| at(before) == b' ');
                let is_apart = before && at(start + 1) == b' ';
                tokens.push(Token::Mark { mark: char::from(first), is_apart });
            }
            start += 1;
        }
    }
    mark_crosses(text, tokens)
}

/// A word in which genus and epithet are glued together, cut at hyphens and where a capital follows
/// a small letter; nothing where it does not look like that.
pub(super) fn apart(word: &str) -> Option<String> {
    if !is_capital(word) {
        return None;
    }
    let mut parts = String::with_capacity(word.len() + 1);
    let mut before = ' ';
    let mut is_cut = false;
    for c in word.replace("%20", " ").chars() {
        let is_hump = before.is_lowercase() && c.is_uppercase();
        let is_mark = matches!(c, '-' | '+' | ' ' | '\u{ad}' | '\u{2010}'..='\u{2015}');
        if is_hump || is_mark {
            parts.push(' ');
            is_cut = true;
        }
        if !is_mark {
            parts.extend(c.to_lowercase().filter(|_| is_hump));
            if !is_hump {
                parts.push(c);
            }
        }
        before = c;
    }
    is_cut.then_some(parts)
}

/// Bytes of letters beyond ASCII are part of a word, all but the cross of hybrids.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

fn tag_end(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..)?.strip_prefix(b"<")?;
    let inner = rest.iter().take(12).position(|b| *b == b'>')?;
    let name = rest.get(..inner)?;
    let name = name.strip_prefix(b"/").unwrap_or(name);
    (!name.is_empty() && name.iter().all(u8::is_ascii_alphanumeric)).then_some(start + inner + 2)
}

/// `×` is not ASCII, so it was taken into the word beside it: cuts it out again.
fn mark_crosses<'t>(text: &'t str, tokens: Vec<Token<'t>>) -> Vec<Token<'t>> {
    if !text.contains('×') {
        return tokens;
    }
    let mut cut = Vec::with_capacity(tokens.len() + 1);
    for token in tokens {
        let Token::Word { text, has_dot } = token else {
            cut.push(token);
            continue;
        };
        for (index, part) in text.split('×').enumerate() {
            if index > 0 {
                cut.push(Token::Mark { mark: '×', is_apart: text == "×" });
            }
            if !part.is_empty() {
                cut.push(Token::Word { text: part, has_dot });
            }
        }
    }
    cut
}

/// Folds a word to the form in which spellings are compared: lower case, no hyphens, and one
/// letter for what old and new spellings exchange (`ae`/`oe`/`e`, `y`/`i`, `ph`/`f`, `ii`/`i`).
pub(super) fn base(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let mut last = '\0';
    for c in word.chars() {
        let c = match c.to_ascii_lowercase() {
            '-' | '\'' => continue,
            'y' => 'i',
            c if c.is_ascii() => c,
            c => c.to_lowercase().next().unwrap_or(c),
        };
        match (last, c) {
            ('a' | 'o', 'e') => {
                folded.pop();
                folded.push('e');
            }
            ('p', 'h') => {
                folded.pop();
                folded.push('f');
            }
            ('i', 'i') => continue,
            _ => folded.push(c),
        }
        last = c;
    }
    folded
}

/// A folded epithet without the ending that follows the gender of the genus.
fn without_ending(base: &str) -> &str {
    for ending in ["us", "um", "is", "os", "a", "e"] {
        if let Some(stem) = base.strip_suffix(ending).filter(|stem| stem.len() >= 3) {
            return stem;
        }
    }
    base
}

/// The stem of a folded epithet: without the ending that follows the gender of the genus; `niger`
/// and `nigra` have the stem `nigr`.
pub(super) fn stem(base: &str) -> Cow<'_, str> {
    match base.strip_suffix("er") {
        Some(rest) if rest.len() >= 3 => Cow::Owned(format!("{rest}r")),
        _ => Cow::Borrowed(without_ending(base)),
    }
}

/// Folded words of any text, marks left out; numbers count as words.
pub(super) fn folded_words(text: &str) -> Vec<String> {
    tokens(&clean(text))
        .into_iter()
        .filter_map(Token::word)
        .map(base)
        .filter(|w| !w.is_empty())
        .collect()
}

/// Whether a word is written like an epithet: it begins with a small letter and has letters only.
pub(super) fn is_small(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase()) && is_letters(word)
}

/// Whether a word has letters only, besides hyphens and apostrophes.
pub(super) fn is_letters(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'\''))
}

/// Whether a word begins with a capital letter.
pub(super) fn is_capital(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_word_fold_alike() {
        for (a, b) in [
            ("Botaurus", "BOTAURUS"),
            ("novae-zelandiae", "novaezelandiæ"),
            ("sylvestris", "silvestris"),
            ("phoenicurus", "fenicurus"),
            ("mülleri", "muelleri"),
            ("smithii", "smithi"),
            ("Bot\u{430}urus", "Botaurus"),
            ("e\u{301}tang", "étang"),
            ("co\u{200b}ot", "coot"),
        ] {
            assert_eq!(base(&clean(a)), base(&clean(b)), "{a} {b}");
        }
    }

    #[test]
    fn endings_that_follow_the_genus_do_not_matter() {
        for (a, b) in [
            ("albus", "alba"),
            ("album", "alba"),
            ("viridis", "viride"),
            ("sinensis", "sinense"),
            ("niger", "nigrum"),
            ("niger", "nigra"),
        ] {
            assert_eq!(stem(&base(a)), stem(&base(b)), "{a} {b}");
        }
        assert_ne!(stem("montan"), stem("montic"));
        assert_eq!(stem("bus"), "bus", "a stem keeps three letters");
    }

    #[test]
    fn texts_are_cut_into_words_and_marks() {
        let words = |text: &str| {
            tokens(text).into_iter().filter_map(Token::word).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(words("<i>Botaurus</i> (B.) stellaris?"), ["Botaurus", "B", "stellaris"]);
        assert_eq!(words("Botaurus_stellaris"), ["Botaurus", "stellaris"]);
        assert_eq!(
            words("Zieria o'brienii D'Orb. 10-punctata"),
            ["Zieria", "o'brienii", "D'Orb", "10-punctata"]
        );
        assert!(tokens("Botaurus ×intermedia").iter().any(|token| token.is('×')));
        assert!(tokens("a - b").contains(&Token::Mark { mark: '-', is_apart: true }));
    }
}
