//! Counts tests from what the test runners print.

use std::fmt;

/// How many tests passed, failed and were skipped.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// A runner that ended badly without naming a test (it did not compile, it was killed) counts
    /// as one failure, so that it cannot be overlooked.
    pub(crate) fn ended(mut self, well: bool) -> Self {
        if !well && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// Reads the lines of `cargo test -- --show-output`.
///
/// A test that finds its data absent says `skipped: REASON` and returns. The runner calls that
/// passed; here it is counted, and shown, as skipped.
#[derive(Debug, Default)]
pub(crate) struct CargoLines {
    tally: Tally,
    in_successes: bool,
    test_is_skipped: bool,
    skipped: u64,
}

impl CargoLines {
    /// Takes one line and tells whether to show it: the output of tests that passed is not shown.
    pub(crate) fn take(&mut self, line: &str) -> bool {
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.result(counts);
            return true;
        }
        match line {
            "successes:" => {
                self.in_successes = true;
                self.test_is_skipped = false;
                return false;
            }
            "failures:" => self.in_successes = false,
            _ => {}
        }
        if !self.in_successes {
            return true;
        }
        if line.starts_with("---- ") {
            self.test_is_skipped = false;
        } else if line.starts_with("skipped: ") {
            if !self.test_is_skipped {
                self.skipped += 1;
                self.test_is_skipped = true;
            }
            return true;
        }
        false
    }

    fn result(&mut self, counts: &str) {
        let mut one = Tally::default();
        for part in counts.split(['.', ';']) {
            match count(part) {
                Some((n, "passed")) => one.passed = n,
                Some((n, "failed")) => one.failed = n,
                Some((n, "ignored")) => one.skipped = n,
                _ => {}
            }
        }
        let skipped = self.skipped.min(one.passed);
        one.passed -= skipped;
        one.skipped += skipped;
        self.tally.add(one);
        *self = Self { tally: self.tally, ..Self::default() };
    }

    /// What all results so far add up to.
    pub(crate) fn tally(&self) -> Tally {
        self.tally
    }
}

/// Reads pytest's closing line, such as `== 5 passed, 1 skipped in 2.31s ==`; none in other lines.
pub(crate) fn of_pytest(line: &str) -> Option<Tally> {
    let line = line.trim_matches(['=', ' ']);
    let (counts, seconds) = line.rsplit_once(" in ")?;
    if !seconds.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut tally = Tally::default();
    for part in counts.split(", ") {
        match count(part)? {
            (n, "passed" | "xpassed") => tally.passed += n,
            (n, "failed" | "error" | "errors") => tally.failed += n,
            (n, "skipped" | "xfailed") => tally.skipped += n,
            (_, "warning" | "warnings" | "deselected") => {}
            _ => return None,
        }
    }
    Some(tally)
}

/// Reads `12 passed`.
fn count(part: &str) -> Option<(u64, &str)> {
    let (number, word) = part.trim().split_once(' ')?;
    Some((number.parse().ok()?, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `take` shows of a run, and what it counts.
    fn read(run: &str) -> (Vec<&str>, Tally) {
        let mut lines = CargoLines::default();
        let shown = run.lines().filter(|line| lines.take(line)).collect();
        (shown, lines.tally())
    }

    #[test]
    fn results_of_several_binaries_add_up() {
        let (_, tally) = read(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; \
             finished in 0.01s\n\
             test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; \
             finished in 1.21s",
        );
        assert_eq!(tally, Tally { passed: 5, failed: 4, skipped: 1 });
    }

    #[test]
    fn a_test_that_says_skipped_is_shown_and_not_counted_as_passed() {
        let run = "test a ... ok\n\nsuccesses:\n\n---- a stdout ----\nskipped: no data\n\
                   skipped: none at all\nchatter\n\nsuccesses:\n    a\n    b\n\n\
                   test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
                   test c ... ok";
        let (shown, tally) = read(run);
        assert_eq!(tally, Tally { passed: 1, failed: 0, skipped: 1 });
        assert!(shown.contains(&"skipped: no data"));
        assert!(!shown.contains(&"chatter"));
        assert!(shown.contains(&"test c ... ok"));
    }

    #[test]
    fn what_failing_tests_wrote_is_shown() {
        let run = "successes:\n\nsuccesses:\n    a\n\nfailures:\n\n---- b stdout ----\nwhy\n\
                   test result: FAILED. 1 passed; 1 failed; 0 ignored";
        let (shown, tally) = read(run);
        assert!(shown.contains(&"why"));
        assert_eq!(tally, Tally { passed: 1, failed: 1, skipped: 0 });
    }

    #[test]
    fn a_bad_end_without_a_failed_test_is_a_failure() {
        assert_eq!(Tally::default().ended(false).failed, 1);
        assert_eq!(Tally { failed: 2, ..Tally::default() }.ended(false).failed, 2);
        assert_eq!(Tally::default().ended(true).failed, 0);
    }

    #[test]
    fn pytest_closing_lines_are_read_and_others_are_not() {
        assert_eq!(
            of_pytest("===== 1 failed, 12 passed, 2 skipped, 1 warning in 3.07s ====="),
            Some(Tally { passed: 12, failed: 1, skipped: 2 })
        );
        assert_eq!(
            of_pytest("3 passed, 1 error in 61.20s (0:01:01)"),
            Some(Tally { passed: 3, failed: 1, skipped: 0 })
        );
        assert_eq!(of_pytest("SKIPPED [1] test_x.py:4: no data in 3 places"), None);
        assert_eq!(of_pytest("======= no tests ran in 0.01s ======="), None);
    }
}
