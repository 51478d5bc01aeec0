//! Reads rules from the cells of a list.
//!
//! What cannot be read never loosens a rule: an unreadable consequence withholds, an unreadable
//! criterion is left out, so that the rule applies to more, and a problem says so.

mod build;
mod cell;
mod column;
mod mapping;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::RuleSet;
use build::Builder;
pub use cell::read_width;
pub use column::{Column, Role};
use mapping::Heading;
pub use mapping::Mapping;

/// How serious a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something could not be read, and the rule was read in the strictest way.
    Error,
    /// The rule was read, but it may not say what is meant.
    Warning,
    /// Something to know.
    Info,
}

impl Severity {
    /// The word that a person reads.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "note",
        }
    }
}

/// Something wrong with a line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The list.
    pub list: String,
    /// The line, the heading being line 1; 0 for the mapping of the list. The first of several.
    pub line: u64,
    /// Further lines with the same problem, which is told once.
    pub further_lines: Vec<u64>,
    /// The heading of the column, as the list has it; empty where it is about the whole line.
    pub column: String,
    /// How serious it is.
    pub severity: Severity,
    /// What is wrong and what was made of it, in a sentence without a full stop.
    pub text: String,
}

impl Problem {
    /// Whether something was read in the strictest way.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The lines, ascending.
    pub fn lines(&self) -> impl Iterator<Item = u64> {
        std::iter::once(self.line).chain(self.further_lines.iter().copied())
    }

    /// The list, its lines and the column, in words.
    pub fn place(&self) -> String {
        let column = match self.column.as_str() {
            "" => String::new(),
            column => format!(", column `{column}`"),
        };
        let lines: Vec<u64> = self.lines().collect();
        format!("`{}` {}{column}", self.list, in_words(&lines))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.text)
    }
}

/// Lines in words, ascending; three and more in a row as one run, of many runs only the first.
pub(super) fn in_words(lines: &[u64]) -> String {
    let word = if lines.len() == 1 { "line" } else { "lines" };
    let runs = lines.chunk_by(|line, next| line + 1 == *next);
    let parts = runs.flat_map(|run| match run {
        [first, _, .., last] => vec![(format!("{first} to {last}"), run.len())],
        few => few.iter().map(|line| (line.to_string(), 1)).collect(),
    });
    let (told, counts): (Vec<String>, Vec<usize>) = parts.take(MOST_LINES).unzip();
    let more = lines.len().saturating_sub(counts.iter().sum());
    let numbers = match (told.as_slice(), more) {
        ([rest @ .., last], 0) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        (all, 0) => all.join(", "),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    };
    format!("{word} {numbers}")
}

/// Reads a list into a set of rules.
///
/// Shape: headings, and rows of cells with the line that each begins on. A row may be short; cells
/// beyond the last heading count as an unknown column. Rows without any content are left out. The
/// problems of the list are in the order of its lines.
pub fn read(
    list: &str,
    headings: &[String],
    rows: &[(u64, Vec<String>)],
    mapping: &Mapping,
    set: &mut RuleSet,
    problems: &mut Vec<Problem>,
) {
    let mut own_problems = Vec::new();
    let has_consequence = mapping.has_consequence(headings);
    let mut reader = ListReader {
        list,
        mapping,
        unknown: BTreeMap::new(),
        headings: headings
            .iter()
            .map(|heading| (heading.trim(), mapping.heading(heading)))
            .collect(),
        problems: &mut own_problems,
    };
    let mut silent = Vec::new();
    let constants = reader.constants();
    for (line, cells) in rows {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let (values, is_clear) = reader.values(*line, cells, &constants);
        if is_clear && !has_consequence {
            silent.push(*line);
        }
        let problems = &mut *reader.problems;
        let builder = Builder { list, line: *line, values: &values, has_consequence, problems };
        builder.build(is_clear, set);
    }
    reader.tell_unknown();
    let text = "the list has no column that says how sensitive its lines are; their rules withhold";
    reader.report_once(silent, Column::Category.heading(), text.to_owned());
    own_problems.sort_by_key(|problem| problem.line);
    problems.append(&mut own_problems);
}

/// The value of a column and the heading that it came from.
#[derive(Debug, Clone)]
struct Cell {
    text: String,
    heading: String,
}

type Values = BTreeMap<Column, Cell>;

struct ListReader<'a> {
    list: &'a str,
    mapping: &'a Mapping,
    headings: Vec<(&'a str, Heading)>,
    /// The lines that say something under each heading that is no column.
    unknown: BTreeMap<&'a str, Vec<u64>>,
    problems: &'a mut Vec<Problem>,
}

