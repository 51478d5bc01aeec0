//! What the rows of a table are: from the name that an archive gives them, or from their columns.

use crate::table::{Column, RowKind};

/// Finds out what the rows of a table are from the full name in an archive.
pub(crate) fn of_type(row_type: &str) -> RowKind {
    let local = row_type.rsplit(['/', '#', ':']).next().unwrap_or("").to_ascii_lowercase();
    match local.as_str() {
        "occurrence" | "darwincore" | "simpledarwinrecord" | "darwinrecord" => RowKind::Occurrence,
        "event" => RowKind::Event,
        "taxon" => RowKind::Taxon,
        "measurementorfact" | "extendedmeasurementorfact" => RowKind::Measurement,
        "identification" | "identificationhistory" => RowKind::Identification,
        "multimedia" | "image" | "audubonmedia" | "simplemultimedia" | "document" => {
            RowKind::Multimedia
        }
        "distribution" | "speciesdistribution" => RowKind::Distribution,
        "vernacularname" => RowKind::VernacularName,
        _ => RowKind::Other,
    }
}

/// Finds out what the rows of a plain table are from its columns. In doubt they are records: of
/// records the most is asked before they may leave.
pub(crate) fn of_columns(columns: &[Column]) -> RowKind {
    let has = |names: &[&str]| {
        columns.iter().any(|c| c.term.is_some_and(|term| names.contains(&term.name)))
    };
    let has_name = has(NAMES);
    let is_about_organisms = has_name || has(ORGANISMS);
    let has_place = has(PLACES);
    if has(&["measurementType"]) && !has_name {
        RowKind::Measurement
    } else if has(&["accessURI"]) && !has_name && !has_place {
        RowKind::Multimedia
    } else if has(&["occurrenceID", "basisOfRecord", "gbifID"]) && (is_about_organisms || has_place)
        || has(&["occurrenceID"]) && has(&["eventID"])
        || is_about_organisms && (has_place || has(&["eventID", "eventDate", "year"]))
    {
        RowKind::Occurrence
    } else if has(&["eventID"]) {
        RowKind::Event
    } else if has(&["vernacularName"]) && has(&["taxonID"]) && !has_name {
        RowKind::VernacularName
    } else if has(&["taxonID", "parentNameUsageID", "acceptedNameUsageID"]) && !has_place {
        RowKind::Taxon
    } else if is_about_organisms || has_place || has(&["locality"]) {
        RowKind::Occurrence
    } else {
        RowKind::Other
    }
}

/// The full name of what rows are.
pub(crate) fn type_of(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Distribution => "http://rs.gbif.org/terms/1.0/Distribution",
        RowKind::Event => "http://rs.tdwg.org/dwc/terms/Event",
        RowKind::Identification => "http://rs.tdwg.org/dwc/terms/Identification",
        RowKind::Measurement => "http://rs.tdwg.org/dwc/terms/MeasurementOrFact",
        RowKind::Multimedia => "http://rs.gbif.org/terms/1.0/Multimedia",
        RowKind::Occurrence | RowKind::Other => "http://rs.tdwg.org/dwc/terms/Occurrence",
        RowKind::Taxon => "http://rs.tdwg.org/dwc/terms/Taxon",
        RowKind::VernacularName => "http://rs.gbif.org/terms/1.0/VernacularName",
    }
}

/// The term of the identifier of rows.
pub(crate) fn id_term(kind: RowKind) -> Option<&'static str> {
    match kind {
        RowKind::Event => Some("eventID"),
        RowKind::Occurrence => Some("occurrenceID"),
        RowKind::Taxon => Some("taxonID"),
        _ => None,
    }
}

/// The kind of data of records and what hangs from them.
pub(crate) const OCCURRENCE: &str = "occurrence";
const NAMES: &[&str] = &["scientificName", "species", "verbatimScientificName"];
/// Terms of rows that are about organisms, beside their names.
const ORGANISMS: &[&str] = &[
    "basisOfRecord",
    "catalogNumber",
    "individualCount",
    "lifeStage",
    "occurrenceStatus",
    "organismQuantity",
    "sex",
    "vernacularName",
];
const PLACES: &[&str] = &["decimalLatitude", "verbatimLatitude", "verbatimCoordinates"];

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(headings: &str) -> RowKind {
        let columns: Vec<Column> = headings.split(' ').map(Column::plain).collect();
        of_columns(&columns)
    }

    #[test]
    fn columns_tell_what_rows_are() {
        use RowKind::{Event, Measurement, Multimedia, Occurrence, Other, Taxon, VernacularName};
        for (headings, expected) in [
            ("occurrenceID scientificName decimalLatitude", Occurrence),
            ("scientificName eventDate", Occurrence),
            ("scientificName", Occurrence),
            ("occurrenceID eventID", Occurrence),
            ("eventID taxonID individualCount", Occurrence),
            ("eventID vernacularName", Occurrence),
            ("catalogNumber locality", Occurrence),
            ("gbifID species decimalLatitude", Occurrence),
            ("decimalLatitude decimalLongitude", Occurrence),
            ("taxonID scientificName decimalLatitude", Occurrence),
            ("eventID eventDate decimalLatitude", Event),
            ("eventID parentEventID samplingProtocol", Event),
            ("taxonID scientificName parentNameUsageID", Taxon),
            ("taxonID acceptedNameUsageID", Taxon),
            ("taxonID vernacularName language", VernacularName),
            ("occurrenceID measurementType measurementValue", Measurement),
            ("eventID measurementType", Measurement),
            ("occurrenceID accessURI", Multimedia),
            ("colour", Other),
        ] {
            assert_eq!(kind(headings), expected, "{headings}");
        }
    }

    #[test]
    fn names_of_row_types_are_known_in_old_and_new_forms() {
        for (name, expected) in [
            ("http://rs.tdwg.org/dwc/terms/DarwinCore", RowKind::Occurrence),
            ("http://rs.tdwg.org/dwc/xsd/simpledarwincore/SimpleDarwinRecord", RowKind::Occurrence),
            ("http://rs.iobis.org/obis/terms/ExtendedMeasurementOrFact", RowKind::Measurement),
            ("http://eol.org/schema/media/Document", RowKind::Multimedia),
            ("dwc:Event", RowKind::Event),
            ("", RowKind::Other),
        ] {
            assert_eq!(of_type(name), expected, "{name}");
        }
    }
}
