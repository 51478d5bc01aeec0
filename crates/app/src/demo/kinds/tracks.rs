//! Tracks: the round of the ranger who empties the cameras as GPX, and the fixes of tagged birds as
//! Movebank hands them out.

use std::fmt::Write as _;

use jiff::ToSpan;
use jiff::civil::date;

use super::super::land::{Land, Spot};
use super::super::prng::Prng;
use super::File;
use super::cameras::Post;

pub(super) fn add(files: &mut Vec<File>, posts: &[Post], land: &Land, prng: &mut Prng) {
    files.push(("tracks/cameras-emptied.gpx".to_owned(), round(posts, land, prng).into_bytes()));
    files.push(("tracks/tags.csv".to_owned(), fixes(land, prng).into_bytes()));
}

/// From the meadow past all cameras: a point each half minute on the way, ten minutes at each.
fn round(posts: &[Post], land: &Land, prng: &mut Prng) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx version=\"1.1\" creator=\"a handheld\" \
         xmlns=\"http://www.topografix.com/GPX/1/1\">\n<trk><name>cameras emptied</name><trkseg>\n",
    );
    let mut time = date(2025, 5, 31).at(7, 30, 0, 0);
    let mut point = |spot: Spot, text: &mut String| {
        let (latitude, longitude) = spot.decimals();
        let _ = writeln!(
            text,
            "<trkpt lat=\"{latitude}\" lon=\"{longitude}\"><time>{}Z</time></trkpt>",
            time.strftime("%Y-%m-%dT%H:%M:%S")
        );
        time = time.saturating_add(30.seconds());
    };
    let mut from = land.spot_in("meadow", prng);
    for post in posts {
        const STEPS: u32 = 24;
        for step in 0..STEPS {
            let way = f64::from(step) / f64::from(STEPS);
            let spot = Spot {
                latitude: from.latitude + (post.spot.latitude - from.latitude) * way,
                longitude: from.longitude + (post.spot.longitude - from.longitude) * way,
            };
            point(spot.moved(4.0 * prng.fraction(), 4.0 * prng.fraction()), &mut text);
        }
        for _ in 0..20 {
            point(post.spot.moved(3.0 * prng.fraction(), 3.0 * prng.fraction()), &mut text);
        }
        from = post.spot;
    }
    text + "</trkseg></trk>\n</gpx>\n"
}

/// Two bitterns, each half of the time on its nest, and a heron that wanders.
fn fixes(land: &Land, prng: &mut Prng) -> String {
    let mut text = String::from(
        "event-id,visible,timestamp,location-long,location-lat,sensor-type,\
         individual-taxon-canonical-name,tag-local-identifier,individual-local-identifier,study-name\n",
    );
    let mut number = 0;
    for (individual, taxon, zone) in [
        ("Booming Bert", "Botaurus stellaris", "reedbed"),
        ("Quiet Quinta", "Botaurus stellaris", "reedbed"),
        ("Stilt", "Ardea cinerea", "reserve"),
    ] {
        let nest = (zone == "reedbed").then(|| land.spot_in(zone, prng));
        let start = date(2025, 4, 15).at(0, 0, 0, 0);
        for fix in 0..360_i32 {
            number += 1;
            let spot = match nest {
                Some(nest) if prng.chance(50) => {
                    nest.moved(8.0 * prng.fraction(), 8.0 * prng.fraction())
                }
                _ => land.spot_in(zone, prng),
            };
            let (latitude, longitude) = spot.decimals();
            let time = start.saturating_add((2 * fix).hours());
            let _ = writeln!(
                text,
                "{number},true,{}.000,{longitude},{latitude},gps,{taxon},T{},{individual},Reedmoor tags",
                time.strftime("%Y-%m-%d %H:%M:%S"),
                individual.len()
            );
        }
    }
    text
}
