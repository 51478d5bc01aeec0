//! Geometries as bytes (well-known binary) and as text (well-known text), in both directions.
//!
//! Source: OGC 06-103r4, sections 7 and 8; heights as ISO numbers them (1001) or PostGIS does.

mod text;

use crate::made::number::shortest;

pub(crate) use text::bytes_of;

/// Why a geometry cannot be read.
pub(crate) type Fault = &'static str;

/// Extent and kinds of geometries, gathered one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Gathered {
    /// West, south, east and north.
    pub(crate) bounds: Option<[f64; 4]>,
    /// Names of kinds, as GeoParquet has them.
    pub(crate) kinds: std::collections::BTreeSet<&'static str>,
}

impl Gathered {
    fn add(&mut self, x: f64, y: f64) {
        let [west, south, east, north] = self.bounds.unwrap_or([x, y, x, y]);
        self.bounds = Some([west.min(x), south.min(y), east.max(x), north.max(y)]);
    }
}

/// Whether bytes begin like a point, with or without a height.
pub(crate) fn is_point(bytes: &[u8]) -> Option<(bool, bool)> {
    let mut reader = Reader { bytes, is_little: true };
    let head = reader.head().ok()?;
    Some((head.kind == 1, head.extra > 0))
}

/// The two coordinates of a point; nothing for an empty one.
pub(crate) fn point_of(bytes: &[u8]) -> Result<Option<[f64; 2]>, Fault> {
    let mut reader = Reader { bytes, is_little: true };
    let head = reader.head()?;
    if head.kind != 1 {
        return Err("a geometry is no point, though all are said to be");
    }
    let (x, y) = (reader.double()?, reader.double()?);
    Ok((!x.is_nan() && !y.is_nan()).then_some([x, y]))
}

/// A geometry as text.
pub(crate) fn text_of(bytes: &[u8]) -> Result<String, Fault> {
    let mut reader = Reader { bytes, is_little: true };
    let mut out = String::new();
    reader.geometry(&mut out, MOST_DEPTH)?;
    Ok(out)
}

/// A point as bytes.
pub(crate) fn point_bytes(x: f64, y: f64, gathered: &mut Gathered) -> Vec<u8> {
    gathered.add(x, y);
    gathered.kinds.insert("Point");
    let mut out = vec![1, 1, 0, 0, 0];
    out.extend(x.to_le_bytes());
    out.extend(y.to_le_bytes());
    out
}

struct Reader<'a> {
    bytes: &'a [u8],
    is_little: bool,
}

