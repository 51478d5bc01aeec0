//! The published ladder of uncertainties.

/// Rounds an uncertainty up to the next rung of the published ladder.
///
/// The rungs are the Renard series R10 in metres: 1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8 times
/// each power of ten, from 10 m up. A rung is a round number that hides what was added up to reach
/// it: the size of a cell is public, so an exact sum would tell the uncertainty that the record had.
///
/// Units: metres in and out. Anything that is not a positive number gives the lowest rung.
///
/// Source: ISO 3:1973, Preferred numbers.
pub fn ladder_m(uncertainty_m: f64) -> f64 {
    let wanted = if uncertainty_m.is_finite() { uncertainty_m } else { LARGEST_M };
    let mut decade = 10.0;
    while decade < LARGEST_M {
        for rung in RUNGS {
            if rung * decade >= wanted {
                return rung * decade;
            }
        }
        decade *= 10.0;
    }
    LARGEST_M
}

/// Writes metres of the ladder as Darwin Core wants them: a plain number.
pub fn metres(value_m: f64) -> String {
    format!("{value_m}")
}

const RUNGS: [f64; 10] = [1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0];
/// More than half the way round the earth: no place is farther away.
const LARGEST_M: f64 = 100_000_000.0;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn uncertainties_are_rounded_up_to_a_rung() {
        for (from, to) in [
            (0.0, "10"),
            (10.1, "12.5"),
            (6_970.0, "8000"),
            (7_000.0, "8000"),
            (8_001.0, "10000"),
            (111_000.0, "125000"),
        ] {
            assert_eq!(metres(ladder_m(from)), to);
        }
        assert_eq!(metres(ladder_m(f64::NAN)), "100000000");
    }

    proptest! {
        #[test]
        fn a_rung_is_never_below_and_stays_where_it_is(value in 0.0..30_000_000.0_f64) {
            let rung = ladder_m(value);
            prop_assert!(rung >= value);
            prop_assert!(rung <= (value * 1.2801).max(10.0));
            prop_assert_eq!(metres(ladder_m(metres(rung).parse().unwrap())), metres(rung));
        }
    }
}
