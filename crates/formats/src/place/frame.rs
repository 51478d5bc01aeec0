//! Coordinate reference systems, and the way from them to WGS 84.
//!
//! The list of what is converted, and how well, is `epsg.txt`; its head says how it was made.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::OnceLock;

use proj4rs::Proj;
use proj4rs::transform::transform;
use reedbed_core::place::Point;

/// A coordinate reference system whose places can be told on WGS 84.
#[derive(Debug)]
pub(crate) struct Frame {
    entry: Entry,
    definition: &'static str,
    is_projected: bool,
    /// Coordinates of the system; nothing where degrees are degrees on WGS 84.
    own: Option<Proj>,
    /// Degrees on the datum of the system; nothing where they are degrees on WGS 84.
    degrees: Option<Proj>,
    wgs84: Proj,
}

impl Frame {
    /// Finds a system by its EPSG code; nothing for a code that is not converted.
    pub(crate) fn of_code(code: u16) -> Option<Rc<Self>> {
        remembered((code, 0, false), || Self::of_code_anew(code))
    }

    fn of_code_anew(code: u16) -> Option<Self> {
        let entry = *list().get(list().binary_search_by_key(&code, |entry| entry.code).ok()?)?;
        let definition = crs_definitions::from_code(code)?.proj4;
        let is_projected = !definition.contains("+proj=longlat");
        let datum = datum_of(definition);
        let coincides = coincides(&datum);
        let proj = |text: &str| Proj::from_proj_string(text).ok();
        let own = if is_projected || !coincides { Some(proj(&plain(definition))?) } else { None };
        let degrees =
            if coincides { None } else { Some(proj(&format!("+proj=longlat {datum} +no_defs"))?) };
        Some(Self { entry, definition, is_projected, own, degrees, wgs84: proj(WGS84)? })
    }

    /// The system of a zone of the Universal Transverse Mercator grid on the datum of this system.
    pub(super) fn utm_zone(&self, zone: u8, is_south: bool) -> Option<Rc<Self>> {
        remembered((self.entry.code, zone, is_south), || self.utm_zone_anew(zone, is_south))
    }

    fn utm_zone_anew(&self, zone: u8, is_south: bool) -> Option<Self> {
        let south = if is_south { " +south" } else { "" };
        let datum = datum_of(self.definition);
        let proj = |text: &str| Proj::from_proj_string(text).ok();
        Some(Self {
            entry: self.entry,
            definition: self.definition,
            is_projected: true,
            own: Some(proj(&format!("+proj=utm +zone={zone}{south} {datum} +no_defs"))?),
            degrees: None,
            wgs84: proj(WGS84)?,
        })
    }

    /// Whether its own coordinates are eastings and northings.
    pub(crate) fn is_projected(&self) -> bool {
        self.is_projected
    }

    /// Whether its first axis does not point east, or its second not north.
    pub(crate) fn has_turned_axes(&self) -> bool {
        self.definition.contains("+axis=") && !self.definition.contains("+axis=enu")
    }

    /// EPSG code; for a zone of a grid, that of its datum.
    pub(crate) fn code(&self) -> u16 {
        self.entry.code
    }

    /// How far off a converted place may be.
    ///
    /// Units: metres; 0 for WGS 84 itself.
    pub(crate) fn allowance_m(&self) -> f64 {
        f64::from(self.entry.allowance_m)
    }

    /// Whether its datum differs from WGS 84 by no more than metres.
    pub(super) fn coincides(&self) -> bool {
        coincides(&datum_of(self.definition))
    }

    /// Whether both have the same datum, or none that differs from WGS 84 by more than metres.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        let (one, two) = (datum_of(self.definition), datum_of(other.definition));
        one == two || (coincides(&one) && coincides(&two))
    }

    /// Whether the military grid is lettered on its ellipsoid as on WGS 84.
    ///
    /// Source: NGA.STND.0037 (2014), section 3.3: other letters on Bessel and Clarke ellipsoids.
    pub(super) fn has_military_letters(&self) -> bool {
        ["WGS84", "GRS80", "NAD83", "+ellps=intl"].iter().any(|part| self.definition.contains(part))
    }

    /// The place of geodetic coordinates on the datum of the system; nothing outside its area.
    ///
    /// Units: degrees east of Greenwich and north. A projection that counts from another meridian
    /// has none: its degrees might count from either.
    pub(crate) fn of_degrees(&self, lat: f64, lon: f64) -> Option<Point> {
        if self.definition.contains("+pm=") {
            return None;
        }
        let point = match &self.degrees {
            None => Point::from_degrees(lat, lon)?,
            Some(degrees) => self.convert(degrees, lon.to_radians(), lat.to_radians())?,
        };
        self.holds(point).then_some(point)
    }

    /// The place of an easting and a northing; nothing outside the area of the system.
    ///
    /// Units: those of the system, mostly metres.
    pub(crate) fn of_plane(&self, x: f64, y: f64) -> Option<Point> {
        if !self.is_projected || x.abs() > FARTHEST || y.abs() > FARTHEST {
            return None;
        }
        let point = self.convert(self.own.as_ref()?, x, y)?;
        self.holds(point).then_some(point)
    }

    fn convert(&self, from: &Proj, x: f64, y: f64) -> Option<Point> {
        let mut point = (x, y, 0.0);
        transform(from, &self.wgs84, &mut point).ok()?;
        Point::from_degrees(point.1.to_degrees(), point.0.to_degrees())
    }

    fn holds(&self, point: Point) -> bool {
        let [west, south, east, north] = self.entry.area.map(f64::from);
        let (lat, lon) = (point.lat().degrees(), point.lon().degrees());
        let is_in = |lon: f64| (west..=east).contains(&lon);
        (south..=north).contains(&lat) && (is_in(lon) || is_in(lon + 360.0))
    }
}

