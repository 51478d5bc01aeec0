//! The upper tail of a sum of independent trials with known chances.

/// The chance that of independent trials at least some number succeed; never less than it is.
///
/// Exact up to rounding, which is allowed for, for up to 2,000 trials (the recursion of Hong 2013, section
/// 2.2, doi:10.1016/j.csda.2012.10.006); a Chernoff bound beyond (Chernoff 1952,
/// doi:10.1214/aoms/1177729330).
///
/// Shapes: one chance in `[0, 1]` for each trial.
pub fn tail(chances: &[f64], least: usize) -> f64 {
    if least == 0 {
        return 1.0;
    }
    if least > chances.len() {
        return 0.0;
    }
    let bound =
        if chances.len() <= EXACT { exact(chances, least) } else { chernoff(chances, least) };
    bound.min(1.0)
}

/// All terms are sums of products of numbers that are not negative, so that rounding errs by a few parts
/// in 2^53 for each trial.
fn exact(chances: &[f64], least: usize) -> f64 {
    let mut of = vec![0.0_f64; chances.len() + 1];
    if let Some(none) = of.first_mut() {
        *none = 1.0;
    }
    for (done, chance) in chances.iter().enumerate() {
        for number in (0..=done + 1).rev() {
            let stays = of.get(number).copied().unwrap_or(0.0) * (1.0 - chance);
            let grows = number
                .checked_sub(1)
                .and_then(|before| of.get(before))
                .map_or(0.0, |before| before * chance);
            if let Some(slot) = of.get_mut(number) {
                *slot = stays + grows;
            }
        }
    }
    of.iter().skip(least).sum::<f64>() * (1.0 + ROUNDING)
}

/// The least over some `t` of `E exp(t S) / exp(t least)`; each of them is a bound.
fn chernoff(chances: &[f64], least: usize) -> f64 {
    let least = u32::try_from(least).map_or(f64::MAX, f64::from);
    let at = |t: f64| {
        let logs: f64 = chances.iter().map(|p| (p * t.exp_m1()).ln_1p()).sum();
        logs - t * least
    };
    let log = (1..=200).map(|step| at(f64::from(step) * 0.05)).fold(0.0, f64::min);
    (log + ROUNDING).exp()
}

const EXACT: usize = 2_000;
/// Allowance for rounding in either form.
const ROUNDING: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_a_binomial_is_known() {
        // 1 − P(0) and 1 − P(0) − P(1) of four trials at one in four.
        let chances = [0.25; 4];
        assert!((tail(&chances, 1) - (1.0 - 0.75_f64.powi(4))).abs() < 1e-8);
        assert!((tail(&chances, 2) - (1.0 - 0.75_f64.powi(4) - 0.75_f64.powi(3))).abs() < 1e-8);
        assert!((tail(&chances, 0) - 1.0).abs() < f64::EPSILON);
        assert!(tail(&chances, 5) < f64::EPSILON);
        assert!((tail(&[0.5, 1.0, 0.0], 2) - 0.5).abs() < 1e-8);
    }

    #[test]
    fn the_bound_for_many_trials_is_above_the_exact_tail_and_near_it() {
        for (chance, least) in [(0.25, 700), (0.5, 1_200), (0.75, 1_600)] {
            let chances = vec![chance; EXACT];
            let (exact, bound) = (exact(&chances, least), chernoff(&chances, least));
            assert!(exact <= bound && bound < exact * 200.0 + 1e-12, "{exact} {bound}");
        }
        assert!(tail(&vec![0.25; 5_000], 1_250) <= 1.0);
        assert!(tail(&vec![0.25; 5_000], 2_500) < 1e-100);
    }
}
