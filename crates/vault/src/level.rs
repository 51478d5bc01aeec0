//! Level files: tables as Parquet with modular encryption (Parquet format, "Parquet Modular
//! Encryption"), every column under a key of its own.
//!
//! The keys of columns are derived from those of groups, so that what is opened for a purpose is opened
//! by groups: who needs the taxa gets no places. Files are AES-GCM with 256 bits throughout, the footer
//! too; each is bound to its name, so that one cannot be put in the place of another. The keys are not
//! in the file; what they are called is, in the form of Parquet's key tools, so that other programs find
//! them.
//!
//! Rows are shuffled as they are written, by 32,768 at a time, so that a row of one level does not stand
//! where it stands in another: whoever has one column of the exact level cannot lay it beside the columns
//! of another level by counting lines.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use hmac::{Hmac, KeyInit as _, Mac as _};
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, ZstdLevel};
use parquet::encryption::decrypt::FileDecryptionProperties;
use parquet::encryption::encrypt::FileEncryptionProperties;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::shares::Key;

/// Columns that are opened together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Who observed, identified, recorded.
    People,
    /// Where, and whatever else a place could be told from.
    Place,
    /// What, and how much of it.
    Taxon,
    /// When.
    Time,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 4] = [Self::People, Self::Place, Self::Taxon, Self::Time];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Place => "place",
            Self::Taxon => "taxon",
            Self::Time => "time",
        }
    }

    /// The group of a column, by the name of its Darwin Core term; in doubt that of places.
    pub fn of(column: &str) -> Self {
        let name = column.to_ascii_lowercase();
        let is = |names: &[&str]| names.contains(&name.as_str());
        if is(&TAXON) {
            Self::Taxon
        } else if is(&TIME) {
            Self::Time
        } else if is(&PEOPLE) {
            Self::People
        } else {
            Self::Place
        }
    }
}

/// The keys of one file: that of the footer, without which nothing is read, and those of groups.
#[derive(Debug, Clone)]
pub struct FileKeys {
    /// Of the footer.
    pub footer: Key,
    /// Of groups.
    pub groups: BTreeMap<Group, Key>,
}

impl FileKeys {
    /// New keys.
    pub fn generate(random: &mut impl CryptoRng) -> Self {
        let footer = Key::generate(random);
        let groups = Group::ALL.iter().map(|group| (*group, Key::generate(random)));
        Self { footer, groups: groups.collect() }
    }
}

