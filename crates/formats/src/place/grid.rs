//! References to the squares of grids: the military grid, and those of Britain and Ireland.

/// A square of a grid, told by its south-western corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Square {
    pub(super) grid: Grid,
    pub(super) easting_m: f64,
    pub(super) northing_m: f64,
    pub(super) side_m: f64,
}

/// A grid with lettered squares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grid {
    British,
    Irish,
    /// The military grid: a zone of the Universal Transverse Mercator grid.
    Military {
        zone: u8,
        /// Letter of the band of latitude.
        band: u8,
    },
}

/// Reads a reference in the military grid: `29T NF 38123 49123`, `29TNF3849`.
///
/// Polar squares, which have no zone, are not read.
///
/// Source: NGA.STND.0037 (2014), Universal Grids and Grid Reference Systems, section 3.
pub(super) fn military(text: &str) -> Option<Square> {
    let (letters, digits) = letters_and_digits(text, 2)?;
    let (zone, letters) = letters;
    let &[band, column, row] = letters.as_bytes() else { return None };
    let zone: u8 = zone.parse().ok().filter(|zone| (1..=60).contains(zone))?;
    let south_of_band = band_south(band)?;
    let set = zone % 3;
    // Columns are lettered A–H, J–R and S–Z in turn, without I and O.
    let first = match set {
        1 => 0,
        2 => 8,
        _ => 16,
    };
    let column = index_without(column, b"IO")?.checked_sub(first).filter(|column| *column < 8)?;
    // Rows are lettered A–V, from F in even zones, and start anew every 2 000 km.
    let row = index_without(row, b"IO").filter(|row| *row < 20)?;
    let row = if zone.is_multiple_of(2) { (row + 15) % 20 } else { row };
    let (east, north, side_m) = offsets(&digits)?;
    let easting_m = f64::from(column + 1) * SQUARE_M + east;
    let mut northing_m = f64::from(row) * SQUARE_M + north;
    // The first repetition that reaches into the band; the bands are shorter than 2 000 km.
    let least_m = northing_of(south_of_band) - side_m - NORTHING_SLACK_M;
    while northing_m < least_m {
        northing_m += 2_000_000.0;
    }
    Some(Square { grid: Grid::Military { zone, band }, easting_m, northing_m, side_m })
}

/// Reads a reference in the grid of Great Britain: `SU 123 456`, `SU16`, `SU16M`, `SU16SW`.
///
/// Source: Ordnance Survey, A Guide to Coordinate Systems in Great Britain, section 7; the letters
/// of 2 km squares (tetrads) are those of the DINTY system of the Botanical Society.
pub(super) fn british(text: &str) -> Option<Square> {
    let (letters, digits) = letters_and_digits(text, 0)?;
    let &[large, small] = letters.1.as_bytes() else { return None };
    if !b"HJNOST".contains(&large) {
        return None;
    }
    let (large, small) = (index_without(large, b"I")?, index_without(small, b"I")?);
    // Letters run from the north-west; the false origin is the south-western corner of S V.
    let column = i32::from(large % 5) * 5 + i32::from(small % 5) - 10;
    let row = 19 - i32::from(large / 5) * 5 - i32::from(small / 5);
    if !(0..=6).contains(&column) || !(0..=12).contains(&row) {
        return None;
    }
    let (east, north, side_m) = offsets(&digits)?;
    Some(Square {
        grid: Grid::British,
        easting_m: f64::from(column) * SQUARE_M + east,
        northing_m: f64::from(row) * SQUARE_M + north,
        side_m,
    })
}

/// Reads a reference in the grid of Ireland: `J 123 456`, `O16`.
///
/// Source: Ordnance Survey Ireland and Land and Property Services, The Irish Grid (1999).
pub(super) fn irish(text: &str) -> Option<Square> {
    let (letters, digits) = letters_and_digits(text, 0)?;
    let &[letter] = letters.1.as_bytes() else { return None };
    let letter = index_without(letter, b"I")?;
    if digits.length == 0 {
        return None;
    }
    let (east, north, side_m) = offsets(&digits)?;
    Some(Square {
        grid: Grid::Irish,
        easting_m: f64::from(letter % 5) * SQUARE_M + east,
        northing_m: f64::from(4 - letter / 5) * SQUARE_M + north,
        side_m,
    })
}

/// Whether a letter of the Irish grid may also stand for a direction.
pub(super) fn is_direction(letter: u8) -> bool {
    b"NSEWOL".contains(&letter)
}

