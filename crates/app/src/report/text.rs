//! Every sentence of the page, in one place, so that it can be translated.
//!
//! Texts hold no markup. Names from outside never stand inside a sentence: they are set apart, so
//! that the direction of their letters cannot turn the sentence round.

use reedbed_core::category::Category;
use reedbed_engine::kinds::KindSummary;

use super::number::{count, length, wide};

mod attempts;
mod counted;
pub(super) mod map;

pub(super) use attempts::*;
pub(super) use counted::Counted;

pub(super) const LANGUAGE: &str = "en";
pub(super) const TITLE: &str = "Reedbed report: not for release";
pub(super) const NOT_FOR_RELEASE: &str = "Not for release: this report is for the steward.";
pub(super) const EYEBROW_PUBLIC: &str = "Report on a copy for the public";
pub(super) const EYEBROW_PARTNER: &str = "Report on a copy for one partner";

pub(super) const SAFE: &str = "Is it safe to hand over?";
pub(super) const AUDIENCE: &str = "Who is it for?";
pub(super) const WITHHELD: &str = "What was withheld, and why?";
pub(super) const LISTS: &str = "What about the rules deserves a look?";
pub(super) const MAP: &str = "Where are the published cells?";
pub(super) const PRECISION: &str = "How much precision was given up?";
pub(super) const ROWS: &str = "Is every row accounted for?";
pub(super) const NAMES: &str = "Which names deserve a look?";
pub(super) const UNLISTED: &str = "Names on no list";
pub(super) const MATCHED: &str = "Names that may be listed ones";
pub(super) const REJECTS: &str = "What could not be used?";
pub(super) const ODDITIES: &str = "What else was odd?";
pub(super) const ABOUT: &str = "About this report";

pub(super) const AS_HELD: &str = "As held";
pub(super) const LESS_PRECISELY: &str = "Told less precisely";
pub(super) const WITHHELD_PART: &str = "Withheld";
pub(super) const UNUSABLE: &str = "Could not be used";

pub(super) const ANSWER_NO_ROWS_LOST: &str =
    "No. The rows of a table do not add up: do not hand this copy over.";
pub(super) const ANSWER_NO_RULES: &str =
    "Not by any rule: no rule was given, so nothing was protected.";
pub(super) const ANSWER_YES: &str = "By your rules, yes.";
pub(super) const ANSWER_YES_LOOK: &str = "By your rules, yes, after a look at these points.";
pub(super) const FOLDERS: &str = "Only the folder “package” may leave. The folder “steward”, in \
    which this report lies, names rules and places and stays with you.";

pub(super) fn look_rows(tables: u64) -> String {
    format!("The rows of {} do not add up.", tables_of(tables))
}

pub(super) fn look_findings(findings: u64) -> String {
    match findings {
        1 => "1 thing about the rule lists should be looked at. Is it meant so?".to_owned(),
        _ => format!(
            "{} things about the rule lists should be looked at. Are they meant so?",
            count(findings)
        ),
    }
}

pub(super) fn look_rejects(rows: u64) -> String {
    match rows {
        1 => "1 row could not be used. Does it matter?".to_owned(),
        _ => format!("{} rows could not be used. Do they matter?", count(rows)),
    }
}

pub(super) fn look_unlisted(names: u64) -> String {
    match names {
        1 => "1 name is on no list. Should it be?".to_owned(),
        _ => format!("{} names are on no list. Should one of them be?", count(names)),
    }
}

pub(super) fn look_matched(names: u64) -> String {
    match names {
        1 => "1 name may be a listed one, though not written as in a list. Is it?".to_owned(),
        _ => format!(
            "{} names may be listed ones, though not written as in a list. Are they?",
            count(names)
        ),
    }
}

pub(super) fn look_oddities(sentences: u64) -> String {
    match sentences {
        1 => "1 thing about the input was odd.".to_owned(),
        _ => format!("{} things about the input were odd.", count(sentences)),
    }
}

pub(super) const FOR_PUBLIC: &str = "The public. Anyone may have this copy, pass it on, and lay it \
    beside other data.";
pub(super) const FOR_PARTNER: &str = "One partner, under an agreement:";
pub(super) const FOR_UNNAMED_PARTNER: &str = "One partner, who is not named.";
pub(super) const PARTNER_ONLY: &str = "It tells more than a public copy may. Hand it to this \
    partner and to nobody else; another partner gets a copy of its own.";

pub(super) const CATEGORY_COLUMNS: [&str; 4] =
    ["Category", "Less precise by a rule", "Less precise for what they share", "Withheld"];
