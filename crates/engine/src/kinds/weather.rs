//! Weather: stations are places like any other, and their values hang from them.
//!
//! What a rule says of a place holds for where a station stands; its values keep their times, unless
//! the rule itself gives a period: air has no nest.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use reedbed_core::decide::{Audience, PlaceTold};
use reedbed_core::grid::decimal;
use reedbed_core::period::Precision;
use reedbed_core::place::Nano;
use reedbed_formats::collection::Collection;
use reedbed_formats::track::{Unfit, instant};
use reedbed_formats::weather::{
    Station, StationTable, VALUE_HEADINGS, Value, WeatherFile, WeatherMet,
};
use rustc_hash::FxHashMap;

use super::cells::MapCells;
use super::output::{Folder, TableOut};
use super::{KindSummary, KindTable, KindsWritten, Thing, ThingCache, Zone, Zones};
use crate::judge::Judge;
use crate::place::{Stated, ToldPlace};
use crate::share::ShareError;
use crate::statement;
use crate::tally::Reject;
use crate::verdict::{Verdict, stricter};

/// All stations, surveyed.
pub(super) struct Weather<'a> {
    files: &'a [WeatherFile],
    tables: &'a [StationTable],
    /// By identifier.
    stations: BTreeMap<String, Surveyed>,
    rejects: Vec<Reject>,
}

struct Surveyed {
    station: Station,
    verdict: Option<Arc<Verdict>>,
    /// The period that a rule itself gives for values, if any.
    period: Option<Precision>,
    /// Whether a row of a table lists it.
    rows: u64,
}

impl<'a> Weather<'a> {
    pub(super) fn none() -> Self {
        Self { files: &[], tables: &[], stations: BTreeMap::new(), rejects: Vec::new() }
    }

    /// Reads the stations, and which stations the values name.
    pub(super) fn survey(
        collection: &'a Collection,
        judge: &Judge<'_>,
    ) -> Result<Self, ShareError> {
        let mut weather =
            Self { files: &collection.weather, tables: &collection.stations, ..Self::none() };
        for table in &collection.stations {
            weather.rejects.extend(table.unfit.iter().map(|unfit| of_unfit(&table.name, unfit)));
            for station in &table.stations {
                weather.know(station, 1);
            }
        }
        for file in &collection.weather {
            for station in file.stations() {
                weather.know(&station, 0);
            }
        }
        let mut named: FxHashMap<String, ()> = FxHashMap::default();
        for file in &collection.weather {
            file.each(|met| {
                if let WeatherMet::Value(value) = met
                    && !named.contains_key(&value.station)
                {
                    named.insert(value.station.clone(), ());
                }
                Ok::<(), ShareError>(())
            })?;
        }
        for id in named.into_keys() {
            if !weather.stations.contains_key(&id) {
                weather.know(&Station { id, ..Station::default() }, 0);
            }
        }
        let mut cache = ThingCache::default();
        for surveyed in weather.stations.values_mut() {
            surveyed.decide(judge, &mut cache);
        }
        Ok(weather)
    }

    fn know(&mut self, station: &Station, rows: u64) {
        let known = self.stations.entry(station.id.clone()).or_insert_with(|| Surveyed {
            station: station.clone(),
            verdict: None,
            period: None,
            rows: 0,
        });
        known.rows += rows;
        if known.station.point.is_none() {
            known.station = station.clone();
        }
    }

    pub(super) fn zones(&self, zones: &mut Zones) {
        for surveyed in self.stations.values() {
            if let (Some(verdict), Some(point)) = (&surveyed.verdict, surveyed.station.point) {
                let radius_m = surveyed.station.uncertainty_m.unwrap_or(0.0);
                zones.add(Zone { point, radius_m, verdict: Arc::clone(verdict) });
            }
        }
    }

    /// Withholds stations that are named; says whether that changes anything.
    pub(super) fn withhold(&mut self, is_named: &dyn Fn(&str, &str) -> bool) -> bool {
        let mut is_changed = false;
        for (id, station) in &mut self.stations {
            if let Some(verdict) = station.verdict.as_mut().filter(|_| is_named("station", id)) {
                is_changed |= !verdict.decision.is_withheld();
                *verdict = Arc::new(verdict.withheld());
            }
        }
        is_changed
    }

    /// Takes the verdicts of protected places beside.
    pub(super) fn close(&mut self, zones: &Zones) {
        for surveyed in self.stations.values_mut() {
            let Some(point) = surveyed.station.point else { continue };
            let radius_m = surveyed.station.uncertainty_m.unwrap_or(0.0);
            let beside = zones.beside(point, radius_m);
            surveyed.verdict = stricter(surveyed.verdict.as_ref(), beside.as_ref());
        }
    }

