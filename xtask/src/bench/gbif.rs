//! A generated table in the form of GBIF's simple download: tab-separated, 50 columns, no quotes.
//!
//! Rows belong to sites of about a dozen rows each, as in the field: a site has one place and one
//! locality text. About 2 % of the rows are of listed taxa. By default these gather at one site in
//! twenty-five, as sensitive species do; scattered, they turn up at any site, so that about a
//! quarter of all rows share a place with one. The second is the hard case for Reedbed.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::bench::names::{self, Taxon};
use crate::prng::Prng;

/// What to generate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) rows: u64,
    pub(crate) scattered: bool,
}

/// Columns of GBIF's simple download, in its order.
pub(crate) const COLUMNS: [&str; 50] = [
    "gbifID",
    "datasetKey",
    "occurrenceID",
    "kingdom",
    "phylum",
    "class",
    "order",
    "family",
    "genus",
    "species",
    "infraspecificEpithet",
    "taxonRank",
    "scientificName",
    "verbatimScientificName",
    "verbatimScientificNameAuthorship",
    "countryCode",
    "locality",
    "stateProvince",
    "occurrenceStatus",
    "individualCount",
    "publishingOrgKey",
    "decimalLatitude",
    "decimalLongitude",
    "coordinateUncertaintyInMeters",
    "coordinatePrecision",
    "elevation",
    "elevationAccuracy",
    "depth",
    "depthAccuracy",
    "eventDate",
    "day",
    "month",
    "year",
    "taxonKey",
    "speciesKey",
    "basisOfRecord",
    "institutionCode",
    "collectionCode",
    "catalogNumber",
    "recordNumber",
    "identifiedBy",
    "dateIdentified",
    "license",
    "rightsHolder",
    "recordedBy",
    "typeStatus",
    "establishmentMeans",
    "lastInterpreted",
    "mediaType",
    "issue",
];

/// Writes the table, row by row.
///
/// Errors: those of the writer.
pub(crate) fn write(out: &mut impl Write, shape: Shape) -> io::Result<()> {
    writeln!(out, "{}", COLUMNS.join("\t"))?;
    let (listed, others) = names::taxa();
    let sites = (shape.rows / ROWS_PER_SITE).max(1);
    let mut prng = Prng::new(SEED);
    let mut row = String::with_capacity(1024);
    for number in 0..shape.rows {
        let site_number = prng.below(sites);
        let is_listed = if shape.scattered {
            prng.chance(1, 50)
        } else {
            site_number.is_multiple_of(25) && prng.chance(1, 2)
        };
        let from = if is_listed { &listed } else { &others };
        let at = prng.below(u64::try_from(from.len()).unwrap_or_default());
        let Some(taxon) = usize::try_from(at).ok().and_then(|at| from.get(at)) else { continue };
        row.clear();
        // Writing to a `String` cannot fail.
        let _ = write_row(&mut row, number, taxon, &Site::at(site_number), &mut prng);
        out.write_all(row.as_bytes())?;
    }
    Ok(())
}

/// Writes the rule list for Reedbed, and the bare names for the other side.
pub(crate) fn write_lists(rules: &mut impl Write, species: &mut impl Write) -> io::Result<()> {
    writeln!(rules, "scientificName,taxonRank,category,reason,authority")?;
    writeln!(species, "listed")?;
    for taxon in names::taxa().0 {
        writeln!(rules, "{},species,high,threatened population,Bench list", taxon.species)?;
        writeln!(species, "{}", taxon.species)?;
    }
    Ok(())
}

const SEED: u64 = 20_260_401;
const ROWS_PER_SITE: u64 = 12;

/// A place that many rows share, worked out from its number so that none has to be kept.
struct Site {
    latitude_e5: u64,
    longitude_e5: u64,
    locality: String,
    country: usize,
}

