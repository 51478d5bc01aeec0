//! Attack 9: claims from what stands beside the rows.

use reedbed_core::place::Point;

use super::texts::Texts;
use super::{Board, Guess, LINKED_M};
use crate::claim::Attack;
use crate::linking::{CATALOGUE, IDENTIFIER};
use crate::metadata::Metadata;
use crate::region::{Region, allowed_on_ground_m2, stated_area_m2};
use crate::target::Target;

impl Board<'_, '_> {
    /// Attack 9.
    pub(super) fn by_metadata(&mut self, targets: &[Target], texts: &Texts<'_>) {
        for (index, target) in targets.iter().enumerate() {
            self.by_box(index, target, texts);
            self.by_document(index, target, texts);
            self.by_own_file(index, target, texts);
        }
        self.by_files(targets, texts);
    }

    /// A box that is stated of all records, or of the record's taxon.
    fn by_box(&mut self, index: usize, target: &Target, texts: &Texts<'_>) {
        let own = target.allowed.as_ref().and_then(Region::of);
        let own_area = target.allowed.as_ref().map_or(f64::INFINITY, stated_area_m2);
        for (region, taxa) in &texts.metadata.boxes {
            let is_of_taxon = texts.mentions.is_of_any(index, taxa);
            let is_of_all = !texts.has_others && texts.metadata.boxes.len() == 1;
            if !is_of_taxon && !is_of_all {
                continue;
            }
            let left = own.as_ref().map_or_else(|| Some(region.clone()), |own| own.cut(region));
            let Some(extent) = left.and_then(|left| left.extent()) else { continue };
            let allowed = allowed_on_ground_m2(target.allowed_area_m2(), extent.centre);
            if extent.area_m2 >= allowed.min(own_area) * LESS {
                continue;
            }
            let because = format!(
                "The metadata states a box round {}, and no more of its region lies in that.",
                if is_of_taxon { "the records of its taxon" } else { "all records" }
            );
            let guess = Guess {
                attack: Attack::Metadata,
                point: extent.centre,
                radius_m: extent.radius_m,
                probability: STATED,
                because,
                column: Some("geographicCoverage".to_owned()),
            };
            self.claims.guess_region(index, guess, &extent);
        }
    }

    /// A place in the texts of the metadata.
    fn by_document(&mut self, index: usize, target: &Target, texts: &Texts<'_>) {
        let metadata = &texts.metadata;
        let Some((point, sites)) = sites_of(&metadata.places, target) else { return };
        let is_about_it = texts.mentions.is_of_any(index, &metadata.taxa) || !texts.has_others;
        let chance = if is_about_it { ABOUT_IT } else { BESIDE };
        let because = "The metadata tells a place in its region in words or numbers.".to_owned();
        self.guess_near(index, target, point, chance / sites, because, "metadata document");
    }

    /// A file that bears the record's identifier: a place in its name, or its time.
    fn by_own_file(&mut self, index: usize, target: &Target, texts: &Texts<'_>) {
        let identifiers = [IDENTIFIER, CATALOGUE].map(|term| target.features.get(term).copied());
        let file = identifiers.iter().flatten().find_map(|id| texts.metadata.file_of(*id));
        let Some(file) = file.and_then(|file| texts.metadata.files.get(file)) else { return };
        if let Some((point, sites)) = sites_of(&file.places, target) {
            let because = format!(
                "The file `{}` bears its identifier, and tells a place in its region.",
                file.name
            );
            self.guess_near(index, target, point, OWN_FILE / sites, because, "file name");
        }
        let Some(day) = file.day.filter(|day| target.may_be_on(Some((*day, *day)))) else { return };
        let Some(points) = texts.on_day(day) else { return };
        let Some((point, sites)) = sites_of(points, target) else { return };
        let because = format!(
            "The file `{}` bears its identifier and was last changed on {day}; on that day other \
             records in its region are told exactly.",
            file.name
        );
        self.guess_near(index, target, point, SAME_DAY / sites, because, "file time");
    }

    /// A place in the name of a file that names the taxon, or of one that holds protected records
    /// only: shared by all records that it may be of.
    fn by_files(&mut self, targets: &[Target], texts: &Texts<'_>) {
        for file in texts.metadata.files.iter().filter(|file| !file.places.is_empty()) {
            let may_be_of = |(index, target): &(usize, &Target)| {
                let is_about_it = !texts.has_others || texts.mentions.is_of_any(*index, &file.taxa);
                is_about_it && sites_of(&file.places, target).is_some()
            };
            let holds_all = self.is_table(&file.name);
            let most = if holds_all { usize::MAX } else { MOST_SHARING + 1 };
            let of: Vec<(usize, &Target)> =
                targets.iter().enumerate().filter(may_be_of).take(most).collect();
            if of.len() > MOST_SHARING && !holds_all {
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "at most some records")]
            let sharing = if holds_all { 1.0 } else { of.len() as f64 };
            for (index, target) in of {
                let Some((point, sites)) = sites_of(&file.places, target) else { continue };
                let because = format!(
                    "The name of the file `{}` tells a place in its region, and that it is about \
                     records like this.",
                    file.name
                );
                let chance = ABOUT_IT / sites / sharing;
                self.guess_near(index, target, point, chance, because, "file name");
            }
        }
    }

    fn is_table(&self, name: &str) -> bool {
        let last = |name: &str| name.rsplit('/').next().map(str::to_owned);
        self.reading.columns.iter().any(|columns| last(&columns.table.name) == last(name))
    }

    fn guess_near(
        &mut self,
        index: usize,
        target: &Target,
        point: Point,
        probability: f64,
        because: String,
        column: &str,
    ) {
        let guess = Guess {
            attack: Attack::Metadata,
            point,
            radius_m: target.near_m().max(LINKED_M),
            probability,
            because,
            column: Some(column.to_owned()),
        };
        self.claims.guess(index, guess);
    }
}

/// The first of some places that a record may be at, and how many different ones there are.
fn sites_of(places: &[Point], target: &Target) -> Option<(Point, f64)> {
    let mut sites: Vec<Point> = Vec::new();
    for point in places {
        let is_new = |site: &Point| site.distance_bound_m(*point) > target.near_m();
        if sites.len() < MOST_SITES && target.may_be_at(*point) && sites.iter().all(is_new) {
            sites.push(*point);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "at most some sites")]
    let number = sites.len() as f64;
    sites.first().map(|site| (*site, number))
}

impl Texts<'_> {
    /// Prepares what stands beside the rows.
    pub(super) fn read_metadata(&mut self, copy: &reedbed_formats::dataset::Dataset) {
        self.metadata = Metadata::of(copy, &self.gazetteer, &self.mentions);
        self.days = self.metadata.days().map(|day| (day, Vec::new())).collect();
    }
}

/// How often a stated box is taken to hold its records.
const STATED: f64 = 0.9;
/// How often a place beside the rows is taken to be that of a record, where it is about its taxon or
/// about protected records only.
const ABOUT_IT: f64 = 0.6;
/// The same where it may be of any record.
const BESIDE: f64 = 0.2;
/// How often a file that bears an identifier is taken to be of that record.
const OWN_FILE: f64 = 0.9;
/// How often a record of a day is taken to be from where others of that day are.
const SAME_DAY: f64 = 0.6;
const LESS: f64 = 0.98;
const MOST_SITES: usize = 8;
/// Records that may share a file; with more nothing is told.
const MOST_SHARING: usize = 8;
