//! The first line of the page.

use super::super::number::count;

/// The first line: what leaves.
pub(in super::super) fn lead(clear: u64, less: u64, withheld: u64, unusable: u64) -> String {
    if clear + less + withheld + unusable == 0 {
        return "There are no records, so nothing leaves.".to_owned();
    }
    let withheld_part = match withheld {
        0 => "none is withheld".to_owned(),
        1 => "1 is withheld".to_owned(),
        _ => format!("{} are withheld", count(withheld)),
    };
    let unusable_part = match unusable {
        0 => "all could be used".to_owned(),
        _ => format!("{} could not be used", count(unusable)),
    };
    if clear + less == 0 {
        return match (withheld, unusable) {
            (1, 0) => "Nothing leaves: the only record is withheld.".to_owned(),
            (_, 0) => format!("Nothing leaves: all {} records are withheld.", count(withheld)),
            _ => format!("Nothing leaves: {withheld_part}, {unusable_part}."),
        };
    }
    let clear_part = match clear {
        0 => "No record leaves as held".to_owned(),
        1 => "1 record leaves as held".to_owned(),
        _ => format!("{} records leave as held", count(clear)),
    };
    let less_part = match less {
        0 => "none is told less precisely".to_owned(),
        1 => "1 is told less precisely".to_owned(),
        _ => format!("{} are told less precisely", count(less)),
    };
    let joined = if unusable == 0 { ", and " } else { ", " };
    format!("{clear_part}, {less_part}, {withheld_part}{joined}{unusable_part}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_says_what_leaves() {
        for ([clear, less, withheld, unusable], told) in [
            (
                [19_812, 168, 20, 3],
                "19,812 records leave as held, 168 are told less precisely, 20 are withheld, 3 could \
                 not be used.",
            ),
            (
                [1, 1, 1, 1],
                "1 record leaves as held, 1 is told less precisely, 1 is withheld, 1 could not be used.",
            ),
            (
                [2, 0, 0, 0],
                "2 records leave as held, none is told less precisely, none is withheld, and all could \
                 be used.",
            ),
            (
                [0, 3, 0, 0],
                "No record leaves as held, 3 are told less precisely, none is withheld, and all could \
                 be used.",
            ),
            ([0, 0, 40, 0], "Nothing leaves: all 40 records are withheld."),
            ([0, 0, 1, 0], "Nothing leaves: the only record is withheld."),
            ([0, 0, 40, 2], "Nothing leaves: 40 are withheld, 2 could not be used."),
            ([0, 0, 0, 0], "There are no records, so nothing leaves."),
        ] {
            assert_eq!(lead(clear, less, withheld, unusable), told);
        }
    }
}