/// Digits of a reference, eastings before northings, and what follows them.
struct Digits {
    east: String,
    north: String,
    /// Digits of each.
    length: usize,
    suffix: String,
}

/// Splits a reference into a number before its letters, the letters, and the digits after them.
fn letters_and_digits(text: &str, most_zone: usize) -> Option<((String, String), Digits)> {
    if text.len() > LONGEST || !text.is_ascii() {
        return None;
    }
    let upper = text.trim().to_ascii_uppercase();
    let is_digit = |c: char| c.is_ascii_digit();
    let zone_length = upper.len() - upper.trim_start_matches(is_digit).len();
    let (zone, rest) = upper.split_at_checked(zone_length)?;
    if zone.len() > most_zone || (most_zone > 0 && zone.is_empty()) {
        return None;
    }
    let mut letters = String::new();
    let mut groups: Vec<String> = Vec::new();
    let mut suffix = String::new();
    let mut is_new_group = true;
    for c in rest.chars() {
        match c {
            ' ' => is_new_group = true,
            '0'..='9' if suffix.is_empty() && !letters.is_empty() => {
                match groups.last_mut() {
                    Some(group) if !is_new_group => group.push(c),
                    _ => groups.push(c.to_string()),
                }
                is_new_group = false;
            }
            'A'..='Z' if groups.is_empty() => letters.push(c),
            'A'..='Z' => suffix.push(c),
            _ => return None,
        }
    }
    let digits = match groups.as_slice() {
        [] => Digits { east: String::new(), north: String::new(), length: 0, suffix },
        [both] if both.len() % 2 == 0 => {
            let (east, north) = both.split_at_checked(both.len() / 2)?;
            let (east, north) = (east.to_owned(), north.to_owned());
            Digits { length: east.len(), east, north, suffix }
        }
        [east, north] if east.len() == north.len() => {
            Digits { length: east.len(), east: east.clone(), north: north.clone(), suffix }
        }
        _ => return None,
    };
    (digits.length <= 5).then_some(((zone.to_owned(), letters), digits))
}

/// Metres within the 100 km square, and the side of the square meant.
fn offsets(digits: &Digits) -> Option<(f64, f64, f64)> {
    let side_m = SQUARE_M / 10.0_f64.powi(i32::try_from(digits.length).ok()?);
    let metres = |text: &str| -> Option<f64> {
        let number: u32 = if text.is_empty() { 0 } else { text.parse().ok()? };
        Some(f64::from(number) * side_m)
    };
    let (east, north) = (metres(&digits.east)?, metres(&digits.north)?);
    let (right, up, parts) = match (digits.suffix.as_str(), digits.length) {
        ("", _) => (0, 0, 1.0),
        ("SW", 1) => (0, 0, 2.0),
        ("SE", 1) => (1, 0, 2.0),
        ("NW", 1) => (0, 1, 2.0),
        ("NE", 1) => (1, 1, 2.0),
        (tetrad, 1) => {
            // A to Z without O, up the columns from the south-west.
            let &[letter] = tetrad.as_bytes() else { return None };
            let index = index_without(letter, b"O")?;
            (index / 5, index % 5, 5.0)
        }
        _ => return None,
    };
    let part_m = side_m / parts;
    Some((east + f64::from(right) * part_m, north + f64::from(up) * part_m, part_m))
}

/// Position of a capital letter in the alphabet without some letters.
fn index_without(letter: u8, left_out: &[u8]) -> Option<u8> {
    if !letter.is_ascii_uppercase() || left_out.contains(&letter) {
        return None;
    }
    let missing = left_out.iter().filter(|out| **out < letter).count();
    (letter - b'A').checked_sub(u8::try_from(missing).ok()?)
}

/// Southern latitude of a band: bands C to X, 8° each, without I and O.
pub(super) fn band_south(band: u8) -> Option<f64> {
    let index = index_without(band, b"IO").filter(|_| (b'C'..=b'X').contains(&band))?;
    Some(f64::from(index) * 8.0 - 96.0)
}

/// About the northing of a latitude at the central meridian, never too large by more than
/// [`NORTHING_SLACK_M`].
fn northing_of(lat: f64) -> f64 {
    let from_equator_m = lat * 110_600.0;
    if lat < 0.0 { 10_000_000.0 + lat * 111_000.0 } else { from_equator_m }
}

/// Side of a lettered square.
const SQUARE_M: f64 = 100_000.0;
const NORTHING_SLACK_M: f64 = 100_000.0;
/// Longer than any reference.
const LONGEST: usize = 40;
