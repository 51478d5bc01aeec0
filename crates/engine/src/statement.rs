//! The sentences that a copy writes about itself: what was generalised, what was withheld, and why.
//!
//! Fixed forms, so that a copy that is shared again reads its own sentences back and changes
//! nothing. They never carry a word of the record.

use std::collections::BTreeSet;

use reedbed_core::decide::PlaceTold;
use reedbed_core::grid::{CellWidth, Lattice, decimal};
use reedbed_core::period::Precision;
use reedbed_core::place::Nano;
use reedbed_core::term;

/// Wording that stands in place of a restricted text.
pub const WORDING: &str = "withheld (see informationWithheld)";
/// What informationWithheld calls columns that are no known terms.
pub const OTHER_COLUMNS: &str = "other columns";
/// What dataGeneralizations says of identifiers.
pub const PSEUDONYMS: &str = "Identifiers are pseudonyms.";
/// What dataGeneralizations says of a place that is not told.
pub const PLACE_WITHHELD: &str = "The place is withheld.";
/// georeferenceRemarks of a generalised place.
pub const COVERS: &str = "coordinateUncertaintyInMeters covers the generalised region and whatever \
     uncertainty the original place was given with.";
/// geodeticDatum of every generalised place.
pub const DATUM: &str = "EPSG:4326";

/// The sentence for dataGeneralizations.
pub fn generalised(place: PlaceTold, period: Option<Precision>) -> String {
    let place = match place {
        PlaceTold::AsHeld => None,
        PlaceTold::Withheld => Some(PLACE_WITHHELD.to_owned()),
        PlaceTold::Cell { lattice } => Some(match lattice {
            Lattice::Degrees { width } => {
                let width = decimal(width.nano());
                format!(
                    "Place generalised to the cell of the {width}° × {width}° grid that holds it; \
                     the coordinates are the centre of the cell."
                )
            }
            Lattice::Metres { width_m } => format!(
                "Place generalised to the cell of the {width_m} m × {width_m} m grid that holds it; \
                 the coordinates are the centre of the cell."
            ),
        }),
        PlaceTold::Block { lattice, step } => Some(match lattice {
            Lattice::Degrees { width } => {
                let mut side = width.nano();
                side.0 = side.0 / 5_i64.pow(u32::from(step)) * 2;
                let side = decimal(side);
                format!(
                    "Place generalised to a block of {side}° × {side}° that holds it; the \
                     coordinates are the centre of the block."
                )
            }
            Lattice::Metres { width_m } => {
                let side = width_m * 2 / 5_u32.pow(u32::from(step));
                format!(
                    "Place generalised to a block of {side} m × {side} m that holds it; the \
                     coordinates are the centre of the block."
                )
            }
        }),
    };
    let period = period.and_then(|period| match period {
        Precision::Held | Precision::Day => None,
        Precision::Month => Some("Date given by the month."),
        Precision::Year => Some("Date given by the year."),
        Precision::Decade => Some("Date given by the decade."),
        Precision::None => Some("Date withheld."),
    });
    place.iter().map(String::as_str).chain(period).collect::<Vec<_>>().join(" ")
}

/// The grid of the cell that a sentence of [`generalised`] names; nothing where it names none.
pub fn grid_of(sentence: &str) -> Option<Lattice> {
    let (_, rest) = sentence.split_once("Place generalised to the cell of the ")?;
    let (width, _) = rest.split_once(" grid that holds it")?;
    let (one, other) = width.split_once(" × ")?;
    if one != other {
        return None;
    }
    match (one.strip_suffix('°'), one.strip_suffix(" m")) {
        (Some(degrees), _) => {
            let wanted = Nano::parse(degrees)?;
            let width = CellWidth::at_least(wanted).filter(|width| width.nano() == wanted)?;
            Some(Lattice::Degrees { width })
        }
        (None, Some(metres)) => Some(Lattice::Metres { width_m: metres.parse().ok()? }),
        (None, None) => None,
    }
}

/// The sentence for informationWithheld: the terms, then the reasons.
///
/// The terms are those that no record told like this gives, whether it had something there or not.
pub fn withheld(terms: &BTreeSet<&str>, reasons: &str) -> String {
    let names = terms.iter().copied().collect::<Vec<_>>().join("; ");
    match (names.is_empty(), reasons.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("{REASON}{reasons}."),
        (false, true) => format!("{WITHHELD}{names}."),
        (false, false) => format!("{WITHHELD}{names}. {REASON}{reasons}."),
    }
}

/// Reads the terms back from a sentence that [`withheld`] wrote.
///
/// PRIVACY: only names of known terms come through, so that an incoming sentence carries no text.
pub fn terms_of(sentence: &str) -> BTreeSet<&'static str> {
    let names = sentence.strip_prefix(WITHHELD).unwrap_or("");
    let names = names.split_once('.').map_or("", |(names, _)| names);
    let others = names.contains(OTHER_COLUMNS).then_some(OTHER_COLUMNS);
    names
        .split([',', ';', ' '])
        .filter_map(|name| term::find(name).map(|term| term.name).filter(|known| *known == name))
        .chain(others)
        .collect()
}

/// Reason given for a record that is protected for what it shares with others, and for nothing
/// else: it must not say that something was withheld beside it.
pub const SENSITIVE_PLACE: &str = "sensitive place";

const WITHHELD: &str = "Withheld where given: ";
pub(crate) const REASON: &str = "Reason: ";

#[cfg(test)]
mod tests {
    use reedbed_core::category::Category;

    use super::*;

    #[test]
    fn a_sentence_reads_back_its_terms_and_nothing_else() {
        let terms = BTreeSet::from(["locality", "recordedBy"]);
        let sentence = withheld(&terms, "threatened population (Wetland Trust)");
        assert_eq!(
            sentence,
            "Withheld where given: locality; recordedBy. Reason: threatened population (Wetland Trust)."
        );
        assert_eq!(terms_of(&sentence), terms);
        assert!(
            terms_of("Withheld where given: nest at the old mill, locality. Reason: x").len() == 1
        );
        assert!(terms_of("the nest is at 41.1, -8.6").is_empty());
    }

    #[test]
    fn what_was_generalised_is_said_in_a_sentence() {
        let lattice = Lattice::of(Category::High).unwrap();
        assert_eq!(
            generalised(PlaceTold::Block { lattice, step: 1 }, Some(Precision::Month)),
            "Place generalised to a block of 0.04° × 0.04° that holds it; the coordinates are the \
             centre of the block. Date given by the month."
        );
        assert!(generalised(PlaceTold::Cell { lattice }, None).contains("0.1° × 0.1°"));
        assert_eq!(generalised(PlaceTold::AsHeld, Some(Precision::Day)), "");
    }
}
