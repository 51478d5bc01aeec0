//! GPX 1.0 and 1.1: waypoints, routes and tracks with place, height, time and name. What else a file
//! holds – authors, links, extensions such as a heart rate – is passed over.
//!
//! Read by our own walk over XML: the `gpx` crate (0.10, 2023) is not kept any longer, knows no
//! lines for what it refuses, and refuses files that devices do write (no `creator`, times without
//! zones).
//!
//! Source: GPX 1.1, <https://www.topografix.com/GPX/1/1/>; GPX 1.0.

use std::io::{self, Write};

use reedbed_core::grid::decimal;
use reedbed_core::place::{Nano, Point};

use super::{Instant, Unfit, instant};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::source::Source;
use crate::xml::{self, Node};

/// A file.
#[derive(Debug, Clone, Default)]
pub struct Gpx {
    /// Points by themselves.
    pub waypoints: Vec<GpxPoint>,
    /// Routes: what was planned.
    pub routes: Vec<GpxTrack>,
    /// Tracks: what was recorded.
    pub tracks: Vec<GpxTrack>,
    /// Points that cannot be used.
    pub unfit: Vec<Unfit>,
    /// Whether anything beside place, height, time and name was passed over.
    pub has_more: bool,
    /// Times without a zone, read as UTC.
    pub without_zone: u64,
}

/// A track or a route.
#[derive(Clone, Default)]
pub struct GpxTrack {
    /// Its name; may be empty.
    pub name: String,
    /// Its segments, in order; a route has one.
    pub segments: Vec<Vec<GpxPoint>>,
}

/// A point.
#[derive(Clone)]
pub struct GpxPoint {
    /// Which point of the file it is, from 1: there are no lines to go by.
    pub number: u64,
    /// Where it is.
    pub point: Point,
    /// Its height above sea level as written; may be empty.
    pub elevation: String,
    /// When it was recorded, where that is stated.
    pub time: Option<Instant>,
    /// That time as it is written, to its last digit; empty where it is not UTC.
    pub written: String,
    /// Its name; may be empty.
    pub name: String,
}

impl std::fmt::Debug for GpxTrack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GpxTrack").field("segments", &self.segments.len()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for GpxPoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GpxPoint").field("number", &self.number).finish_non_exhaustive()
    }
}

impl Gpx {
    /// Points of all parts.
    pub fn points(&self) -> impl Iterator<Item = &GpxPoint> {
        let lines = self.tracks.iter().chain(&self.routes);
        self.waypoints.iter().chain(lines.flat_map(|line| line.segments.iter().flatten()))
    }

    /// Reads a file.
    ///
    /// Errors: [`FormatError::Document`] for what is no GPX; [`FormatError::TooLarge`] beyond
    /// 256 MiB.
    pub(crate) fn read(name: &str, source: &Source, limits: &Limits) -> Result<Self, FormatError> {
        let limits = Limits { document_bytes: MOST_BYTES, ..*limits };
        let bytes = source.document(name, &limits)?;
        parse(&bytes, &limits)
            .map_err(|reason| FormatError::Document { name: name.to_owned(), reason })
    }
}

/// Whether the beginning of a file is that of a GPX document.
pub(crate) fn is_gpx(sample: &[u8]) -> bool {
    let head = sample.get(..sample.len().min(4_096)).unwrap_or_default();
    let finds = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    // A prefix of the namespace may stand before the name.
    finds(b"<gpx") || finds(b":gpx") && finds(b"topografix")
}

/// A point on its way.
struct Open {
    number: u64,
    point: Option<Point>,
    elevation: String,
    time: String,
    name: String,
}