/// Why a level file cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LevelError {
    /// There is no key for a column.
    #[error("there is no key for the column `{column}`, which is of the group `{group}`")]
    NoKey {
        /// The column.
        column: String,
        /// Its group.
        group: &'static str,
    },
    /// A row has other columns than the table.
    #[error("a row has {count} cells, and the table {columns} columns")]
    Row {
        /// How many cells.
        count: usize,
        /// How many columns.
        columns: usize,
    },
    /// The same name is there twice.
    #[error("the column `{column}` is there twice")]
    Twice {
        /// The name.
        column: String,
    },
    /// There is no such column.
    #[error("there is no column `{column}`")]
    NoColumn {
        /// The name.
        column: String,
    },
    /// The file is none, is another, was changed, or the key is wrong.
    #[error(
        "the level file cannot be used: it is another one, or was changed, or the key is wrong"
    )]
    Parquet(#[from] ParquetError),
    /// A file cannot be read or written.
    #[error("a level file cannot be read or written")]
    File(#[from] std::io::Error),
}

/// Writes a level file.
#[derive(Debug)]
pub struct Writer<W: Write + Send, R> {
    inner: ArrowWriter<W>,
    schema: SchemaRef,
    rows: Vec<Vec<Option<String>>>,
    random: R,
}

impl<W: Write + Send, R: CryptoRng> Writer<W, R> {
    /// Begins a file that is called by a name no other file has (dataset, version, level, table). The
    /// order of its rows is drawn.
    ///
    /// Errors: [`LevelError`]; [`LevelError::NoKey`] where a column would be left without a key.
    pub fn new(
        out: W,
        name: &str,
        columns: &[String],
        keys: &FileKeys,
        random: R,
    ) -> Result<Self, LevelError> {
        let mut encryption = FileEncryptionProperties::builder(keys.footer.bytes().to_vec())
            .with_footer_key_metadata(metadata("footer", true))
            .with_aad_prefix(name.as_bytes().to_vec())
            .with_aad_prefix_storage(true);
        for (at, column) in columns.iter().enumerate() {
            if columns.iter().take(at).any(|before| before == column) {
                return Err(LevelError::Twice { column: column.clone() });
            }
            let key = column_key(keys, column)?;
            let metadata = metadata(&format!("column:{column}"), false);
            encryption = encryption.with_column_key_and_metadata(column, key.to_vec(), metadata);
        }
        let fields: Vec<Field> =
            columns.iter().map(|column| Field::new(column, DataType::Utf8, true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_statistics_enabled(EnabledStatistics::None)
            .with_file_encryption_properties(encryption.build()?)
            .build();
        let inner = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties))?;
        Ok(Self { inner, schema, rows: Vec::new(), random })
    }

    /// Writes a row: for each column its text, or nothing.
    ///
    /// Errors: [`LevelError`].
    pub fn row(&mut self, cells: Vec<Option<String>>) -> Result<(), LevelError> {
        let (count, columns) = (cells.len(), self.schema.fields().len());
        if count != columns {
            return Err(LevelError::Row { count, columns });
        }
        self.rows.push(cells);
        if self.rows.len() == TOGETHER { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), LevelError> {
        let rows = std::mem::take(&mut self.rows);
        let mut places = vec![0; rows.len() * PLACE];
        self.random.fill_bytes(&mut places);
        let mut order: Vec<(&[u8], &Vec<Option<String>>)> =
            places.chunks(PLACE).zip(&rows).collect();
        order.sort_unstable_by_key(|(place, _)| *place);
        for some in order.chunks(BATCH) {
            let column = |at: usize| -> ArrayRef {
                let cells = some.iter().map(|(_, row)| row.get(at).and_then(Option::as_deref));
                Arc::new(StringArray::from_iter(cells))
            };
            let columns = (0..self.schema.fields().len()).map(column).collect();
            let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
            let batch = batch.map_err(|error| ParquetError::ArrowError(error.to_string()))?;
            self.inner.write(&batch)?;
        }
        Ok(())
    }

    /// Ends the file; gives what it was written to.
    ///
    /// Errors: [`LevelError`].
    pub fn finish(mut self) -> Result<W, LevelError> {
        self.flush()?;
        Ok(self.inner.into_inner()?)
    }
}

/// Reads some columns of a level file, by the name that it was written under.
///
/// Errors: [`LevelError`]; [`LevelError::NoKey`] where the key of a group that is asked for is not there.
pub fn read(
    file: File,
    name: &str,
    columns: &[String],
    keys: &FileKeys,
    mut take: impl FnMut(RecordBatch) -> Result<(), LevelError>,
) -> Result<(), LevelError> {
    let mut decryption = FileDecryptionProperties::builder(keys.footer.bytes().to_vec())
        .with_aad_prefix(name.as_bytes().to_vec());
    for column in columns {
        decryption = decryption.with_column_key(column, column_key(keys, column)?.to_vec());
    }
    let options = ArrowReaderOptions::new().with_file_decryption_properties(decryption.build()?);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)?;
    let schema = Arc::clone(builder.schema());
    if let Some(column) = columns.iter().find(|column| schema.index_of(column).is_err()) {
        return Err(LevelError::NoColumn { column: column.clone() });
    }
    let names = columns.iter().map(String::as_str);
    let mask = ProjectionMask::columns(builder.parquet_schema(), names);
    for batch in builder.with_projection(mask).build()? {
        take(batch.map_err(|error| ParquetError::ArrowError(error.to_string()))?)?;
    }
    Ok(())
}

/// The rows of a batch: of each cell its text, or nothing.
pub fn rows(batch: &RecordBatch) -> Vec<Vec<Option<&str>>> {
    let row = |row| batch.columns().iter().map(|column| cell_of(column, row)).collect();
    (0..batch.num_rows()).map(row).collect()
}

fn cell_of(column: &ArrayRef, row: usize) -> Option<&str> {
    let column = column.as_any().downcast_ref::<StringArray>()?;
    column.is_valid(row).then(|| column.value(row))
}

/// The key of a column: HMAC-SHA256 of its name under the key of its group.
fn column_key(keys: &FileKeys, column: &str) -> Result<Zeroizing<[u8; 32]>, LevelError> {
    let group = Group::of(column);
    let none = || LevelError::NoKey { column: column.to_owned(), group: group.word() };
    let key = keys.groups.get(&group).ok_or_else(none)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).map_err(|_error| none())?;
    mac.update(b"reedbed-column/v1\n");
    mac.update(column.as_bytes());
    Ok(Zeroizing::new(mac.finalize().into_bytes().into()))
}

/// What a key is called, as Parquet's key tools write it (key material, `PKMT1`). The wrapped key in it
/// is none: keys are not in the file in any form.
fn metadata(name: &str, is_footer: bool) -> Vec<u8> {
    let name: String = name
        .chars()
        .flat_map(|c| match c {
            '"' | '\\' => vec!['\\', c],
            c if c.is_control() => vec!['?'],
            c => vec![c],
        })
        .collect();
    let instance = if is_footer { r#""kmsInstanceID":"","kmsInstanceURL":"","# } else { "" };
    format!(
        r#"{{"keyMaterialType":"PKMT1","internalStorage":true,"isFooterKey":{is_footer},{instance}"doubleWrapping":false,"masterKeyID":"{name}","wrappedDEK":""}}"#
    )
    .into_bytes()
}

/// Rows that are written at once.
const BATCH: usize = 8_192;
/// Rows that are shuffled together.
const TOGETHER: usize = 32_768;
/// Bytes by which the place of a row is drawn: two alike are unlikely, and do no harm.
const PLACE: usize = 8;
const TAXON: [&str; 31] = [
    "acceptednameusage",
    "basisofrecord",
    "class",
    "family",
    "genus",
    "group",
    "identificationqualifier",
    "individualcount",
    "infraspecificepithet",
    "kingdom",
    "lifestage",
    "nomenclaturalcode",
    "occurrencestatus",
    "order",
    "organismquantity",
    "organismquantitytype",
    "originalnameusage",
    "phylum",
    "scientificname",
    "scientificnameauthorship",
    "scientificnameid",
    "sex",
    "species",
    "specificepithet",
    "subgenus",
    "taxonid",
    "taxonomicstatus",
    "taxonrank",
    "type",
    "verbatimtaxonrank",
    "vernacularname",
];
const TIME: [&str; 12] = [
    "dateidentified",
    "day",
    "enddayofyear",
    "eventdate",
    "eventtime",
    "georeferenceddate",
    "modified",
    "month",
    "startdayofyear",
    "timestamp",
    "verbatimeventdate",
    "year",
];
const PEOPLE: [&str; 6] = [
    "georeferencedby",
    "identifiedby",
    "identifiedbyid",
    "recordedby",
    "recordedbyid",
    "rightsholder",
];
