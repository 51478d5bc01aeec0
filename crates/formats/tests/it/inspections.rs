//! What is told of a table without changing it.

use reedbed_formats::inspect::inspect;

use crate::support::{file, open};

#[test]
fn rows_columns_and_faults_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..12_000).map(|n| format!("{n},Ardea alba,{},\n", n % 7)).collect();
    let text = format!("occurrenceID,scientificName,sex,colour\n{rows}x,\"a\"b,c,d\n,,,, e\n");
    let dataset = open(&[file(folder.path(), "t.csv", text)]).unwrap();
    let found = inspect(&dataset.tables[0]).unwrap();
    assert_eq!((found.rows, found.columns.len()), (12_002, 4));
    let counts: Vec<_> = found.columns.iter().map(|c| (c.filled, c.distinct)).collect();
    assert_eq!(counts, [(12_000, 10_000), (12_000, 1), (12_000, 7), (0, 0)]);
    let lines: Vec<_> = found.first_faults.iter().map(|f| (f.file.as_str(), f.line)).collect();
    assert_eq!(lines, [("t.csv", 12_002), ("t.csv", 12_003)]);
    assert_eq!(found.faults.values().map(|(count, _)| count).sum::<u64>(), 2);
}
