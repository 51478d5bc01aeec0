//! Images: what their metadata tell, and the same pixels without them.
//!
//! Compressed data pass byte for byte: a container is rebuilt from those of its parts that are
//! needed to show it. What is kept is listed; whatever is not is dropped, known or not.

mod jpeg;
mod seen;

use img_parts::Bytes;
use img_parts::png::Png;

pub use seen::{Seen, seen};

/// An image without metadata.
#[derive(Debug, Clone)]
pub struct Cleaned {
    /// The image.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// The usual ending of its name.
    pub ending: &'static str,
}

/// Why an image cannot be cleaned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Uncleanable {
    /// It is of a form that is not known well enough to be sure that nothing is left.
    #[error("it is neither JPEG nor PNG")]
    Form,
    /// It is cut off or damaged.
    #[error("it is damaged or cut off")]
    Damaged,
}

/// Rebuilds an image without EXIF, XMP, IPTC, comments, maker notes, thumbnails, further images and
/// anything behind its end; its colour profile stays, and so does the way it is turned.
///
/// Source: ITU-T T.81 (JPEG), JFIF 1.02, ICC.1:2022 annex B.4; W3C PNG (Third Edition), section 11.
///
/// Errors: [`Uncleanable`] for anything that is no whole JPEG or PNG.
pub fn clean(bytes: &[u8]) -> Result<Cleaned, Uncleanable> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => {
            Ok(Cleaned { bytes: jpeg::clean(bytes)?, media_type: "image/jpeg", ending: "jpg" })
        }
        [0x89, b'P', b'N', b'G', ..] => {
            Ok(Cleaned { bytes: png(bytes)?, media_type: "image/png", ending: "png" })
        }
        _ => Err(Uncleanable::Form),
    }
}

fn png(bytes: &[u8]) -> Result<Vec<u8>, Uncleanable> {
    let mut image =
        Png::from_bytes(Bytes::copy_from_slice(bytes)).map_err(|_cause| Uncleanable::Damaged)?;
    image.chunks_mut().retain(|chunk| PNG_KEPT.contains(&&chunk.kind()));
    let is_whole = [b"IHDR", b"IDAT"].iter().all(|kind| image.chunk_by_type(**kind).is_some());
    if !is_whole {
        return Err(Uncleanable::Damaged);
    }
    Ok(image.encoder().bytes().to_vec())
}

/// Chunks that are needed to show an image as it is.
const PNG_KEPT: &[&[u8; 4]] = &[
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
    b"cICP", b"bKGD", b"pHYs",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_forms_are_not_passed_on() {
        for bytes in [&b"GIF89a"[..], b"II*\0", b"RIFF\0\0\0\0WEBP", b"", b"\0\0\0\x18ftypheic"] {
            assert_eq!(clean(bytes).unwrap_err(), Uncleanable::Form);
        }
    }

    #[test]
    fn a_png_keeps_its_pixels_and_loses_its_words() {
        let chunk = |kind: &[u8; 4], data: &[u8]| {
            let mut crc = flate2::Crc::new();
            crc.update(kind);
            crc.update(data);
            let size = u32::try_from(data.len()).unwrap().to_be_bytes();
            [&size[..], kind, data, &crc.sum().to_be_bytes()].concat()
        };
        let whole = [
            b"\x89PNG\r\n\x1a\n".to_vec(),
            chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]),
            chunk(b"tEXt", b"Comment\0nest at 51.5 N"),
            chunk(b"eXIf", b"MM\0*"),
            chunk(b"IDAT", &[0x78, 0x9c, 0x63, 0, 0, 0, 2, 0, 1]),
            chunk(b"juNk", b"51.5"),
            chunk(b"IEND", b""),
            b"behind the end".to_vec(),
        ]
        .concat();
        let cleaned = clean(&whole).unwrap().bytes;
        let finds = |word: &[u8]| memchr::memmem::find(&cleaned, word).is_some();
        assert!(finds(b"IDAT") && finds(&[0x78, 0x9c, 0x63]));
        for word in [&b"tEXt"[..], b"eXIf", b"juNk", b"51.5", b"behind"] {
            assert!(!finds(word));
        }
        assert_eq!(clean(&whole[..40]).unwrap_err(), Uncleanable::Damaged);
    }
}
