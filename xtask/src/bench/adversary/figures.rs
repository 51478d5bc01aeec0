//! What came of each copy, and the tables that tell it.

use crate::bench::adversary::METHODS;
use crate::bench::table::{Run, median};

/// All runs of lists of one kind.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) runs: Vec<Figures>,
}

/// What came of one copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// Index into [`METHODS`].
    method: usize,
    protected: f64,
    /// By the first adversary, and those of them that are so.
    located: f64,
    right: f64,
    narrowing: f64,
    /// Located, but not listed.
    unlisted: f64,
    second: f64,
    second_right: f64,
    missed: f64,
    linked: f64,
    cells_lost: f64,
    records_changed: f64,
    withheld: f64,
    counts_lost: f64,
    /// As it is, with all rounds of its own attacks.
    share: Run,
    /// Without writing and attacking the copy.
    plain: Run,
    attack: Run,
}

impl Figures {
    /// Reads what the judge printed.
    pub(crate) fn of(method: usize, told: &str, [share, plain]: [Run; 2], attack: Run) -> Self {
        let number = |name: &str| value(told, name).parse().unwrap_or(f64::NAN);
        Self {
            method,
            protected: number("protected"),
            located: number("located"),
            right: number("right"),
            narrowing: number("narrowing"),
            unlisted: number("unlisted"),
            second: number("second"),
            second_right: number("second_right"),
            missed: number("missed"),
            linked: number("linked"),
            cells_lost: number("cells_lost"),
            records_changed: number("records_changed"),
            withheld: number("withheld"),
            counts_lost: number("counts_lost"),
            share,
            plain,
            attack,
        }
    }
}

/// The text beside a name in lines of names and values; empty where there is none.
pub(crate) fn value<'a>(told: &'a str, name: &str) -> &'a str {
    let of = |line: &'a str| line.split_once(' ').filter(|(known, _)| *known == name);
    told.lines().find_map(of).map_or("", |(_, value)| value)
}

/// What was found. With several lists in a group, the median and the worst.
pub(crate) fn findings(groups: &[Group]) -> String {
    let mut table = heading(&[
        "list",
        "method",
        "protected records",
        "located below the floor, %",
        "located and right, %",
        "median narrowing",
        "second adversary: located, %",
        "of these right, %",
        "missed by the first",
        "identifier leads to the original, %",
    ]);
    let mut cut = 0.0;
    for (group, method, runs) in rows(groups) {
        let of =
            |value: fn(&Figures) -> f64, digits| both(runs.iter().map(value), Worst::Most, digits);
        let part = |value: fn(&Figures) -> f64| {
            let shares = runs.iter().map(|run| percent(value(run), run.protected));
            both(shares, Worst::Most, 1)
        };
        let narrowing = both(runs.iter().map(|run| run.narrowing), Worst::Least, 2);
        let right = runs.iter().map(|run| percent(run.second_right, run.second));
        cut += runs.iter().map(|run| run.unlisted).sum::<f64>();
        row(
            &mut table,
            &[
                group.to_owned(),
                name(method).to_owned(),
                of(|run| run.protected, 0),
                part(|run| run.located),
                part(|run| run.right),
                narrowing,
                part(|run| run.second),
                both(right.filter(|share| share.is_finite()), Worst::Most, 1),
                format!("{:.0}", runs.iter().map(|run| run.missed).sum::<f64>()),
                part(|run| run.linked),
            ],
        );
    }
    if cut > 0.0 {
        table.push_str(&format!(
            "\n`reedbed attack` located {cut:.0} records that it did not list. Whether rightly is not \
             known here, so that they are not among the right ones, and as many of the second \
             adversary's may be among them and are not counted as missed.\n"
        ));
    }
    table
}

/// What it cost.
pub(crate) fn costs(groups: &[Group]) -> String {
    let mut table = heading(&[
        "list",
        "method",
        "cells of other records lost, %",
        "other records changed, %",
        "protected records withheld, %",
        "species × cell × month counts lost, %",
        "cells lost, against iNaturalist's way, %",
    ]);
    for (group, method, runs) in rows(groups) {
        let part = |value: fn(&Figures) -> f64, digits| {
            both(runs.iter().map(|run| 100.0 * value(run)), Worst::Most, digits)
        };
        let theirs = group_of(groups, group, INATURALIST);
        let against =
            runs.iter().zip(&theirs).map(|(run, other)| percent(run.cells_lost, other.cells_lost));
        row(
            &mut table,
            &[
                group.to_owned(),
                name(method).to_owned(),
                part(|run| run.cells_lost, 3),
                part(|run| run.records_changed, 2),
                part(|run| run.withheld, 1),
                part(|run| run.counts_lost, 1),
                both(against.filter(|share| share.is_finite()), Worst::Most, 1),
            ],
        );
    }
    table
}