    /// Writes stations and values into one folder.
    pub(super) fn write(
        &self,
        package: Option<&Path>,
        judge: &Judge<'_>,
        written: &mut KindsWritten,
    ) -> Result<(), ShareError> {
        if self.files.is_empty() && self.tables.is_empty() {
            return Ok(());
        }
        let writing = ShareError::writing;
        let folder = Folder::begin(package, "weather").map_err(writing)?;
        let mut summary = KindSummary {
            kind: KIND,
            input: self.files.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", "),
            folder: folder.name.clone(),
            ..KindSummary::default()
        };
        let mut rejects = self.rejects.clone();
        let told = self.stations(&folder, judge, &mut summary)?;
        self.values(&folder, &told, &mut summary, &mut rejects)?;
        written.rejects.append(&mut rejects);
        for verdict in self.stations.values().filter_map(|one| one.verdict.as_ref()) {
            written.met(verdict, verdict.decision.place != PlaceTold::Withheld);
        }
        written.summaries.push(summary);
        Ok(())
    }

    /// Writes the stations; says under which identifier the values of each leave.
    fn stations(
        &self,
        folder: &Folder,
        judge: &Judge<'_>,
        summary: &mut KindSummary,
    ) -> Result<FxHashMap<&str, (String, bool)>, ShareError> {
        let writing = ShareError::writing;
        let mut out = TableOut::begin(folder, "stations.csv", STATION_HEADINGS.iter().copied())
            .map_err(writing)?;
        let mut ids = FxHashMap::default();
        let mut cells = MapCells::default();
        let nowhere = self.stations.values().filter(|it| it.station.point.is_none()).count();
        if nowhere > 0 {
            summary.notes.push(format!(
                "stations of which no place is known: {nowhere}; whether they stand beside something \
                 protected could not be looked at (give a list of stations)"
            ));
        }
        for (id, surveyed) in &self.stations {
            // Of what no table lists a row is added.
            out.count.read += surveyed.rows;
            out.count.added += u64::from(surveyed.rows == 0);
            out.count.withheld += surveyed.rows.saturating_sub(1);
            let Some(verdict) = &surveyed.verdict else {
                ids.insert(id.as_str(), (id.clone(), false));
                let row = surveyed.as_held();
                out.open(row.iter().map(String::as_str)).map_err(writing)?;
                continue;
            };
            if verdict.decision.place == PlaceTold::Withheld {
                *summary.withheld.entry("stations that rules withhold".to_owned()).or_default() +=
                    1;
                out.count.withheld += 1;
                continue;
            }
            let told = ToldPlace::tell(surveyed.stated(), &verdict.decision, judge.pseudonyms)
                .map_err(|_untrue| ShareError::Untrue { rows: 1 })?;
            let pseudonym = judge.pseudonyms.of("station", id);
            let row = surveyed.as_told(&pseudonym, verdict, &told);
            out.protected(row.iter().map(String::as_str), verdict.is_shared());
            if let Some(region) = told.region() {
                cells.count(KIND, &region, verdict.decision.category);
            }
            ids.insert(id.as_str(), (pseudonym, true));
        }
        summary.cells = cells.all();
        let rejected = self.tables.iter().map(|table| table.unfit.len() as u64).sum::<u64>();
        out.count.read += rejected;
        out.count.rejected += rejected;
        let rows = out.finish().map_err(writing)?;
        summary.tables.push(KindTable { name: "stations.csv".to_owned(), rows });
        Ok(ids)
    }

    /// Writes values: of open stations first, then of protected ones, so that their order among
    /// others tells nothing.
    fn values(
        &self,
        folder: &Folder,
        ids: &FxHashMap<&str, (String, bool)>,
        summary: &mut KindSummary,
        rejects: &mut Vec<Reject>,
    ) -> Result<(), ShareError> {
        let writing = ShareError::writing;
        let mut out = TableOut::begin(folder, "values.csv", VALUE_HEADINGS.iter().copied())
            .map_err(writing)?;
        let mut without_zone: u64 = 0;
        for is_second in [false, true] {
            for file in self.files {
                file.each(|met| {
                    let value = match met {
                        WeatherMet::Unfit(_) if is_second => return Ok(()),
                        WeatherMet::Unfit(unfit) => {
                            out.count.read += 1;
                            out.count.rejected += 1;
                            rejects.push(of_unfit(&file.name, &unfit));
                            return Ok(());
                        }
                        WeatherMet::Value(value) => value,
                    };
                    let id = ids.get(value.station.as_str());
                    if id.is_some_and(|(_, is_protected)| *is_protected) != is_second {
                        return Ok(());
                    }
                    out.count.read += 1;
                    let surveyed = self.stations.get(&value.station);
                    let (Some((id, is_protected)), Some(surveyed)) = (id, surveyed) else {
                        out.count.withheld += 1;
                        let reason = "values of stations that are withheld".to_owned();
                        *summary.withheld.entry(reason).or_default() += 1;
                        return Ok(());
                    };
                    if surveyed.is_too_fine(value) {
                        out.count.withheld += 1;
                        let reason = "values told more finely than the period of a rule".to_owned();
                        *summary.withheld.entry(reason).or_default() += 1;
                        return Ok(());
                    }
                    let time = surveyed.zoned(value);
                    without_zone += u64::from(is_without_zone(&time));
                    let row = [
                        id.as_str(),
                        &time,
                        &value.quantity,
                        value.standard_name,
                        &value.method,
                        &value.value,
                        &value.unit,
                        &value.flags,
                    ];
                    out.count.protected += u64::from(*is_protected);
                    out.open(row).map_err(writing)
                })?;
            }
        }
        if without_zone > 0 {
            summary.notes.push(format!(
                "{without_zone} times have no zone: neither the file nor the list of stations (utcOffset) \
                 states one"
            ));
        }
        let rows = out.finish().map_err(writing)?;
        summary.tables.push(KindTable { name: "values.csv".to_owned(), rows });
        Ok(())
    }
}

