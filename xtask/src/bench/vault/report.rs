//! The tables that the bench prints.

use crate::bench::table::Line;

/// A figure, and what it should be.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) what: String,
    pub(super) found: String,
    pub(super) aim: &'static str,
}

/// Renders lines in Markdown; ratios are against the line of the peer, where one is named.
pub(super) fn table(lines: &[Line], peer: Option<&str>, mb: Option<f64>) -> String {
    let mut heads = vec!["wall s, median", "fastest – slowest", "CPU s, median", "peak MiB"];
    let against = peer.map(|peer| format!("wall against {peer}"));
    heads.extend(mb.map(|_| "MB/s"));
    heads.extend(against.as_deref());
    let mut table =
        format!("| what | {} |\n| --- |{}\n", heads.join(" | "), " --: |".repeat(heads.len()));
    for line in lines {
        let Some(run) = line.median() else { continue };
        let (fastest, slowest) = line.range();
        let mut cells = vec![
            format!("{:.3}", run.wall_s),
            format!("{fastest:.3} – {slowest:.3}"),
            format!("{:.3}", run.cpu_s),
            format!("{:.0}", run.peak_kib / 1024.0),
        ];
        cells.extend(mb.map(|mb| format!("{:.0}", mb / run.wall_s)));
        cells.extend(peer.map(|peer| ratio(lines, line.name, peer)));
        table.push_str(&format!("| {} | {} |\n", line.name, cells.join(" | ")));
    }
    table
}

/// How many times as long one takes as another, by their medians.
pub(super) fn ratio(lines: &[Line], one: &str, other: &str) -> String {
    let wall = |name: &str| {
        let line = lines.iter().find(|line| line.name == name)?;
        line.median().map(|run| run.wall_s)
    };
    match (wall(one), wall(other)) {
        (Some(one), Some(other)) if other > 0.0 => format!("{:.2} ×", one / other),
        _ => "–".to_owned(),
    }
}

/// All figures beside their aims.
pub(super) fn summary(found: &[Found]) -> String {
    let mut table = String::from("| what | found | aim |\n| --- | --: | --: |\n");
    for Found { what, found, aim } in found {
        table.push_str(&format!("| {what} | {found} | {aim} |\n"));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::table::Run;

    fn line(name: &'static str, walls: &[f64]) -> Line {
        let run = |&wall_s| Run { wall_s, cpu_s: wall_s * 2.0, peak_kib: 2048.0 };
        Line { name, runs: walls.iter().map(run).collect() }
    }

    #[test]
    fn ratios_are_against_the_peer_and_only_where_there_is_one() {
        let lines = [line("ours", &[6.0, 9.0, 3.0]), line("theirs", &[4.0])];
        let rows = table(&lines, Some("theirs"), Some(120.0));
        let rows: Vec<&str> = rows.lines().collect();
        assert_eq!(rows[2], "| ours | 6.000 | 3.000 – 9.000 | 12.000 | 2 | 20 | 1.50 × |");
        assert_eq!(rows[3], "| theirs | 4.000 | 4.000 – 4.000 | 8.000 | 2 | 30 | 1.00 × |");
        assert!(rows.iter().all(|row| row.matches('|').count() == rows[0].matches('|').count()));
        let alone = table(&lines, None, None);
        assert!(alone.starts_with(
            "| what | wall s, median | fastest – slowest | CPU s, median | peak MiB |\n"
        ));
    }
}