pub(super) const RULE_COLUMNS: [&str; 4] = ["Rule", "Less precise", "Withheld", "Pulled along"];
/// The same where a narrow page has no room for headings.
pub(super) const RULE_UNITS: [&str; 4] = ["", "less precise", "withheld", "pulled along"];
pub(super) const SHARED_REMARK: &str = "A record that shares its event, its place or its site \
    with a protected record is told no more precisely than that one, or withheld with it.";
pub(super) const RULES_REMARK: &str = "A record that several rules meet counts at each of them. The \
    strictest decides, be it that of a record with which it shares something.";
pub(super) const UNMET: &str = "Rules that met nothing";
pub(super) const UNMET_REMARK: &str = "This is right where a species was not recorded. It is not \
    where a name is misspelt, a season is turned round, or an area lies elsewhere because its \
    latitudes and longitudes are exchanged.";
pub(super) const PULLED_REMARK: &str = "“Pulled along” counts other records: they share something \
    with a record that the rule met, and were made stricter by it. Where several rules could have \
    done so, the strictest counts. “reedbed explain” says of one record what it shares, and with \
    which.";

pub(super) fn withheld_for_sharing(pulled: u64, withheld: u64) -> String {
    match (pulled, withheld) {
        (1, 1) => "The withheld record is withheld only for what it shares.".to_owned(),
        _ if pulled == withheld => {
            format!("All {} withheld records are withheld only for what they share.", count(pulled))
        }
        (1, _) => {
            format!(
                "1 of {} withheld records is withheld only for what it shares.",
                count(withheld)
            )
        }
        _ => format!(
            "{} of {} withheld records are withheld only for what they share.",
            count(pulled),
            count(withheld)
        ),
    }
}

pub(super) fn more_rules(rules: usize) -> String {
    if rules == 1 { "1 more rule".to_owned() } else { format!("{} more rules", count(wide(rules))) }
}

pub(super) fn category(category: Category) -> &'static str {
    match category {
        Category::None => "None",
        Category::Low => "Low",
        Category::Medium => "Medium",
        Category::High => "High",
        Category::Extreme => "Extreme",
    }
}

pub(super) const NO_FINDINGS: &str =
    "Every line was clear, every area has a boundary, and no review is due.";
pub(super) const FINDINGS_REMARK: &str = "A line that is unclear was read in the strictest way, so \
    it protects more than it may have to. An embargo that has passed still holds. Once the lists \
    are mended, “reedbed rules check” says whether they are sound.";

pub(super) fn more_findings(findings: usize) -> String {
    match findings {
        1 => "1 more thing".to_owned(),
        _ => format!("{} more things", count(wide(findings))),
    }
}

pub(super) fn findings_shown(shown: u64, total: u64) -> Option<String> {
    (shown < total).then(|| format!("These are the first {} of {}.", count(shown), count(total)))
}

pub(super) const NO_PLACES: &str =
    "No protected record leaves with a place, so there is nothing to compare.";
pub(super) const PRECISION_COLUMNS: [&str; 4] =
    ["Category", "Median, before → after", "95th percentile, before → after", "On a log scale"];
/// The same where a narrow page has no room for headings.
pub(super) const PRECISION_COLUMNS_SHORT: [&str; 4] = ["", "median", "95th percentile", ""];
pub(super) const PRECISION_REMARK: &str = "The uncertainty of protected records that leave with a \
    place: the radius of the circle that holds the true place. In the drawing, the ring is before \
    and the disc is after; each stands at the median, and its line ends at the 95th percentile.";
pub(super) const NOT_STATED: &str = "not stated";
pub(super) const NOT_TOLD: &str = "no place";

pub(super) fn before_unknown(records: u64) -> String {
    match records {
        1 => "1 record had stated none".to_owned(),
        _ => format!("{} records had stated none", count(records)),
    }
}

pub(super) fn before_after(before: Option<u64>, after: Option<u64>) -> (String, String) {
    (
        before.map_or_else(|| NOT_STATED.to_owned(), length),
        after.map_or_else(|| NOT_TOLD.to_owned(), length),
    )
}

pub(super) const NO_TABLES: &str = "There were no tables.";
pub(super) const ROWS_COLUMNS: [&str; 7] =
    ["Table", "Read", "Added", "Written", "Withheld", "Rejected", "Balance"];
/// The same where a narrow page has no room for headings.
pub(super) const ROWS_UNITS: [&str; 7] =
    ["", "read", "added", "written", "withheld", "rejected", ""];
pub(super) const ROWS_REMARK: &str = "Rows read and rows added by Reedbed (events of their own for \
    protected records) are together as many as the rows written, withheld and rejected.";
pub(super) const BALANCED: &str = "balanced";

