//! Medians, and the table that a bench prints.

use anyhow::{Result, bail};

/// One run of one command.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Run {
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: f64,
    pub(crate) peak_kib: f64,
}

impl Run {
    /// Reads what `measure.py` printed.
    ///
    /// Errors: it is not three numbers.
    pub(crate) fn read(figures: &str) -> Result<Self> {
        let figures: Vec<f64> =
            figures.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        match figures.as_slice() {
            &[wall_s, cpu_s, peak_kib] => Ok(Self { wall_s, cpu_s, peak_kib }),
            _ => bail!("the clock's figures cannot be read"),
        }
    }
}

/// One command with all its runs.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) runs: Vec<Run>,
}

impl Line {
    /// The median of each figure by itself; none without runs.
    pub(crate) fn median(&self) -> Option<Run> {
        Some(Run {
            wall_s: median(self.runs.iter().map(|run| run.wall_s))?,
            cpu_s: median(self.runs.iter().map(|run| run.cpu_s))?,
            peak_kib: median(self.runs.iter().map(|run| run.peak_kib))?,
        })
    }

    /// The quickest and the slowest run, in wall seconds.
    pub(crate) fn range(&self) -> (f64, f64) {
        let walls = self.runs.iter().map(|run| run.wall_s);
        (walls.clone().fold(f64::INFINITY, f64::min), walls.fold(0.0, f64::max))
    }
}

/// Renders the lines in Markdown; ratios are against the first one.
pub(crate) fn markdown(lines: &[Line], input_mb: f64) -> String {
    let mut table = String::from(
        "| what | wall s, median | fastest – slowest | CPU s, median | peak MiB | MB/s | wall against Reedbed |\n\
         | --- | --: | --: | --: | --: | --: | --: |\n",
    );
    let base = lines.first().and_then(Line::median);
    for line in lines {
        let (Some(run), Some(base)) = (line.median(), base) else { continue };
        let (fastest, slowest) = line.range();
        table.push_str(&format!(
            "| {} | {:.2} | {fastest:.2} – {slowest:.2} | {:.2} | {:.0} | {:.0} | {:.2} × |\n",
            line.name,
            run.wall_s,
            run.cpu_s,
            run.peak_kib / 1024.0,
            input_mb / run.wall_s,
            run.wall_s / base.wall_s,
        ));
    }
    table
}

/// The middle of some values; none where there are none.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get((sorted.len().checked_sub(1)?) / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &'static str, walls: &[f64]) -> Line {
        let run = |&wall_s| Run { wall_s, cpu_s: wall_s * 2.0, peak_kib: 2048.0 };
        Line { name, runs: walls.iter().map(run).collect() }
    }

    #[test]
    fn the_middle_run_counts_and_ratios_are_against_the_first_line() {
        let table = markdown(&[line("ours", &[1.0, 9.0, 2.0]), line("theirs", &[8.0, 4.0])], 100.0);
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(rows[0], "| ours | 2.00 | 1.00 – 9.00 | 4.00 | 2 | 50 | 1.00 × |");
        assert_eq!(rows[1], "| theirs | 6.00 | 4.00 – 8.00 | 12.00 | 2 | 17 | 3.00 × |");
    }
}
