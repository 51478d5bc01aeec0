//! Which partner's copy a file came from: the arithmetic, and nothing else.
//!
//! Of each floor cell a partner is told one of the four blocks that hold it, by a choice that is keyed on
//! the partner and the cell (`docs/grid.md`). A file that came from somebody else's copy was made without
//! that key, so that for each cell the partner's own choice is one of four at random, whatever was done to
//! the file. How many of the partner's choices a file then holds is a sum of independent trials, whose
//! chances are known exactly: of a cell of which the file holds blocks by `h` of the four choices, `h / 4`.
//! The tail of that sum bounds the chance that an innocent partner's copy fits so well.
//!
//! The bound needs no idea of how the file was altered: rows may be missing, sorted, rounded again,
//! mixed with others; all of that happened without the innocent partner's key. It does need that the keyed
//! choices look random to whoever made the file (HMAC-SHA-256, RFC 2104).

mod tail;

pub use tail::tail;

/// A floor cell, held against a file and against what one partner was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Which of the four choices the file holds a block of.
    pub found: [bool; 4],
    /// The partner's own choice, 0 to 3.
    pub own: usize,
}

/// How a file fits to what one partner was told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Cells that tell partners apart: of which the file holds blocks by some choices and not by all.
    pub cells: usize,
    /// Those among them of which it holds the block that this partner was told.
    pub fitting: usize,
    /// The chance that the copy of a partner who has no part in the file fits as well or better.
    pub chance: f64,
}

/// Weighs how a file fits to what one partner was told.
///
/// The cells must be distinct, and which they are must not depend on the partner.
pub fn weigh(spots: &[Spot]) -> Fit {
    let telling = |spot: &&Spot| spot.found.contains(&true) && spot.found.contains(&false);
    let spots: Vec<&Spot> = spots.iter().filter(telling).collect();
    let fits = |spot: &&&Spot| spot.found.get(spot.own).copied().unwrap_or(false);
    let fitting = spots.iter().filter(fits).count();
    let chance = |spot: &&Spot| {
        let found = spot.found.iter().filter(|found| **found).count();
        u8::try_from(found).map_or(1.0, |found| f64::from(found) / 4.0)
    };
    let chances: Vec<f64> = spots.iter().map(chance).collect();
    Fit { cells: spots.len(), fitting, chance: tail(&chances, fitting) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream of numbers (`SplitMix64`, Steele et al. 2014, doi:10.1145/2660193.2660195).
    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn choice(state: &mut u64) -> usize {
        usize::try_from(next(state) >> 62).unwrap()
    }

    #[test]
    fn the_partner_whose_choices_a_file_holds_stands_out() {
        let mut state = 1;
        let own: Vec<usize> = (0..40).map(|_| choice(&mut state)).collect();
        let spot = |theirs: usize, own: usize| {
            let mut found = [false; 4];
            found[theirs] = true;
            Spot { found, own }
        };
        let of_leaker: Vec<Spot> = own.iter().map(|&own| spot(own, own)).collect();
        let fit = weigh(&of_leaker);
        assert_eq!((fit.cells, fit.fitting), (40, 40));
        assert!((fit.chance / 0.25_f64.powi(40) - 1.0).abs() < 1e-6);
        let of_other: Vec<Spot> = own.iter().map(|&own| spot(own, choice(&mut state))).collect();
        assert!(weigh(&of_other).chance > 1e-3);
    }

    #[test]
    fn cells_that_tell_nobody_apart_do_not_count() {
        let fit = weigh(&[
            Spot { found: [true; 4], own: 2 },
            Spot { found: [false; 4], own: 1 },
            Spot { found: [true, true, true, false], own: 0 },
        ]);
        assert_eq!((fit.cells, fit.fitting), (1, 1));
        assert!((fit.chance - 0.75).abs() < 1e-6);
        assert_eq!(weigh(&[]), Fit { cells: 0, fitting: 0, chance: 1.0 });
    }

    /// Whoever has no part in a file is named no more often than the bound says, whatever the file is.
    #[test]
    fn innocents_fit_no_better_than_the_bound() {
        let (mut state, runs) = (7, 20_000_u32);
        for found in
            [[true, false, false, false], [true, true, false, false], [false, true, true, true]]
        {
            let mut below = 0_u32;
            for _ in 0..runs {
                let spots: Vec<Spot> =
                    (0..24).map(|_| Spot { found, own: choice(&mut state) }).collect();
                below += u32::from(weigh(&spots).chance <= 0.05);
            }
            // At most one in twenty: four standard deviations of 20,000 trials are 123.
            assert!(below <= runs / 20 + 124, "{below} of {runs}");
        }
    }
}
