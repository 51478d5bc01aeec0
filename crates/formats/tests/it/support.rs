//! Makes inputs and reads them whole.

use std::io::Write;
use std::path::{Path, PathBuf};

use reedbed_formats::dataset::{self, Dataset, OpenOptions};
use reedbed_formats::error::FormatError;
use reedbed_formats::limits::Limits;
use reedbed_formats::row::Fields;
use reedbed_formats::table::Table;

/// Opens with default options.
pub(crate) fn open(paths: &[PathBuf]) -> Result<Dataset, FormatError> {
    dataset::open(paths, &OpenOptions::default(), &Limits::default())
}

/// Opens with small chunks, so that every boundary is met.
pub(crate) fn open_in_chunks(path: &Path, chunk_bytes: usize) -> Dataset {
    let limits = Limits { chunk_bytes, ..Limits::default() };
    dataset::open(&[path.to_owned()], &OpenOptions::default(), &limits).unwrap()
}

/// All rows that have no fault, as values.
pub(crate) fn rows(table: &Table) -> Vec<Vec<String>> {
    read(table).0
}

/// Faults in words.
pub(crate) fn faults(table: &Table) -> Vec<(u64, String)> {
    read(table).1
}

fn read(table: &Table) -> (Vec<Vec<String>>, Vec<(u64, String)>) {
    let shape = table.shape();
    let mut fields = Fields::default();
    let mut scratch = String::new();
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut chunks = table.read().unwrap();
    let mut expected_row = 0;
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        assert_eq!(chunk.first_row, expected_row);
        let mut seen = 0;
        let mut reader = chunk.rows(&shape);
        while let Some(row) = reader.next_into(&mut fields) {
            assert_eq!(row.row, expected_row + seen);
            seen += 1;
            match row.fault {
                Some(fault) => faults.push((row.line, fault.to_string())),
                None => rows.push(
                    (0..table.columns.len())
                        .map(|i| fields.value(row.bytes, i, &shape, &mut scratch).to_owned())
                        .collect(),
                ),
            }
        }
        assert_eq!(seen, chunk.row_count());
        expected_row += seen;
    }
    (rows, faults)
}

/// Writes a file.
pub(crate) fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// Writes a zip archive.
pub(crate) fn zip(folder: &Path, name: &str, members: &[(&str, &[u8])]) -> PathBuf {
    let path = folder.join(name);
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, content) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap();
    path
}

/// A descriptor of one occurrence table.
pub(crate) fn meta(attributes: &str, body: &str) -> String {
    format!(
        "<archive xmlns=\"http://rs.tdwg.org/dwc/text/\"><core {attributes} \
         rowType=\"http://rs.tdwg.org/dwc/terms/Occurrence\">{body}</core></archive>"
    )
}

/// The data for trials, if it is there.
pub(crate) fn trial_data(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let found = root.join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("skipped: no trial data `{path}`");
    None
}