impl Site {
    fn at(number: u64) -> Self {
        let mut prng = Prng::new(SEED ^ number.wrapping_mul(0x2545_F491_4F6C_DD1D));
        let locality = format!(
            "{} {}, {} m {} of {} {}",
            prng.word(&WATERS),
            number,
            50 + prng.below(900),
            prng.word(&["N", "NE", "E", "SE", "S", "SW", "W", "NW"]),
            prng.word(&VILLAGES),
            prng.word(&["church", "bridge", "mill", "lock", "pumping station", "car park"]),
        );
        Self {
            latitude_e5: 4_300_000 + prng.below(1_700_000),
            longitude_e5: prng.below(2_500_000),
            locality,
            country: usize::try_from(prng.below(6)).unwrap_or_default(),
        }
    }
}

fn write_row(
    row: &mut String,
    number: u64,
    taxon: &Taxon,
    site: &Site,
    prng: &mut Prng,
) -> std::fmt::Result {
    let dataset = prng.below(40);
    let (country, state) = COUNTRIES.get(site.country).copied().unwrap_or_default();
    let (year, month, day) = (1990 + prng.below(36), 1 + prng.below(12), 1 + prng.below(28));
    let person = format!("{} {}", prng.word(&FORENAMES), prng.word(&SURNAMES));
    let [kingdom, phylum, class, order, family] = taxon.above;
    let (species, authorship) = (&taxon.species, &taxon.authorship);
    let genus = &taxon.genus;
    let institution = prng.word(&INSTITUTIONS);

    write!(row, "{}\t", 3_800_000_000 + number)?;
    write_uuid(row, dataset)?;
    write!(row, "\t{institution}:{}\t", 10_000_000 + number)?;
    write!(
        row,
        "{kingdom}\t{phylum}\t{class}\t{order}\t{family}\t{genus}\t{species}\t\tSPECIES\t"
    )?;
    write!(row, "{species} {authorship}\t{species}\t{authorship}\t{country}\t")?;
    write!(row, "{}\t{state}\tPRESENT\t", site.locality)?;
    if prng.chance(2, 3) {
        write!(row, "{}", 1 + prng.below(60))?;
    }
    row.push('\t');
    write_uuid(row, dataset + 1000)?;
    row.push('\t');
    write_degrees(row, site.latitude_e5)?;
    row.push('\t');
    write_degrees(row, site.longitude_e5)?;
    write!(row, "\t{}\t\t", prng.word(&["10.0", "25.0", "50.0", "100.0", "250.0", "1000.0", ""]))?;
    write!(row, "{}.0\t\t\t\t", prng.below(300))?;
    write!(row, "{year}-{month:02}-{day:02}T{:02}:{:02}\t", prng.below(24), prng.below(60))?;
    write!(row, "{day}\t{month}\t{year}\t{}\t{}\t", taxon.key, taxon.key)?;
    write!(row, "HUMAN_OBSERVATION\t{institution}\tOBS-{dataset}\t{}\t", 400_000 + number)?;
    write!(row, "{}\t{person}\t", prng.below(9000))?;
    write!(row, "{year}-{month:02}-{day:02}T00:00:00\tCC_BY_4_0\t{institution}\t{person}\t\t")?;
    write!(row, "{}\t", prng.word(&["NATIVE", "", "", "INTRODUCED"]))?;
    write!(row, "2026-02-{day:02}T{:02}:11:37.{:03}Z\t", prng.below(24), prng.below(1000))?;
    write!(row, "{}\t", prng.word(&["StillImage", "", "", ""]))?;
    writeln!(row, "{}", prng.word(&ISSUES))
}

/// A key in the form of a UUID, the same for the same number.
fn write_uuid(row: &mut String, number: u64) -> std::fmt::Result {
    let mut prng = Prng::new(number);
    let (high, low) = (prng.bits(), prng.bits());
    write!(
        row,
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFF,
        low >> 52,
        low & 0xFFFF_FFFF_FFFF
    )
}

