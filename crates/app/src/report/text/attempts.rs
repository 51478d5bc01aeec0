//! Sentences about the attacks on the copy, and about what protection costs.

use crate::report::number::count;

pub(in crate::report) const ATTEMPTS: &str = "Who tried to break it?";
pub(in crate::report) const ATTEMPTS_COLUMNS: [&str; 3] =
    ["Attack", "Records about which it claimed anything", "Located"];
pub(in crate::report) const CLOSINGS: &str = "So that records which leave as held do not give them \
    away, some are told more carefully than the rules ask:";
pub(in crate::report) const WIDER_PLACE: &str = "In a wider region";
pub(in crate::report) const LONGER_PERIOD: &str = "In a longer period";
pub(in crate::report) const WITHOUT_CONTEXT: &str =
    "Without the method, institution and other things that they state of their visit";
pub(in crate::report) const WITHHELD_FOR_SIBLINGS: &str = "Withheld";
pub(in crate::report) const COST: &str = "What did it cost?";
pub(in crate::report) const COST_COLUMNS: [&str; 4] = ["", "Held", "As they were", "Share"];
pub(in crate::report) const COST_PROTECTED: &str =
    "Protected records that leave, told less precisely";
pub(in crate::report) const CLAIMED: &str = "claimed";
pub(in crate::report) const LOCATED: &str = "located";
pub(in crate::report) const COST_UNPROTECTED: &str = "Records that no rule met";
pub(in crate::report) const COST_UNPROTECTED_CELLS: &str = "Values in records that no rule met";
pub(in crate::report) const COST_RECORDS: &str = "All records";
pub(in crate::report) const COST_CELLS: &str = "All values (rows times columns)";
pub(in crate::report) const COST_EVENTS: &str = "Records that name their event";
pub(in crate::report) const COST_DATES: &str = "Records with their date";
pub(in crate::report) const COST_RECORDERS: &str = "Records with their recorder";
pub(in crate::report) const COST_COUNTS: &str =
    "Records that count for a species, a cell and a month";
pub(in crate::report) const COST_REMARK: &str = "A record counts for a cell and a month if it is told \
    within a square of 0.1° and one month. Rows that could not be used are left aside.";

pub(in crate::report) fn attempts(protected: u64, attacks: usize) -> String {
    let records = match protected {
        1 => "the protected record".to_owned(),
        records => format!("the {} protected records", count(records)),
    };
    format!(
        "Nobody managed to. {attacks} kinds of attack were tried on the finished copy, with what its \
         reader would have and nothing else; none located any of {records} more finely than the \
         rules allow."
    )
}

pub(in crate::report) fn told_more_carefully(records: u64) -> String {
    match records {
        1 => "A first copy, which nobody got, gave 1 record away; it is told more carefully in this one, or withheld.".to_owned(),
        _ => format!(
            "A first copy, which nobody got, gave {} records away; they are told more carefully in this one, or \
             withheld.",
            count(records)
        ),
    }
}

pub(in crate::report) fn attempts_remark(sure: f64) -> String {
    format!(
        "What each attack does stands in docs/attacks.md; – means that it needs more than the copy: other \
         copies, other files, boundaries. Located means: a region smaller than the rules allow, claimed with a probability of at least \
         {:.0} %. How sure an attacker may be is measured on the copy itself.",
        sure * 100.0
    )
}