fn parse(bytes: &[u8], limits: &Limits) -> Result<Gpx, String> {
    let mut gpx = Gpx::default();
    let mut open: Option<Open> = None;
    let mut count = 0;
    let mut line = GpxTrack::default();
    xml::walk(bytes, limits, |path, node| {
        if path.is_empty() {
            if let Node::Start(name, _) = node
                && name != "gpx"
            {
                return Err("it is no GPX document".to_owned());
            }
            return Ok(());
        }
        let inner = path.last().map_or("", String::as_str);
        match node {
            Node::Start(name @ ("wpt" | "rtept" | "trkpt"), attributes) => {
                count += 1;
                let angle = |name| Nano::parse(attributes.value(name).unwrap_or_default());
                let point = angle("lat").zip(angle("lon")).and_then(|(a, b)| Point::new(a, b));
                open = Some(Open {
                    number: count,
                    point,
                    elevation: String::new(),
                    time: String::new(),
                    name: String::new(),
                });
                if name != "wpt" && path.len() < 2 {
                    return Err("a point stands outside of its track".to_owned());
                }
            }
            Node::Start("trk" | "rte", _) => line = GpxTrack::default(),
            Node::Start("trkseg", _) => line.segments.push(Vec::new()),
            Node::Start(name, _) => {
                let is_known = KNOWN.contains(&name);
                gpx.has_more |= !is_known;
            }
            Node::Text(text) => {
                let parent = path.len().checked_sub(2).and_then(|at| path.get(at));
                let parent = parent.map_or("", String::as_str);
                match (&mut open, parent, inner) {
                    (Some(open), "wpt" | "rtept" | "trkpt", "ele") => open.elevation.push_str(text),
                    (Some(open), "wpt" | "rtept" | "trkpt", "time") => open.time.push_str(text),
                    (Some(open), "wpt" | "rtept" | "trkpt", "name") => open.name.push_str(text),
                    (None, "trk" | "rte", "name") => line.name.push_str(text),
                    _ => {}
                }
            }
            Node::End(name @ ("wpt" | "rtept" | "trkpt")) => {
                let Some(open) = open.take() else { return Ok(()) };
                let Some(point) = gpx.finished(open) else { return Ok(()) };
                match name {
                    "wpt" => gpx.waypoints.push(point),
                    _ => match line.segments.last_mut() {
                        Some(segment) => segment.push(point),
                        None => line.segments.push(vec![point]),
                    },
                }
            }
            Node::End("trk") => gpx.tracks.push(std::mem::take(&mut line).trimmed()),
            Node::End("rte") => gpx.routes.push(std::mem::take(&mut line).trimmed()),
            Node::End(_) => {}
        }
        Ok(())
    })?;
    Ok(gpx)
}

impl GpxTrack {
    fn trimmed(mut self) -> Self {
        self.name = self.name.trim().to_owned();
        self
    }
}

impl Gpx {
    fn finished(&mut self, open: Open) -> Option<GpxPoint> {
        let mut unfit = |column, reason| {
            self.unfit.push(Unfit { line: open.number, column, reason });
        };
        let Some(point) = open.point else {
            unfit("lat", "a place that is none on the globe");
            return None;
        };
        let time = match open.time.trim() {
            "" => None,
            text => match instant(text) {
                None => {
                    unfit("time", "a time that cannot be read");
                    return None;
                }
                time => time,
            },
        };
        self.without_zone += u64::from(time.is_some_and(|time| !time.has_zone));
        let is_utc = time.is_some_and(|time| time.has_zone) && open.time.trim().ends_with('Z');
        let written = if is_utc { open.time.trim().to_owned() } else { String::new() };
        let elevation = open.elevation.trim();
        // Only a number is a height.
        let is_height = elevation.parse().is_ok_and(|height: f64| height.is_finite());
        let elevation = if is_height { elevation.to_owned() } else { String::new() };
        Some(GpxPoint {
            number: open.number,
            point,
            elevation,
            time,
            written,
            name: open.name.trim().to_owned(),
        })
    }
}

/// Writes GPX 1.1 with place, height, time and name, and nothing else.
///
/// Errors: whatever the writer says.
pub fn write_gpx(out: &mut impl Write, gpx: &Gpx) -> io::Result<()> {
    out.write_all(
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
          <gpx version=\"1.1\" creator=\"Reedbed\" xmlns=\"http://www.topografix.com/GPX/1/1\">\n",
    )?;
    for point in &gpx.waypoints {
        write_point(out, "wpt", point)?;
    }
    for route in &gpx.routes {
        out.write_all(b"<rte>\n")?;
        write_name(out, &route.name)?;
        for point in route.segments.iter().flatten() {
            write_point(out, "rtept", point)?;
        }
        out.write_all(b"</rte>\n")?;
    }
    for track in &gpx.tracks {
        out.write_all(b"<trk>\n")?;
        write_name(out, &track.name)?;
        for segment in &track.segments {
            out.write_all(b"<trkseg>\n")?;
            for point in segment {
                write_point(out, "trkpt", point)?;
            }
            out.write_all(b"</trkseg>\n")?;
        }
        out.write_all(b"</trk>\n")?;
    }
    out.write_all(b"</gpx>\n")
}