/// Code, and zone and hemisphere of the Universal Transverse Mercator grid where it is one of these.
type Key = (u16, u8, bool);

/// Makes a system, or finds it among the last few, since the rows of a table are on few of them.
fn remembered(key: Key, make: impl FnOnce() -> Option<Frame>) -> Option<Rc<Frame>> {
    const REMEMBERED: usize = 16;
    thread_local! {
        static LAST: RefCell<Vec<(Key, Rc<Frame>)>> = const { RefCell::new(Vec::new()) };
    }
    let known = LAST.with_borrow(|last| {
        last.iter().find(|(known, _)| *known == key).map(|(_, frame)| Rc::clone(frame))
    });
    known.or_else(|| {
        let frame = Rc::new(make()?);
        LAST.with_borrow_mut(|last| {
            if last.len() == REMEMBERED {
                last.remove(0);
            }
            last.push((key, Rc::clone(&frame)));
        });
        Some(frame)
    })
}

/// A line of the list, for one code.
#[derive(Debug, Clone, Copy)]
struct Entry {
    code: u16,
    allowance_m: u8,
    /// West, south, east, north.
    area: [i16; 4],
}

fn list() -> &'static [Entry] {
    static LIST: OnceLock<Vec<Entry>> = OnceLock::new();
    LIST.get_or_init(|| {
        let mut entries: Vec<Entry> =
            include_str!("epsg.txt").lines().filter_map(entries_of).flatten().collect();
        entries.sort_unstable_by_key(|entry| entry.code);
        entries
    })
}

/// A system of the list, as it is defined.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Definition {
    pub(crate) code: u16,
    pub(crate) allowance_m: u8,
    /// West, south, east, north, in whole degrees.
    pub(crate) area: [i16; 4],
    /// In the words of PROJ.
    pub(crate) text: &'static str,
}

impl Definition {
    /// Finds the definition of an EPSG code that is converted.
    pub(crate) fn of_code(code: u16) -> Option<Self> {
        let at = list().binary_search_by_key(&code, |entry| entry.code).ok()?;
        Self::of_entry(list().get(at)?)
    }

    /// All systems that are converted, by code.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        list().iter().filter_map(Self::of_entry)
    }

    fn of_entry(entry: &Entry) -> Option<Self> {
        let text = crs_definitions::from_code(entry.code)?.proj4;
        Some(Self { code: entry.code, allowance_m: entry.allowance_m, area: entry.area, text })
    }

    /// The part that says on which datum it is.
    pub(crate) fn datum(&self) -> String {
        datum_of(self.text)
    }
}

fn entries_of(line: &str) -> Option<Vec<Entry>> {
    let (head, codes) = line.split_once(':').filter(|_| !line.starts_with('#'))?;
    let mut numbers = head.split(' ').map(|number| number.parse::<i16>().ok());
    let allowance_m = u8::try_from(numbers.next()??).ok()?;
    let area = [numbers.next()??, numbers.next()??, numbers.next()??, numbers.next()??];
    let mut entries = Vec::new();
    for codes in codes.split_whitespace() {
        let (first, last) = codes.split_once('-').unwrap_or((codes, codes));
        for code in first.parse::<u16>().ok()?..=last.parse().ok()? {
            entries.push(Entry { code, allowance_m, area });
        }
    }
    Some(entries)
}

/// The part of a definition that says on which datum it is.
fn datum_of(definition: &str) -> String {
    let parts: Vec<&str> = definition
        .split_whitespace()
        .filter(|part| DATUM.iter().any(|name| part.starts_with(name)))
        .collect();
    // Spherical Mercator has the degrees of WGS 84 for latitude and longitude.
    if definition.contains("+nadgrids=@null") { "+datum=WGS84".to_owned() } else { parts.join(" ") }
}

/// Whether degrees on a datum are degrees on WGS 84, but for metres that the allowance covers.
fn coincides(datum: &str) -> bool {
    ["+datum=WGS84", "+datum=NAD83"].contains(&datum)
        || ["+ellps=GRS80", "+ellps=WGS84"].iter().any(|ellipsoid| {
            datum.strip_prefix(ellipsoid).is_some_and(|shift| {
                shift.is_empty() || shift.trim_start() == "+towgs84=0,0,0,0,0,0,0"
            })
        })
}

/// The definition without what stands for no shift at all, which the library takes for a file.
fn plain(definition: &str) -> String {
    definition.replace("+nadgrids=@null", "")
}

const DATUM: [&str; 7] = ["+datum=", "+ellps=", "+a=", "+b=", "+rf=", "+R=", "+towgs84="];
const WGS84: &str = "+proj=longlat +datum=WGS84 +no_defs";
/// No coordinate of any grid is as large, in metres or feet.
const FARTHEST: f64 = 1e8;
