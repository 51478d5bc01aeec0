//! JPEG without what is not needed to show it.

use img_parts::Bytes;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};

use super::Uncleanable;
use super::seen::orientation;

/// Rebuilds a JPEG of the segments that show it, and its scans up to the end of the image.
pub(super) fn clean(bytes: &[u8]) -> Result<Vec<u8>, Uncleanable> {
    let image =
        Jpeg::from_bytes(Bytes::copy_from_slice(bytes)).map_err(|_cause| Uncleanable::Damaged)?;
    let mut out = vec![0xff, markers::SOI];
    if let Some(turned) = orientation(bytes).filter(|turned| (2..=8).contains(turned)) {
        out.extend_from_slice(&exif_of_orientation(turned));
    }
    let mut has_scan = false;
    for segment in image.segments() {
        if let Some(kept) = kept(segment) {
            write(&mut out, segment.marker(), &kept)?;
        }
        if segment.has_entropy() {
            has_scan = true;
            // The crate hands out what follows the first scan as it is, to the end of the file.
            let encoded = segment.clone().encoder().bytes();
            let scan = encoded.get(4 + segment.contents().len()..);
            copy_scans(&mut out, scan.ok_or(Uncleanable::Damaged)?)?;
        }
    }
    if has_scan { Ok(out) } else { Err(Uncleanable::Damaged) }
}

/// The content of a segment that stays; nothing for one that goes.
fn kept(segment: &JpegSegment) -> Option<Vec<u8>> {
    let contents = segment.contents();
    match segment.marker() {
        markers::APP0 => jfif(contents),
        markers::APP2 if contents.starts_with(b"ICC_PROFILE\0") => Some(contents.to_vec()),
        // How colours are stored: without it some images show in wrong ones.
        markers::APP14 if contents.starts_with(b"Adobe") => contents.get(..12).map(<[u8]>::to_vec),
        marker if is_of_image(marker) => Some(contents.to_vec()),
        _ => None,
    }
}

/// The JFIF header without its thumbnail.
fn jfif(contents: &[u8]) -> Option<Vec<u8>> {
    let mut header = contents.strip_prefix(b"JFIF\0").and_then(|_| contents.get(..14))?.to_vec();
    for size in header.iter_mut().skip(12) {
        *size = 0;
    }
    Some(header)
}

/// Frames, tables, restart intervals, lines and scans.
fn is_of_image(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf | 0xda..=0xdf)
}

fn write(out: &mut Vec<u8>, marker: u8, contents: &[u8]) -> Result<(), Uncleanable> {
    let length = u16::try_from(contents.len() + 2).map_err(|_cause| Uncleanable::Damaged)?;
    out.extend_from_slice(&[0xff, marker]);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(contents);
    Ok(())
}

/// Copies scans up to the end of the image, and drops what is no part of it between them.
fn copy_scans(out: &mut Vec<u8>, data: &[u8]) -> Result<(), Uncleanable> {
    let mut at = 0;
    loop {
        let rest = data.get(at..).unwrap_or_default();
        let next = memchr::memchr(0xff, rest).ok_or(Uncleanable::Damaged)?;
        out.extend_from_slice(rest.get(..next).unwrap_or_default());
        let marker = *rest.get(next + 1).ok_or(Uncleanable::Damaged)?;
        at += next;
        match marker {
            // A byte of the data, or a restart.
            0x00 | 0xd0..=0xd7 => {
                out.extend_from_slice(&[0xff, marker]);
                at += 2;
            }
            // A fill byte.
            0xff => at += 1,
            markers::EOI => {
                out.extend_from_slice(&[0xff, markers::EOI]);
                return Ok(());
            }
            _ => {
                let length = data
                    .get(at + 2..at + 4)
                    .and_then(|length| <[u8; 2]>::try_from(length).ok())
                    .map(|length| usize::from(u16::from_be_bytes(length)))
                    .filter(|length| *length >= 2)
                    .ok_or(Uncleanable::Damaged)?;
                let segment = data.get(at..at + 2 + length).ok_or(Uncleanable::Damaged)?;
                if is_of_image(marker) {
                    out.extend_from_slice(segment);
                }
                at += 2 + length;
            }
        }
    }
}

/// An EXIF segment that says how the image is turned, and nothing else.
///
/// Source: CIPA DC-008 (Exif 2.32), section 4.6.4, tag 0x0112.
fn exif_of_orientation(turned: u8) -> Vec<u8> {
    let mut segment = vec![0xff, markers::APP1, 0, 34];
    segment.extend_from_slice(b"Exif\0\0MM\0*\0\0\0\x08");
    // One entry: tag, type SHORT, count 1, value.
    segment.extend_from_slice(&[0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0]);
    segment.extend_from_slice(&[0; 4]);
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, marker, contents).unwrap();
        out
    }

    /// No image that shows anything, and a sound row of segments.
    fn image() -> Vec<u8> {
        let exif = [&b"Exif\0\0"[..], &exif_of_orientation(6)[10..], b"GPS 51.5"].concat();
        [
            vec![0xff, 0xd8],
            segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01THUMB"),
            segment(0xe1, &exif),
            segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x>51.5</x>"),
            segment(0xe2, b"ICC_PROFILE\0\x01\x01profile"),
            segment(0xe2, b"MPF\0more"),
            segment(0xed, b"Photoshop 3.0\0IPTC"),
            segment(0xee, b"Adobe\0\x64\0\0\0\0\x01trailing"),
            segment(0xfe, b"comment"),
            segment(0xdb, b"tables"),
            segment(0xc2, b"frame"),
            segment(0xda, b"scan1"),
            vec![1, 2, 0xff, 0x00, 3, 0xff, 0xd0, 4],
            segment(0xfe, b"hidden between scans"),
            segment(0xc4, b"more tables"),
            segment(0xda, b"scan2"),
            vec![5, 6, 0xff, 0xff, 0xd9],
            b"a second image behind the end".to_vec(),
        ]
        .concat()
    }

    #[test]
    fn metadata_thumbnails_and_what_is_hidden_go_and_scans_stay() {
        let cleaned = clean(&image()).unwrap();
        let finds = |word: &[u8]| memchr::memmem::find(&cleaned, word).is_some();
        for word in [
            "THUMB", "GPS", "51.5", "adobe", "MPF", "IPTC", "trailing", "comment", "hidden",
            "behind",
        ] {
            assert!(!finds(word.as_bytes()), "{word}");
        }
        for part in
            ["JFIF", "ICC_PROFILE", "Adobe", "tables", "frame", "scan1", "more tables", "scan2"]
        {
            assert!(finds(part.as_bytes()), "{part}");
        }
        assert!(finds(&[1, 2, 0xff, 0x00, 3, 0xff, 0xd0, 4]) && finds(&[5, 6, 0xff, 0xd9]));
        assert!(cleaned.ends_with(&[0xff, 0xd9]));
        assert_eq!(orientation(&cleaned), Some(6));
        assert_eq!(clean(&cleaned).unwrap(), cleaned);
    }

    #[test]
    fn what_is_cut_off_is_not_passed_on() {
        let image = image();
        for end in [3, 30, 100, image.len() - 35] {
            assert_eq!(clean(&image[..end]).unwrap_err(), Uncleanable::Damaged, "{end}");
        }
    }
}
