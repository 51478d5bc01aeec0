//! A small picture with place and time in its metadata, as a camera writes them.

use super::super::land::Spot;

/// A picture taken at a place, at a time written as EXIF writes it (`YYYY:MM:DD hh:mm:ss`).
///
/// Source: CIPA DC-008 (Exif 2.32), 4.6.
pub(super) fn taken(spot: Spot, time: &str) -> Vec<u8> {
    // Offsets are counted from the beginning of the TIFF header: the header takes 8 bytes, a
    // directory 2 and 12 for each entry and 4.
    let (exif_at, gps_at) = (8 + 2 + 2 * 12 + 4, 8 + 2 + 2 * 12 + 4 + 2 + 12 + 4);
    let data_at = gps_at + 2 + 4 * 12 + 4;
    let (latitude_at, longitude_at) = (data_at + 20, data_at + 20 + 24);
    let mut block = b"Exif\0\0MM\0*".to_vec();
    block.extend(8_u32.to_be_bytes());
    directory(&mut block, &[(0x8769, LONG, 1, exif_at), (0x8825, LONG, 1, gps_at)]);
    directory(&mut block, &[(0x9003, ASCII, 20, data_at)]);
    let letter = |letter: u8| u32::from(letter) << 24;
    directory(
        &mut block,
        &[
            (1, ASCII, 2, letter(if spot.latitude < 0.0 { b'S' } else { b'N' })),
            (2, RATIONAL, 3, latitude_at),
            (3, ASCII, 2, letter(if spot.longitude < 0.0 { b'W' } else { b'E' })),
            (4, RATIONAL, 3, longitude_at),
        ],
    );
    block.extend(time.bytes().chain(std::iter::repeat(0)).take(20));
    for degrees in [spot.latitude, spot.longitude] {
        let millionths: u32 = format!("{:.0}", degrees.abs() * 1e6).parse().unwrap_or_default();
        block.extend([millionths, 1_000_000, 0, 1, 0, 1].into_iter().flat_map(u32::to_be_bytes));
    }
    let length = u16::try_from(block.len() + 2).unwrap_or_default();
    let rest = PICTURE.get(2..).unwrap_or_default();
    [&[0xff, 0xd8, 0xff, 0xe1][..], &length.to_be_bytes(), &block, rest].concat()
}

/// A directory of tags, the last of its kind.
fn directory(block: &mut Vec<u8>, entries: &[(u16, u16, u32, u32)]) {
    block.extend(u16::try_from(entries.len()).unwrap_or_default().to_be_bytes());
    for (tag, kind, count, value) in entries {
        block.extend(tag.to_be_bytes());
        block.extend(kind.to_be_bytes());
        block.extend(count.to_be_bytes());
        block.extend(value.to_be_bytes());
    }
    block.extend(0_u32.to_be_bytes());
}

const ASCII: u16 = 2;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
/// Reed before the sky, with the black strip in which cameras write; drawn for this demo.
const PICTURE: &[u8] = include_bytes!("../frame.jpg");