struct Head {
    kind: u32,
    /// Numbers behind the first two.
    extra: usize,
    name: &'static str,
    /// What is written behind the name for numbers behind the first two.
    mark: &'static str,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (taken, rest) = self.bytes.split_first_chunk::<N>().ok_or("it is cut off")?;
        self.bytes = rest;
        Ok(*taken)
    }

    fn number(&mut self) -> Result<u32, Fault> {
        let bytes = self.take()?;
        Ok(if self.is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn double(&mut self) -> Result<f64, Fault> {
        let bytes = self.take()?;
        Ok(if self.is_little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }

    fn head(&mut self) -> Result<Head, Fault> {
        self.is_little = match self.take()? {
            [0] => false,
            [1] => true,
            _ => return Err("it is no well-known binary"),
        };
        let stated = self.number()?;
        if stated & 0x2000_0000 > 0 {
            self.number()?;
        }
        let flagged = (stated >> 31 & 1, stated >> 30 & 1);
        let plain = stated & 0x1fff_ffff;
        let (z, m) = match plain / 1_000 {
            0 => flagged,
            1 => (1, 0),
            2 => (0, 1),
            3 => (1, 1),
            _ => return Err("its kind is not known"),
        };
        let name = NAMES.iter().find(|(kind, _)| *kind == plain % 1_000);
        let (kind, name) = name.ok_or("its kind is not known")?;
        let mark = match (z, m) {
            (0, 0) => "",
            (_, 0) => " Z",
            (0, _) => " M",
            _ => " ZM",
        };
        Ok(Head {
            kind: *kind,
            extra: if z + m == 2 { 2 } else { usize::from(z + m > 0) },
            name,
            mark,
        })
    }

    fn geometry(&mut self, out: &mut String, depth: usize) -> Result<(), Fault> {
        let head = self.head()?;
        *out += &head.name.to_ascii_uppercase();
        *out += head.mark;
        out.push(' ');
        self.body(&head, out, depth)
    }

    fn body(&mut self, head: &Head, out: &mut String, depth: usize) -> Result<(), Fault> {
        let depth = depth.checked_sub(1).ok_or("it is nested too deeply")?;
        match head.kind {
            1 => self.point(head.extra, out),
            2 => self.points(head.extra, out),
            3 => self.each(out, |reader, out| reader.points(head.extra, out)),
            7 => self.each(out, |reader, out| reader.geometry(out, depth)),
            _ => self.each(out, |reader, out| {
                let inner = reader.head()?;
                if inner.kind != head.kind - 3 {
                    return Err("its parts are of another kind");
                }
                reader.body(&inner, out, depth)
            }),
        }
    }

    fn point(&mut self, extra: usize, out: &mut String) -> Result<(), Fault> {
        let begin = out.len();
        out.push('(');
        let is_empty = self.position(extra, out)?;
        out.push(')');
        if is_empty {
            out.truncate(begin);
            *out += "EMPTY";
        }
        Ok(())
    }

    fn points(&mut self, extra: usize, out: &mut String) -> Result<(), Fault> {
        self.each(out, |reader, out| reader.position(extra, out).map(drop))
    }

    /// Writes a position; tells whether it is none.
    fn position(&mut self, extra: usize, out: &mut String) -> Result<bool, Fault> {
        let (x, y) = (self.double()?, self.double()?);
        *out += &format!("{} {}", shortest(x), shortest(y));
        for _ in 0..extra {
            *out += &format!(" {}", shortest(self.double()?));
        }
        Ok(x.is_nan() || y.is_nan())
    }

    fn each(
        &mut self,
        out: &mut String,
        mut one: impl FnMut(&mut Self, &mut String) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let count = self.number()?;
        if count == 0 {
            *out += "EMPTY";
            return Ok(());
        }
        out.push('(');
        for nth in 0..count {
            if nth > 0 {
                *out += ", ";
            }
            one(self, out)?;
        }
        out.push(')');
        Ok(())
    }
}

/// The kinds of geometries by their numbers.
const NAMES: [(u32, &str); 7] = [
    (1, "Point"),
    (2, "LineString"),
    (3, "Polygon"),
    (4, "MultiPoint"),
    (5, "MultiLineString"),
    (6, "MultiPolygon"),
    (7, "GeometryCollection"),
];
/// Collections in collections.
const MOST_DEPTH: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_bytes_and_text_again() {
        for text in [
            "POINT (4.5 52.1)",
            "LINESTRING (0 0, 1 1, 2 -0.5)",
            "POLYGON ((0 0, 1 0, 1 1, 0 0), (0.1 0.1, 0.2 0.1, 0.2 0.2, 0.1 0.1))",
            "MULTIPOINT ((1 2), (3 4))",
            "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))",
            "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
            "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))",
            "POLYGON EMPTY",
        ] {
            let bytes = bytes_of(text, &mut Gathered::default()).unwrap();
            assert_eq!(text_of(&bytes).unwrap(), text);
        }
    }

    #[test]
    fn other_ways_of_writing_are_read() {
        let mut gathered = Gathered::default();
        for (text, plain) in [
            ("point z(1 2 3)", "POINT (1 2)"),
            ("POINTZM (1 2 3 4)", "POINT (1 2)"),
            ("SRID=4326;POINT(1 2)", "POINT (1 2)"),
            (" MULTIPOINT (1 2, 3 4) ", "MULTIPOINT ((1 2), (3 4))"),
        ] {
            let bytes = bytes_of(text, &mut gathered).unwrap();
            assert_eq!(text_of(&bytes).unwrap(), plain);
        }
        assert_eq!(gathered.bounds, Some([1.0, 2.0, 3.0, 4.0]));
        assert_eq!(gathered.kinds.into_iter().collect::<Vec<_>>(), ["MultiPoint", "Point"]);
        for text in [
            "",
            "POINT",
            "POINT (1)",
            "POINT (1 2",
            "POINT (1 2) x",
            "POINT (1 x)",
            "CIRCLE (1 2)",
            "SRID=3035;POINT (1 2)",
            "POINT (1 2, 3 4)",
            "POINT (inf 2)",
        ] {
            assert_eq!(bytes_of(text, &mut Gathered::default()), None, "{text}");
        }
        let deep = "GEOMETRYCOLLECTION (".repeat(100_000);
        assert_eq!(bytes_of(&deep, &mut Gathered::default()), None);
    }

    #[test]
    fn heights_and_both_orders_of_bytes_are_read() {
        let mut big = vec![0, 0, 0, 3, 0xe9];
        for number in [1.0_f64, 2.0, 3.0] {
            big.extend(number.to_be_bytes());
        }
        assert_eq!(text_of(&big).unwrap(), "POINT Z (1 2 3)");
        assert_eq!(is_point(&big), Some((true, true)));
        assert_eq!(point_of(&big).unwrap(), Some([1.0, 2.0]));
        let mut flagged = vec![1, 1, 0, 0, 0xa0, 0xe6, 0x10, 0, 0];
        for number in [1.0_f64, 2.0, 3.0] {
            flagged.extend(number.to_le_bytes());
        }
        assert_eq!(text_of(&flagged).unwrap(), "POINT Z (1 2 3)");
        for end in 0..big.len() {
            assert!(text_of(&big[..end]).is_err(), "{end}");
        }
        let nested: Vec<u8> = [1, 7, 0, 0, 0, 1, 0, 0, 0].repeat(100_000);
        assert!(text_of(&nested).is_err());
        assert_eq!(text_of(&[1, 2, 0, 0, 0, 255, 255, 255, 255]), Err("it is cut off"));
    }

    #[test]
    fn an_empty_point_is_no_place() {
        let bytes = point_bytes(f64::NAN, f64::NAN, &mut Gathered::default());
        assert_eq!(point_of(&bytes), Ok(None));
        assert_eq!(text_of(&bytes).unwrap(), "POINT EMPTY");
    }
}