fn write_name(out: &mut impl Write, name: &str) -> io::Result<()> {
    if name.is_empty() {
        return Ok(());
    }
    writeln!(out, "<name>{}</name>", xml::escaped(name))
}

fn write_point(out: &mut impl Write, element: &str, point: &GpxPoint) -> io::Result<()> {
    let (lat, lon) = (decimal(point.point.lat()), decimal(point.point.lon()));
    write!(out, "<{element} lat=\"{lat}\" lon=\"{lon}\">")?;
    if !point.elevation.is_empty() {
        write!(out, "<ele>{}</ele>", point.elevation)?;
    }
    if !point.written.is_empty() {
        write!(out, "<time>{}</time>", xml::escaped(&point.written))?;
    } else if let Some(time) = point.time {
        write!(out, "<time>{}</time>", time.utc())?;
    }
    if !point.name.is_empty() {
        write!(out, "<name>{}</name>", xml::escaped(&point.name))?;
    }
    writeln!(out, "</{element}>")
}

/// Elements whose content is kept, or that hold such elements.
const KNOWN: &[&str] = &["ele", "name", "rte", "time", "trk", "trkseg"];
/// Units: bytes.
const MOST_BYTES: u64 = 256 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Gpx, String> {
        parse(text.as_bytes(), &Limits::default())
    }

    const SMALL: &str = r#"<?xml version="1.0"?><gpx version="1.1"><metadata><name>Patrol</name>
        <author><name>A. Ranger</name></author></metadata>
        <wpt lat="50.5" lon="4.5"><ele>12</ele><time>2021-05-14T06:30:00Z</time><name>Den &amp; co</name></wpt>
        <rte><name>Plan</name><rtept lat="1" lon="2"/><rtept lat="1.5" lon="2"/></rte>
        <trk><name>Round</name><trkseg/><trkseg><trkpt lat="50.1" lon="4.1"><ele>3.5</ele>
        <time>2021-05-14T06:30:00</time><extensions><hr>92</hr></extensions></trkpt>
        <trkpt lat="95" lon="4.1"/><trkpt lat="50.1" lon="4.2"><time>soon</time></trkpt></trkseg></trk></gpx>"#;

    #[test]
    fn points_routes_and_tracks_are_read_and_the_rest_is_passed_over() {
        let gpx = read(SMALL).unwrap();
        assert_eq!(gpx.waypoints[0].name, "Den & co");
        assert_eq!(gpx.routes[0].segments[0].len(), 2);
        assert_eq!((gpx.tracks[0].name.as_str(), gpx.tracks[0].segments.len()), ("Round", 2));
        assert_eq!(gpx.tracks[0].segments[1].len(), 1);
        assert_eq!(gpx.points().count(), 4);
        assert_eq!((gpx.unfit.len(), gpx.without_zone, gpx.has_more), (2, 1, true));
        assert_eq!((gpx.unfit[0].line, gpx.unfit[0].column), (5, "lat"));
    }

    #[test]
    fn what_is_written_reads_back() {
        let gpx = read(SMALL).unwrap();
        let mut written = Vec::new();
        write_gpx(&mut written, &gpx).unwrap();
        let again = parse(&written, &Limits::default()).unwrap();
        let told = |gpx: &Gpx| -> Vec<_> {
            let told = |p: &GpxPoint| (p.point, p.elevation.clone(), p.time.map(|t| t.ms));
            gpx.points().map(told).collect()
        };
        assert!(told(&again) == told(&gpx));
        assert!(!again.has_more && again.unfit.is_empty());
        assert!(!String::from_utf8(written).unwrap().contains("Ranger"));
    }

    #[test]
    fn other_documents_are_refused() {
        assert_eq!(read("<kml></kml>").unwrap_err(), "it is no GPX document");
        assert!(read("<gpx><trk><trkseg>").is_err());
        assert!(read("<gpx><trkpt lat=\"1\" lon=\"1\"/></gpx>").is_err());
        assert!(is_gpx(b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<gpx version=\"1.0\">"));
        assert!(!is_gpx(b"<kml xmlns=\"x\">"));
    }
}
