//! The first line of the page, and what else speaks of all that is counted: records, or events
//! where there is no table of records.

use super::super::number::count;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Counted {
    Events,
    Records,
}

impl Counted {
    fn one(self) -> &'static str {
        match self {
            Self::Events => "event",
            Self::Records => "record",
        }
    }

    fn many(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Records => "records",
        }
    }

    /// The first line: what leaves.
    pub(in super::super) fn lead(
        self,
        clear: u64,
        less: u64,
        withheld: u64,
        unusable: u64,
    ) -> String {
        let (one, many) = (self.one(), self.many());
        if clear + less + withheld + unusable == 0 {
            return format!("There are no {many}, so nothing leaves.");
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
                (1, 0) => format!("Nothing leaves: the only {one} is withheld."),
                (_, 0) => format!("Nothing leaves: all {} {many} are withheld.", count(withheld)),
                _ => format!("Nothing leaves: {withheld_part}, {unusable_part}."),
            };
        }
        let clear_part = match clear {
            0 => format!("No {one} leaves as held"),
            1 => format!("1 {one} leaves as held"),
            _ => format!("{} {many} leave as held", count(clear)),
        };
        let less_part = match less {
            0 => "none is told less precisely".to_owned(),
            1 => "1 is told less precisely".to_owned(),
            _ => format!("{} are told less precisely", count(less)),
        };
        let joined = if unusable == 0 { ", and " } else { ", " };
        format!("{clear_part}, {less_part}, {withheld_part}{joined}{unusable_part}.")
    }

    /// Said where it is not what a reader expects.
    pub(in super::super) fn note(self) -> Option<&'static str> {
        match self {
            Self::Events => Some(
                "There is no table of records. Events are counted instead: where this report speaks \
                 of records, it means events.",
            ),
            Self::Records => None,
        }
    }

    pub(in super::super) fn answer_nothing(self) -> String {
        format!("No {} leaves, so there is nothing to hand over.", self.one())
    }

    pub(in super::super) fn answer_no_match(self) -> String {
        format!("Look before you do: no rule met any {}, so nothing was protected.", self.one())
    }

    /// What the answer leaves open; `attacked` says that the copy was attacked.
    pub(in super::super) fn limits(self, attacked: bool) -> String {
        let attack = if attacked {
            "The attacks had this copy and nothing else; Reedbed does not know what others hold or \
             have published, and that can still give a place away."
        } else {
            "No attack was run on this copy, and Reedbed does not know what others hold or have \
             published: both can still give a place away."
        };
        format!("The rules were applied to every {} that could be used. {attack}", self.one())
    }

    pub(in super::super) fn look_boundaries(self) -> String {
        format!(
            "No {} lies in any of the boundaries that you gave. Are latitude and longitude exchanged?",
            self.one()
        )
    }

    pub(in super::super) fn no_protected(self) -> String {
        format!("No {} was withheld or told less precisely.", self.one())
    }

    pub(in super::super) fn no_rules_met(self) -> &'static str {
        match self {
            Self::Events => "No rule met an event.",
            Self::Records => "No rule met a record.",
        }
    }

    pub(in super::super) fn rules_met(self, met: u64, total: u64) -> String {
        let many = self.many();
        match (met, total) {
            (1, 1) => format!("The only rule met {many}."),
            _ if met == total => format!("All {} rules met {many}.", count(total)),
            _ => format!("{} of {} rules met {many}.", count(met), count(total)),
        }
    }
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
            assert_eq!(Counted::Records.lead(clear, less, withheld, unusable), told);
        }
    }

    #[test]
    fn where_there_is_no_table_of_records_events_are_counted() {
        assert_eq!(
            Counted::Events.lead(595, 87, 0, 0),
            "595 events leave as held, 87 are told less precisely, none is withheld, and all could \
             be used."
        );
        assert_eq!(Counted::Events.rules_met(1, 2), "1 of 2 rules met events.");
    }
}