impl ListReader<'_> {
    fn report(&mut self, line: u64, column: &str, text: String) {
        self.report_once(vec![line], column, text);
    }

    /// Reports what several lines have in common; nothing where there is no line.
    fn report_once(&mut self, mut lines: Vec<u64>, column: &str, text: String) {
        if lines.is_empty() {
            return;
        }
        let further_lines = lines.split_off(1);
        let [line] = lines.as_slice() else { return };
        self.problems.push(Problem {
            list: self.list.to_owned(),
            line: *line,
            further_lines,
            column: column.to_owned(),
            severity: Severity::Error,
            text,
        });
    }

    /// Tells each heading that is no column once, with the one that may be meant.
    fn tell_unknown(&mut self) {
        for (heading, lines) in std::mem::take(&mut self.unknown) {
            let follows =
                if lines.len() == 1 { "the rule withholds" } else { "the rules withhold" };
            let meant = match self.mapping.nearest(heading) {
                Some((meant, _)) => format!("; did you mean `{meant}`?"),
                None => String::new(),
            };
            let text = format!("`{heading}` is no column that is known; {follows}{meant}");
            self.report_once(lines, heading, text);
        }
    }

    /// The values that the mapping gives to all lines; nothing for it where one cannot be used, so
    /// that every rule withholds.
    fn constants(&mut self) -> Option<Values> {
        let mut values = Values::new();
        let mut is_clear = true;
        for (heading, value) in &self.mapping.constants {
            match Column::of_heading(heading) {
                Some(Column::Strength) | None => {
                    let text = format!(
                        "the mapping sets `{heading}`, which is no column; every rule withholds"
                    );
                    self.report(0, heading, text);
                    is_clear = false;
                }
                Some(column) => {
                    values.insert(column, Cell { text: value.clone(), heading: heading.clone() });
                }
            }
        }
        let unknown = self.mapping.strengths.values().flat_map(BTreeMap::keys).find(|heading| {
            Column::of_heading(heading).is_none_or(|column| column.role() != Role::Consequence)
        });
        if let Some(heading) = unknown.cloned() {
            let text = format!(
                "a strength of the mapping sets `{heading}`, which says nothing about \
                 what follows; every rule withholds"
            );
            self.report(0, &heading, text);
            is_clear = false;
        }
        is_clear.then_some(values)
    }

    /// The values of a row by column, and whether all that it says was understood.
    fn values(
        &mut self,
        line: u64,
        cells: &[String],
        constants: &Option<Values>,
    ) -> (Values, bool) {
        let mut values = Values::new();
        let mut is_clear = constants.is_some();
        for (index, cell) in cells.iter().enumerate() {
            let text = cell.trim();
            if text.is_empty() {
                continue;
            }
            let (heading, meaning) =
                self.headings.get(index).copied().unwrap_or(("", Heading::Unknown));
            match meaning {
                Heading::Ignored => {}
                Heading::Unknown if heading.is_empty() => {
                    let text = "the line has a cell beyond the last heading; the rule withholds";
                    self.report(line, heading, text.to_owned());
                    is_clear = false;
                }
                Heading::Unknown => {
                    let lines = self.unknown.entry(heading).or_default();
                    if lines.last() != Some(&line) {
                        lines.push(line);
                    }
                    is_clear = false;
                }
                Heading::Column(Column::Strength) => {
                    is_clear &= self.add_strength(line, heading, text, &mut values);
                }
                Heading::Column(column) => {
                    is_clear &= self.add(line, column, heading, cell, &mut values);
                }
            }
        }
        for (column, cell) in constants.iter().flatten() {
            values.entry(*column).or_insert_with(|| cell.clone());
        }
        (values, is_clear)
    }

    fn add_strength(&mut self, line: u64, heading: &str, text: &str, values: &mut Values) -> bool {
        let Some(outcome) = self.mapping.strength(text).cloned() else {
            let text = format!("the strength `{text}` is not in the mapping; the rule withholds");
            self.report(line, heading, text);
            return false;
        };
        let mut is_clear = true;
        for (ours, value) in &outcome {
            if let Some(column) = Column::of_heading(ours) {
                is_clear &= self.add(line, column, heading, value, values);
            }
        }
        is_clear
    }

    /// Adds a cell. Two cells that differ about one column make the rule withhold.
    fn add(
        &mut self,
        line: u64,
        column: Column,
        heading: &str,
        text: &str,
        values: &mut Values,
    ) -> bool {
        let Some(known) = values.get_mut(&column) else {
            values.insert(column, Cell { text: text.to_owned(), heading: heading.to_owned() });
            return true;
        };
        if known.text.trim() == text.trim() {
            return true;
        }
        if column.can_be_joined() {
            known.text = format!("{} | {}", known.text.trim(), text.trim());
            return true;
        }
        let text = format!(
            "`{}` and `{heading}` both mean `{column}` and say different things; the rule withholds",
            known.heading
        );
        self.report(line, heading, text);
        false
    }
}

/// So many lines or runs of lines are told one by one.
const MOST_LINES: usize = 12;
