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

/// Opens a file with limits.
pub(crate) fn open_within(path: &Path, limits: &Limits) -> Result<Dataset, FormatError> {
    dataset::open(&[path.to_owned()], &OpenOptions::default(), limits)
}

/// A row as it is read: its line, and its values or why it has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) line: u64,
    pub(crate) row: Result<Vec<String>, String>,
}

/// Reads a table whole, and checks that rows are numbered without a gap.
pub(crate) fn read(table: &Table) -> Result<Vec<Read>, FormatError> {
    let shape = table.shape();
    let mut fields = Fields::default();
    let mut scratch = String::new();
    let mut all = Vec::new();
    let mut chunks = table.read()?;
    while let Some(chunk) = chunks.next_chunk()? {
        assert_eq!(chunk.first_row, all.len() as u64);
        let mut reader = chunk.rows(&shape);
        while let Some(row) = reader.next_into(&mut fields) {
            assert_eq!(row.row, all.len() as u64);
            let row = match row.fault {
                Some(fault) => Read { line: row.line, row: Err(fault.to_string()) },
                None => {
                    let value = |i| fields.value(row.bytes, i, &shape, &mut scratch).to_owned();
                    Read { line: row.line, row: Ok((0..table.columns.len()).map(value).collect()) }
                }
            };
            all.push(row);
        }
        assert_eq!(chunk.first_row + chunk.row_count(), all.len() as u64);
    }
    Ok(all)
}

/// All rows that have no fault, as values.
pub(crate) fn rows(table: &Table) -> Vec<Vec<String>> {
    read(table).unwrap().into_iter().filter_map(|read| read.row.ok()).collect()
}

/// Faults in words, by line.
pub(crate) fn faults(table: &Table) -> Vec<(u64, String)> {
    let all = read(table).unwrap().into_iter();
    all.filter_map(|read| Some((read.line, read.row.err()?))).collect()
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
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    for (name, content) in members {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap();
    path
}

/// Writes a packed tar archive.
pub(crate) fn tar_gz(folder: &Path, name: &str, members: &[(&str, &[u8])]) -> PathBuf {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, *content).unwrap();
    }
    gz(folder, name, &tar.into_inner().unwrap())
}

/// Packs bytes with gzip.
pub(crate) fn gz(folder: &Path, name: &str, content: &[u8]) -> PathBuf {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(content).unwrap();
    file(folder, name, packed.finish().unwrap())
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
