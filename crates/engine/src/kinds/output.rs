//! Folders of the package, and tables in them whose protected rows stand behind all others.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use reedbed_formats::patch;
use reedbed_formats::table::{Dialect, Terminator};

use crate::tally::RowCount;

/// A folder of the package; of a trial there is none.
#[derive(Debug)]
pub(crate) struct Folder {
    root: Option<PathBuf>,
    pub(crate) name: String,
}

impl Folder {
    /// Makes a folder in the package.
    pub(crate) fn begin(package: Option<&Path>, name: &str) -> io::Result<Self> {
        let root = package.map(|package| package.join(name));
        if let Some(root) = &root {
            std::fs::create_dir_all(root)?;
        }
        Ok(Self { root, name: name.to_owned() })
    }

    /// Begins a file; the folders on its way are made. Its name has been checked.
    pub(crate) fn create(&self, name: &str) -> io::Result<Box<dyn Write>> {
        let Some(root) = &self.root else { return Ok(Box::new(io::sink())) };
        let path = root.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(Box::new(BufWriter::with_capacity(1 << 18, File::create_new(path)?)))
    }

    /// Writes a whole file.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.create(name)?;
        file.write_all(bytes)?;
        file.flush()
    }
}

/// A table on its way: comma-separated, UTF-8.
pub(crate) struct TableOut {
    out: Box<dyn Write>,
    row: Vec<u8>,
    /// Protected rows, sorted at the end: a place among others tells a place.
    last: Vec<Vec<u8>>,
    pub(crate) count: RowCount,
}

impl TableOut {
    /// Begins a table with its headings.
    pub(crate) fn begin<'c>(
        folder: &Folder,
        name: &str,
        headings: impl IntoIterator<Item = &'c str>,
    ) -> io::Result<Self> {
        let mut out = folder.create(name)?;
        let mut row = Vec::new();
        patch::write_values(&mut row, headings, CSV);
        out.write_all(&row)?;
        Ok(Self { out, row, last: Vec::new(), count: RowCount::default() })
    }

    /// Writes a row that leaves as it is.
    pub(crate) fn open<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) -> io::Result<()> {
        self.row.clear();
        patch::write_values(&mut self.row, cells, CSV);
        self.count.written += 1;
        self.out.write_all(&self.row)
    }

    /// Holds a protected row for the end.
    pub(crate) fn protected<'c>(
        &mut self,
        cells: impl IntoIterator<Item = &'c str>,
        is_shared: bool,
    ) {
        let mut row = Vec::new();
        patch::write_values(&mut row, cells, CSV);
        self.last.push(row);
        self.count.written += 1;
        if is_shared {
            self.count.shared += 1;
        } else {
            self.count.protected += 1;
        }
    }

    /// Writes the protected rows, sorted.
    pub(crate) fn finish(mut self) -> io::Result<RowCount> {
        self.last.sort_unstable();
        for row in &self.last {
            self.out.write_all(row)?;
        }
        self.out.flush()?;
        Ok(self.count)
    }
}

pub(crate) const CSV: Dialect =
    Dialect { delimiter: b',', quote: Some(b'"'), terminator: Terminator::Lf };