impl Surveyed {
    fn decide(&mut self, judge: &Judge<'_>, cache: &mut ThingCache) {
        let circle = self.station.point.map(|p| (p, self.station.uncertainty_m.unwrap_or(0.0)));
        let circles: Vec<_> = circle.into_iter().collect();
        let providers = [self.station.id.as_str(), self.station.name.as_str()];
        let thing = Thing { circles: &circles, providers: &providers, ..Thing::of(KIND) };
        self.verdict = judge.thing(&thing, cache);
        let rules = self.verdict.iter().flat_map(|verdict| &verdict.rules);
        self.period = rules
            .filter_map(|rule| judge.rules().rules.get(*rule))
            .filter_map(|rule| match judge.audience() {
                Audience::Public => rule.outcome.public_period,
                Audience::Partner { .. } | Audience::PartnerLevel { .. } => {
                    rule.outcome.partner_period
                }
            })
            .max();
    }

    fn stated(&self) -> Option<Stated> {
        self.station.point.map(|point| Stated {
            point,
            uncertainty_m: self.station.uncertainty_m,
            shift_m: 0.0,
            has_datum: true,
            precision: None,
            edges: None,
        })
    }

    fn as_held(&self) -> Vec<String> {
        let station = &self.station;
        let angle = |angle: Option<Nano>| angle.map(decimal).unwrap_or_default();
        vec![
            station.id.clone(),
            station.name.clone(),
            angle(station.point.map(|point| point.lat())),
            angle(station.point.map(|point| point.lon())),
            station.uncertainty_m.map(|metres| metres.to_string()).unwrap_or_default(),
            String::new(),
            station.elevation.clone(),
            station.zone.clone(),
            String::new(),
            String::new(),
        ]
    }

    fn as_told(&self, pseudonym: &str, verdict: &Verdict, told: &ToldPlace) -> Vec<String> {
        let place = |term: &str| told.value(term).unwrap_or_default();
        vec![
            pseudonym.to_owned(),
            String::new(),
            place("decimalLatitude"),
            place("decimalLongitude"),
            place("coordinateUncertaintyInMeters"),
            place("footprintWKT"),
            String::new(),
            self.station.zone.clone(),
            statement::generalised(told.told(), None),
            format!("{}{}.", statement::REASON, verdict.reasons),
        ]
    }

    /// Whether a value is told more finely than a rule about periods allows.
    fn is_too_fine(&self, value: &Value) -> bool {
        match self.period {
            None | Some(Precision::Held) => false,
            Some(Precision::Day) => value.time.contains(':'),
            Some(_) => true,
        }
    }

    /// The time with the zone of the station, where it has none of its own.
    fn zoned(&self, value: &Value) -> String {
        if self.station.zone.is_empty() || !is_without_zone(&value.time) {
            return value.time.clone();
        }
        format!("{}{}", value.time, self.station.zone)
    }
}

fn is_without_zone(time: &str) -> bool {
    instant(time).is_some_and(|instant| !instant.has_zone)
}

fn of_unfit(file: &str, unfit: &Unfit) -> Reject {
    Reject {
        file: file.to_owned(),
        line: unfit.line,
        column: unfit.column.to_owned(),
        reason: unfit.reason.to_owned(),
    }
}

const KIND: &str = "weather";
const STATION_HEADINGS: &[&str] = &[
    "station",
    "name",
    "latitude",
    "longitude",
    "coordinateUncertaintyInMeters",
    "footprintWKT",
    "elevation",
    "utcOffset",
    "dataGeneralizations",
    "informationWithheld",
];