pub(super) fn unbalanced(left: u128, right: u128) -> String {
    let (more, word) =
        if left > right { (left - right, "lost") } else { (right - left, "too many") };
    let more = u64::try_from(more).unwrap_or(u64::MAX);
    if more == 1 { format!("1 row {word}") } else { format!("{} rows {word}", count(more)) }
}

pub(super) fn role(role: &str) -> Option<&'static str> {
    Some(match role {
        "attached" => "rows attached to records or events",
        "camera trap" => "camera trap",
        "document" => "documents",
        "events" => "events",
        "layer" => "layer",
        "measurements" => "measurements",
        "photo" => "photos",
        "records" => "records",
        "taxa" => "taxa",
        "track" => "track",
        "weather" => "weather",
        _ => return None,
    })
}

pub(super) const KINDS: &str = "What became of other kinds of data?";
pub(super) const KINDS_WITHHELD: &str = "What does not leave, and why:";

/// The first line of a copy without records.
pub(super) fn lead_of_kinds(kinds: &[KindSummary]) -> String {
    let mut parts = Vec::new();
    for kind in kinds {
        let (written, protected) = (kind.written(), kind.protected());
        parts.push(format!(
            "{}: {} leave, {} are protected",
            kind.kind,
            rows_of(written),
            rows_of(protected)
        ));
    }
    parts.join("; ") + "."
}

pub(super) fn protected_rows(protected: u64, shared: u64) -> Option<String> {
    Some(match (protected, shared) {
        (0, 0) => return None,
        (_, 0) => format!("{} of the written protected by a rule", count(protected)),
        (0, _) => format!("{} of the written protected for what they share", count(shared)),
        _ => format!(
            "of the written, {} protected by a rule and {} for what they share",
            count(protected),
            count(shared)
        ),
    })
}

pub(super) const NO_UNLISTED: &str = "No record bears a name that is on no list.";
pub(super) const NO_MATCHED: &str = "No name may be a listed one that is written otherwise.";
pub(super) const UNLISTED_REMARK: &str = "No rule lists these names. A record that bears one of \
    them is protected only where a rule for any taxon meets it, or for what it shares with a \
    protected record. If one of them should be protected, a rule is missing. The number counts the \
    records.";
pub(super) const MATCHED_REMARK: &str = "These names are not written as in a list, and may be \
    listed all the same. Where one is taken for a listed name, a rule about that name meets the \
    record if its area, season and the like fit too. Reedbed would rather protect one too many than \
    one too few. The number counts the records.";

pub(super) fn names_shown(shown: u64, total: u64) -> Option<String> {
    (shown < total)
        .then(|| format!("These are the {} most frequent of {} names.", count(shown), count(total)))
}

pub(super) fn more_names(names: usize) -> String {
    if names == 1 { "1 more name".to_owned() } else { format!("{} more names", count(wide(names))) }
}

pub(super) const NO_REJECTS: &str = "Every row could be used.";
pub(super) const REJECT_COLUMNS: [&str; 2] = ["Reason", "Rows"];
pub(super) const REJECTS_REMARK: &str =
    "Each row stands in “rejects.csv” beside this report, with file, line, column and reason.";

pub(super) fn more_reasons(reasons: usize) -> String {
    match reasons {
        1 => "1 more reason".to_owned(),
        _ => format!("{} more reasons", count(wide(reasons))),
    }
}

pub(super) const NO_ODDITIES: &str = "Nothing about the input was odd.";

pub(super) fn places_disagree(records: u64) -> String {
    format!(
        "Decimal and verbatim place are far apart in {}; both were looked at.",
        rows_of(records)
    )
}

pub(super) fn datum_not_stated(records: u64) -> String {
    format!("The datum is not stated in {}; it was taken to be WGS 84.", rows_of(records))
}

pub(super) fn place_unknown(records: u64) -> String {
    format!("The place could not be read in {}; it counts as unknown.", rows_of(records))
}

pub(super) fn period_unknown(records: u64) -> String {
    format!("The date could not be read in {}; it counts as unknown.", rows_of(records))
}

pub(super) fn more_notes(notes: usize) -> String {
    if notes == 1 { "1 more note".to_owned() } else { format!("{} more notes", count(wide(notes))) }
}

pub(super) const ABOUT_DAY: &str = "Day";
pub(super) const ABOUT_RULES: &str = "Rules";
pub(super) const ABOUT_DIGEST: &str = "Digest of the rules";
pub(super) const ABOUT_VERSION: &str = "Reedbed";
pub(super) const ABOUT_FORM: &str = "Version of report.json";

fn rows_of(rows: u64) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{} rows", count(rows)) }
}

fn tables_of(tables: u64) -> String {
    if tables == 1 { "1 table".to_owned() } else { format!("{} tables", count(tables)) }
}
