//! `rejects.csv`: rows that cannot be used, with file, line, column and reason.

use reedbed_engine::tally::Reject;

/// Writes the rejects as CSV.
pub(crate) fn csv(rejects: &[Reject]) -> String {
    let mut text = String::from("file,line,column,reason\n");
    for reject in rejects {
        let line = reject.line.to_string();
        let cells = [&reject.file, &line, &reject.column, &reject.reason];
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// A heading may hold anything, a formula too: such text gets an apostrophe, for spreadsheets.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_not_run() {
        let reject = Reject {
            file: "=cmd()".to_owned(),
            line: 3,
            column: "a,b".to_owned(),
            reason: "a \"date\" that is none".to_owned(),
        };
        assert_eq!(
            csv(&[reject]),
            "file,line,column,reason\n'=cmd(),3,\"a,b\",\"a \"\"date\"\" that is none\"\n"
        );
    }
}