fn write_degrees(row: &mut String, e5: u64) -> std::fmt::Result {
    write!(row, "{}.{:05}", e5 / 100_000, e5 % 100_000)
}

const WATERS: [&str; 8] = [
    "Reed fringe of pond",
    "Oxbow",
    "Wet meadow",
    "Sluice basin",
    "Alder carr",
    "Peat cutting",
    "Gravel pit",
    "Tidal creek",
];
const VILLAGES: [&str; 10] = [
    "Oudendam",
    "Kirchmoor",
    "Saint-Aubry",
    "Velsted",
    "Lesna",
    "Harnwick",
    "Torrella",
    "Brakvik",
    "Moorleben",
    "Nieuwpolder",
];
const COUNTRIES: [(&str, &str); 6] = [
    ("NL", "Noord-Holland"),
    ("DE", "Mecklenburg-Vorpommern"),
    ("FR", "Pays de la Loire"),
    ("DK", "Region Nordjylland"),
    ("PL", "Podlaskie"),
    ("BE", "Vlaanderen"),
];
const FORENAMES: [&str; 12] = [
    "Anna",
    "Bram",
    "Chiara",
    "Dorota",
    "Erik",
    "Fatima",
    "Goran",
    "Hanna",
    "Ines",
    "Jonas",
    "Katarzyna",
    "Luc",
];
const SURNAMES: [&str; 12] = [
    "Albrink",
    "Bouchet",
    "Czarny",
    "Dahlgaard",
    "Eversen",
    "Fontaine",
    "Grauwe",
    "Holtman",
    "Iversby",
    "Jankowiak",
    "Kestel",
    "Lindqvister",
];
const INSTITUTIONS: [&str; 5] = ["FieldNet", "Observa", "NatureWatch", "Herbarium", "River Survey"];
const ISSUES: [&str; 4] = [
    "COORDINATE_REPROJECTED",
    "COORDINATE_ROUNDED",
    "",
    "GEODETIC_DATUM_ASSUMED_WGS84;COORDINATE_ROUNDED",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn table(shape: Shape) -> Vec<Vec<String>> {
        let mut bytes = Vec::new();
        write(&mut bytes, shape).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|row| row.split('\t').map(str::to_owned).collect()).collect()
    }

    /// Share of rows that have a listed taxon, and that share a locality with one, in percent.
    fn shares(rows: &[Vec<String>]) -> (usize, usize) {
        let listed: Vec<String> = names::taxa().0.into_iter().map(|t| t.species).collect();
        let is_listed = |row: &&Vec<String>| listed.contains(&row[9]);
        let places: std::collections::HashSet<&String> =
            rows.iter().filter(is_listed).map(|row| &row[16]).collect();
        let beside = rows.iter().filter(|row| places.contains(&row[16])).count();
        (rows.iter().filter(is_listed).count() * 100 / rows.len(), beside * 100 / rows.len())
    }

    #[test]
    fn every_row_has_fifty_columns_and_a_realistic_length() {
        let rows = table(Shape { rows: 2000, scattered: false });
        assert!(rows.iter().all(|row| row.len() == COLUMNS.len()));
        let bytes: usize = rows.iter().flatten().map(|cell| cell.len() + 1).sum();
        assert!((500..=600).contains(&(bytes / rows.len())), "{}", bytes / rows.len());
    }

    #[test]
    fn listed_taxa_gather_at_few_sites_or_turn_up_anywhere() {
        let (listed, beside) = shares(&table(Shape { rows: 20_000, scattered: false })[1..]);
        assert!((1..=3).contains(&listed) && beside <= 5, "{listed} {beside}");
        let (listed, beside) = shares(&table(Shape { rows: 20_000, scattered: true })[1..]);
        assert!((1..=3).contains(&listed) && beside >= 15, "{listed} {beside}");
    }

    #[test]
    fn the_table_is_the_same_every_time() {
        let shape = Shape { rows: 50, scattered: true };
        assert_eq!(table(shape), table(shape));
    }
}