/// How long it took, for Reedbed's own copies.
pub(crate) fn seconds(groups: &[Group]) -> String {
    let mut table = heading(&[
        "list",
        "share with its attacks, s",
        "share without, s",
        "one attack, s",
        "attack against share without",
        "share, peak MiB",
        "attack, peak MiB",
    ]);
    for (group, method, runs) in rows(groups) {
        if method != REEDBED {
            continue;
        }
        let of =
            |value: fn(&Figures) -> f64, digits| both(runs.iter().map(value), Worst::Most, digits);
        row(
            &mut table,
            &[
                group.to_owned(),
                of(|run| run.share.wall_s, 2),
                of(|run| run.plain.wall_s, 2),
                of(|run| run.attack.wall_s, 2),
                format!("{} ×", of(|run| run.attack.wall_s / run.plain.wall_s, 2)),
                of(|run| run.share.peak_kib / 1024.0, 0),
                of(|run| run.attack.peak_kib / 1024.0, 0),
            ],
        );
    }
    table
}

const INATURALIST: usize = 2;
const REEDBED: usize = 3;

/// Which end of a range is the bad one.
#[derive(Debug, Clone, Copy)]
enum Worst {
    Least,
    Most,
}

/// The median, and the worst where there are several.
fn both(values: impl Iterator<Item = f64>, worst: Worst, digits: usize) -> String {
    let values: Vec<f64> = values.collect();
    let Some(middle) = median(values.iter().copied()) else { return "–".to_owned() };
    if values.len() == 1 {
        return format!("{middle:.digits$}");
    }
    let end = match worst {
        Worst::Least => values.iter().copied().fold(f64::INFINITY, f64::min),
        Worst::Most => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    };
    format!("{middle:.digits$} (worst {end:.digits$})")
}

fn percent(part: f64, whole: f64) -> f64 {
    100.0 * part / whole
}

fn name(method: usize) -> &'static str {
    METHODS.get(method).copied().unwrap_or_default()
}

/// The runs of each group by method.
fn rows(groups: &[Group]) -> Vec<(&str, usize, Vec<Figures>)> {
    let of = |group: &'_ Group, method| {
        group.runs.iter().filter(|run| run.method == method).copied().collect::<Vec<_>>()
    };
    groups
        .iter()
        .flat_map(|group| {
            (0..METHODS.len()).map(move |method| (group.name.as_str(), method, of(group, method)))
        })
        .collect()
}

fn group_of(groups: &[Group], name: &str, method: usize) -> Vec<Figures> {
    rows(groups)
        .into_iter()
        .find(|(group, of, _)| *group == name && *of == method)
        .map(|(_, _, runs)| runs)
        .unwrap_or_default()
}

fn heading(names: &[&str]) -> String {
    let numbers = names.iter().map(|name| match *name {
        "list" | "method" => " --- |",
        _ => " --: |",
    });
    format!("| {} |\n|{}\n", names.join(" | "), numbers.collect::<String>())
}

fn row(table: &mut String, cells: &[String]) {
    table.push_str(&format!("| {} |\n", cells.join(" | ")));
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Run = Run { wall_s: 2.0, cpu_s: 2.0, peak_kib: 2048.0 };

    fn figures(method: usize, located: u64, cells_lost: f64) -> Figures {
        let told = format!(
            "protected 50\nlocated {located}\nright {located}\nnarrowing 0.2\nunlisted 0\nsecond 4\n\
             second_right 2\nmissed 0\nlinked 50\ncells_lost {cells_lost}\nrecords_changed 0.5\n\
             withheld 0\ncounts_lost 0.25\n! occurrence.csv line 3 by something\n"
        );
        Figures::of(method, &told, [RUN, RUN], Run { wall_s: 1.0, ..RUN })
    }

    fn groups() -> Vec<Group> {
        let runs = vec![figures(2, 40, 0.2), figures(3, 0, 0.01), figures(3, 1, 0.0)];
        vec![Group { name: "drawn".to_owned(), runs }]
    }

    #[test]
    fn several_runs_are_told_by_the_median_and_the_worst() {
        let table = findings(&groups());
        let line = "| drawn | reedbed | 50 (worst 50) | 1.0 (worst 2.0) | 1.0 (worst 2.0) | 0.20 (worst 0.20) |";
        assert!(table.contains(line), "{table}");
        assert!(table.contains(
            "| drawn | inaturalist | 50 | 80.0 | 80.0 | 0.20 | 8.0 | 50.0 | 0 | 100.0 |"
        ));
    }

    #[test]
    fn costs_are_told_against_the_third_method_and_seconds_for_the_last() {
        let table = costs(&groups());
        assert!(table.contains("| drawn | inaturalist | 20.000 | 50.00 | 0.0 | 25.0 | 100.0 |"));
        assert!(table.contains("| 5.0 |"), "{table}");
        assert_eq!(seconds(&groups()).lines().count(), 3);
    }
}
