//! Everything that was given together, each input by its kind: records, camera traps, tracks,
//! weather. What an input is follows from its content, not from its name.

mod tables;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use reedbed_core::category::Category;

use crate::archive::{self, Members, Opened, Packaging};
use crate::camera::{self, CameraPackage};
use crate::dataset::{self, Dataset, Note, OpenOptions};
use crate::document::Document;
use crate::error::FormatError;
use crate::layer::{self, Layer};
use crate::limits::Limits;
use crate::source::{Source, shown};
use crate::table::Table;
use crate::track::{self, EventTable, Gpx, ReferenceTable};
use crate::weather::{self, Mapping, StationTable, WeatherFile};

/// What was given.
#[derive(Debug, Default)]
pub struct Collection {
    /// Records: a Darwin Core archive, or tables; without tables where none were given.
    pub records: Dataset,
    /// Camera trap packages.
    pub cameras: Vec<CameraPackage>,
    /// Tracks.
    pub tracks: Vec<TrackFile>,
    /// What is known of the animals that bore tags.
    pub references: Vec<ReferenceTable>,
    /// Values of weather stations.
    pub weather: Vec<WeatherFile>,
    /// Weather stations.
    pub stations: Vec<StationTable>,
    /// Layers of features.
    pub layers: Vec<LayerFile>,
    /// Photos by themselves.
    pub photos: Vec<PhotoFile>,
    /// Files that are attached as they are.
    pub documents: Vec<Document>,
    /// Things that were odd but survivable.
    pub notes: Vec<Note>,
}

/// A photo.
#[derive(Debug)]
pub struct PhotoFile {
    /// Its name, with a number before it where several photos have the same.
    pub name: String,
    own: String,
    source: Source,
}

impl PhotoFile {
    /// Reads it whole.
    ///
    /// Errors: [`FormatError::TooLarge`] beyond 256 MiB.
    pub fn read(&self, limits: &Limits) -> Result<Vec<u8>, FormatError> {
        let limits = Limits { document_bytes: PHOTO_BYTES, ..*limits };
        self.source.document(&self.name, &limits)
    }

    /// Reads its beginning, where its metadata stand.
    pub(crate) fn head(&self, limits: &Limits) -> Result<Vec<u8>, FormatError> {
        self.source.sample(&self.name, limits)
    }
}

/// A layer of a file.
#[derive(Debug)]
pub struct LayerFile {
    /// The file, and the layer where the file has several.
    pub name: String,
    /// The layer.
    pub layer: Layer,
}

/// A file of tracks.
#[derive(Debug)]
pub enum TrackFile {
    /// A GPX file: its name and content.
    Gpx(String, Box<Gpx>),
    /// A table of Movebank.
    Movebank(Box<EventTable>),
}

impl Collection {
    /// Whether there are only records, or nothing.
    pub fn is_records_only(&self) -> bool {
        self.cameras.is_empty()
            && self.tracks.is_empty()
            && self.references.is_empty()
            && self.weather.is_empty()
            && self.stations.is_empty()
            && self.layers.is_empty()
            && self.photos.is_empty()
            && self.documents.is_empty()
    }
}

/// How to read inputs of all kinds.
#[derive(Debug, Clone, Default)]
pub struct CollectionOptions {
    /// How to read tables.
    pub tables: OpenOptions,
    /// Files to attach as they are, with their categories.
    pub documents: Vec<(PathBuf, Category)>,
    /// Mapping files of weather tables; one with the name of a table lies beside it by itself.
    pub mappings: Vec<PathBuf>,
}

/// Opens inputs of any kinds.
///
/// Errors: [`FormatError`] for what is of no kind that is read, or breaks a limit.
pub fn open(
    inputs: &[PathBuf],
    options: &CollectionOptions,
    limits: &Limits,
) -> Result<Collection, FormatError> {
    let (mut collection, rest) = sorted(inputs, options, limits)?;
    for (path, category) in &options.documents {
        collection.documents.push(Document::open(path, *category, limits)?);
    }
    if !rest.is_empty() || collection.is_records_only() {
        let Rest { paths, tables, notes } = rest;
        collection.records = dataset::open_beside(&paths, tables, &options.tables, limits)?;
        collection.records.notes.extend(notes);
    }
    Ok(collection)
}

/// Opens inputs of any kinds as an attacker does, who takes all that there is: several archives and
/// folders too, each read by itself, and tables together.
///
/// Errors: [`FormatError`] for what is of no kind that is read, or breaks a limit.
pub fn open_tables(
    inputs: &[PathBuf],
    options: &CollectionOptions,
    limits: &Limits,
) -> Result<Dataset, FormatError> {
    let (mut collection, rest) = sorted(inputs, options, limits)?;
    let (mut archives, mut tables) = (Vec::new(), Vec::new());
    let Rest { paths, tables: made, notes } = rest;
    for path in paths {
        match archive::open(&path, limits)? {
            Opened::Archive(_) => archives.push(path),
            Opened::Columnar | Opened::File(_) | Opened::Workbook(_) => tables.push(path),
        }
    }
    let options = &options.tables;
    let mut opened = Vec::new();
    for path in archives {
        opened.push(dataset::open(&[path], options, limits)?);
    }
    if !(tables.is_empty() && made.is_empty()) {
        opened.push(dataset::open_beside(&tables, made, options, limits)?);
    }
    let mut opened = opened.into_iter();
    match opened.next() {
        Some(first) => collection.records = first,
        None if collection.is_records_only() => return Err(FormatError::Empty),
        None => {}
    }
    opened.for_each(|other| collection.records.join(other));
    collection.records.notes.extend(notes);
    collection.into_dataset(limits)
}

/// Sorts inputs by what they are; what is left is to be read as records.
fn sorted(
    inputs: &[PathBuf],
    options: &CollectionOptions,
    limits: &Limits,
) -> Result<(Collection, Rest), FormatError> {
    let (collection, rest) = (Collection::default(), Rest::default());
    let mut sorting = Sorting { options, limits, collection, rest };
    let mut given = HashSet::new();
    for path in inputs {
        // A path that cannot be resolved cannot be opened either, which is told below.
        if path.canonicalize().is_ok_and(|path| !given.insert(path)) {
            return Err(FormatError::GivenTwice { name: shown(path) });
        }
        sorting.add(path)?;
    }
    Ok((sorting.collection, sorting.rest))
}

/// Inputs on their way to their kinds.
struct Sorting<'a> {
    options: &'a CollectionOptions,
    limits: &'a Limits,
    collection: Collection,
    rest: Rest,
}

/// What is to be read as records.
#[derive(Default)]
struct Rest {
    paths: Vec<PathBuf>,
    /// Tables of workbooks and Parquet files, and what was odd about these.
    tables: Vec<Table>,
    notes: Vec<Note>,
}

impl Rest {
    fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.tables.is_empty()
    }
}

impl Sorting<'_> {
    fn add(&mut self, path: &Path) -> Result<(), FormatError> {
        match archive::open(path, self.limits)? {
            Opened::Archive(members) if camera::is_package(&members, self.limits) => {
                self.collection.cameras.push(camera::open(path, &members, self.limits)?);
            }
            Opened::Archive(members) if members.packaging == Packaging::Folder => {
                if !self.folder(path, &members)? {
                    // The package of a copy may be one archive in a folder.
                    let inner = only_archive(path, &members);
                    self.rest.paths.push(inner.unwrap_or_else(|| path.to_owned()));
                }
            }
            Opened::Archive(members) if is_of_shapefiles(&members) => {
                self.layers(path, &shown(path))?;
            }
            Opened::Archive(_) => self.rest.paths.push(path.to_owned()),
            opened @ (Opened::Columnar | Opened::Workbook(_)) => {
                self.made(path, opened)?;
            }
            Opened::File(source)
                if is_json(path) && camera::is_descriptor(&source, self.limits) =>
            {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                let folder = folder.unwrap_or(Path::new("."));
                let Opened::Archive(members) = archive::open(folder, self.limits)? else {
                    return Ok(());
                };
                self.collection.cameras.push(camera::open(folder, &members, self.limits)?);
            }
            Opened::File(source) => {
                if !self.file(path, &shown(path), &source)? {
                    self.rest.paths.push(path.to_owned());
                }
            }
        }
        Ok(())
    }

    /// A folder may be files and folders of several kinds, such as a copy that Reedbed wrote; says
    /// whether it is.
    fn folder(&mut self, path: &Path, members: &Members) -> Result<bool, FormatError> {
        let (mut left, mut is_mixed, mut has_made) = (Vec::new(), false, false);
        let mut folders: Vec<&str> = Vec::new();
        let is_archive = members.named().any(|(name, _)| name == "meta.xml");
        for (name, _) in members.named() {
            if let Some((folder, _)) = name.split_once('/') {
                if !folders.contains(&folder) {
                    folders.push(folder);
                }
                continue;
            }
            if is_archive {
                continue;
            }
            let path = path.join(name);
            match archive::open(&path, self.limits)? {
                Opened::File(source) if self.file(&path, name, &source)? => is_mixed = true,
                opened @ (Opened::Columnar | Opened::Workbook(_)) => {
                    is_mixed |= self.made(&path, opened)?;
                    has_made = true;
                }
                Opened::Archive(_) | Opened::File(_) => left.push(path),
            }
        }
        for folder in folders {
            let path = path.join(folder);
            let Opened::Archive(members) = archive::open(&path, self.limits)? else { continue };
            if camera::is_package(&members, self.limits) {
                self.collection.cameras.push(camera::open(&path, &members, self.limits)?);
                is_mixed = true;
            } else if self.folder(&path, &members)? {
                is_mixed = true;
            } else {
                left.push(path);
            }
        }
        // Workbooks and Parquet files are taken already, whatever is in them.
        is_mixed |= has_made;
        if is_mixed {
            if is_archive {
                self.rest.paths.push(path.to_owned());
            }
            for path in left {
                self.left_over(path)?;
            }
        }
        Ok(is_mixed)
    }

    /// A file or folder beside others of several kinds: records if descriptors or headings say so.
    fn left_over(&mut self, path: PathBuf) -> Result<(), FormatError> {
        let is_records = match archive::open(&path, self.limits)? {
            Opened::Archive(members) => members
                .named()
                .any(|(name, source)| is_descriptor(name) || self.is_of_records(name, source)),
            Opened::Columnar | Opened::Workbook(_) => false,
            Opened::File(source) => self.is_of_records(&shown(&path), &source),
        };
        if is_records {
            self.rest.paths.push(path);
        } else if path.file_name().is_none_or(|name| name != "eml.xml") {
            self.collection.notes.push(Note {
                file: shown(&path),
                text: "it was left aside: give it by itself if it belongs to the data".to_owned(),
            });
        }
        Ok(())
    }

    /// Whether a file is a table with headings of records.
    fn is_of_records(&self, name: &str, source: &Source) -> bool {
        let options = &self.options.tables;
        let opened = dataset::open_table(name, source, options, self.limits, &mut Vec::new());
        opened.is_ok_and(|table| {
            table.columns.iter().filter(|column| column.term.is_some()).count() >= 3
        })
    }

    /// Takes a file that is of another kind than records; says whether it is.
    fn file(&mut self, path: &Path, name: &str, source: &Source) -> Result<bool, FormatError> {
        let limits = self.limits;
        let sample = source.sample(name, limits)?;
        let collection = &mut self.collection;
        if track::is_gpx(&sample) {
            let gpx = Gpx::read(name, source, limits)?;
            collection.tracks.push(TrackFile::Gpx(name.to_owned(), Box::new(gpx)));
        } else if weather::is_toa5(&sample) {
            collection.weather.push(WeatherFile::toa5(name, source.clone(), limits));
        } else if weather::is_daily(&sample) {
            collection.weather.push(WeatherFile::ghcn(name, source.clone(), limits));
        } else if weather::is_station_list(&sample) {
            collection.stations.push(StationTable::of_list(name, source, limits)?);
        } else if layer::is_layer(&sample) {
            self.layers(path, name)?;
        } else if is_photo(&sample) {
            // Photos of several folders may have one name.
            let same = collection.photos.iter().filter(|photo| photo.own == name).count();
            let called = if same == 0 { name.to_owned() } else { format!("{}-{name}", same + 1) };
            let (own, source) = (name.to_owned(), source.clone());
            collection.photos.push(PhotoFile { name: called, own, source });
        } else if is_beside_shapefile(path) {
            // Read with the shapefile.
        } else {
            return self.table(path, name, source);
        }
        Ok(true)
    }

    /// Takes the layers of a file.
    fn layers(&mut self, path: &Path, name: &str) -> Result<(), FormatError> {
        let layers = layer::open(path, self.limits)?;
        let has_several = layers.len() > 1;
        self.collection.layers.extend(layers.into_iter().map(|layer| {
            let own = format!("{name}: {}", layer.name());
            LayerFile { name: if has_several { own } else { name.to_owned() }, layer }
        }));
        Ok(())
    }

    /// Takes the tables of a Parquet file or a workbook, those of records too; says whether any is of
    /// another kind.
    fn made(&mut self, path: &Path, opened: Opened) -> Result<bool, FormatError> {
        let mapping = self.mapping_of(path)?;
        let fits = |table: &Table| mapping.as_ref().is_some_and(|mapping| mapping.fits(table));
        let is_wanted = |table: &Table| fits(table) || is_of_other_kind(table);
        let (options, mut notes) = (&self.options.tables, Vec::new());
        let tables =
            dataset::open_made(path, opened, options, self.limits, (&is_wanted, &mut notes))?;
        let mut is_any = false;
        for table in tables {
            let own = mapping.clone().filter(|mapping| mapping.fits(&table));
            let name = table.name.clone();
            match self.sort(table, own, true)? {
                Some(table) => self.rest.tables.push(table),
                None => {
                    is_any = true;
                    notes.retain(|note| note.file != name || !is_about_headings(note));
                }
            }
        }
        self.rest.notes.append(&mut notes);
        Ok(is_any)
    }

    /// Takes a table of fixes, of animals, of stations, or one with a mapping of weather.
    fn table(&mut self, path: &Path, name: &str, source: &Source) -> Result<bool, FormatError> {
        let mapping = self.mapping_of(path)?;
        let mut notes = Vec::new();
        let opened =
            dataset::open_table(name, source, &self.options.tables, self.limits, &mut notes);
        // What cannot be opened is refused as a table of records, with the reason.
        let Ok(table) = opened else { return Ok(false) };
        if self.sort(table, mapping, false)?.is_some() {
            return Ok(false);
        }
        self.collection.notes.extend(notes.into_iter().filter(|note| !is_about_headings(note)));
        Ok(true)
    }

    /// Takes a table by its kind; gives one of records back.
    fn sort(
        &mut self,
        table: Table,
        mapping: Option<Mapping>,
        is_made: bool,
    ) -> Result<Option<Table>, FormatError> {
        let collection = &mut self.collection;
        if let Some(mapping) = mapping {
            collection.weather.push(WeatherFile::mapped(table, mapping, self.limits));
        } else if weather::is_values(&table) {
            collection.weather.push(WeatherFile::own(table, self.limits));
        } else if track::is_events(&table) {
            collection.tracks.push(TrackFile::Movebank(Box::new(EventTable::new(table))));
        } else if track::is_reference(&table) {
            collection.references.push(ReferenceTable { table });
        } else if is_made && layer::is_table(&table) {
            let (name, layer) = (table.name.clone(), layer::of_table(&table, self.limits)?);
            collection.layers.push(LayerFile { name, layer });
        } else if is_of_stations(&table) {
            collection.stations.push(StationTable::of_table(&table)?);
        } else {
            return Ok(Some(table));
        }
        Ok(None)
    }

    /// The mapping of a weather table: given for its name, or beside it.
    fn mapping_of(&self, path: &Path) -> Result<Option<Mapping>, FormatError> {
        let beside = path.with_extension("toml");
        let stem = path.file_stem();
        let given = self.options.mappings.iter().filter(|mapping| mapping.file_stem() == stem);
        for file in given.chain([&beside]) {
            let Ok(text) = std::fs::read_to_string(file) else { continue };
            if !Mapping::is_for_weather(&text) {
                continue;
            }
            let read = Mapping::read(&text)
                .map_err(|wrong| FormatError::Document { name: shown(file), reason: wrong.reason });
            return read.map(Some);
        }
        Ok(None)
    }
}

/// Whether an archive holds shapefiles and is no Darwin Core archive.
fn is_of_shapefiles(members: &Members) -> bool {
    let is = |end: &str| members.named().any(|(name, _)| name.to_ascii_lowercase().ends_with(end));
    is(".shp") && !is("meta.xml")
}

/// Whether a member of an archive is the descriptor of a Darwin Core archive.
fn is_descriptor(name: &str) -> bool {
    name.rsplit('/').next() == Some("meta.xml")
}

fn is_photo(sample: &[u8]) -> bool {
    sample.starts_with(&[0xff, 0xd8, 0xff]) || sample.starts_with(b"\x89PNG\r\n\x1a\n")
}

/// Whether a file belongs to the shapefile beside it.
fn is_beside_shapefile(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let is_part = ending.is_some_and(|ending| OF_SHAPEFILES.contains(&ending.as_str()));
    is_part && path.with_extension("shp").is_file()
}

/// The archive in a folder that holds no tables and only this one archive.
fn only_archive(path: &Path, members: &Members) -> Option<PathBuf> {
    let name_of = |name: &String| name.to_ascii_lowercase();
    let is_other = |name: &String| {
        [".csv", ".tsv", ".txt", ".tab", ".psv"].iter().any(|end| name_of(name).ends_with(end))
    };
    let is_archive =
        |name: &&String| [".zip", ".tar.gz", ".tgz"].iter().any(|end| name_of(name).ends_with(end));
    let names: Vec<&String> =
        members.named().map(|(name, _)| name).filter(|name| !name.contains('/')).collect();
    if names.iter().any(|name| is_other(name) || *name == "meta.xml") {
        return None;
    }
    let mut archives = names.into_iter().filter(is_archive);
    let only = archives.next()?;
    archives.next().is_none().then(|| path.join(only))
}

/// Whether a table is of another kind than records, by its headings.
fn is_of_other_kind(table: &Table) -> bool {
    weather::is_values(table)
        || track::is_events(table)
        || track::is_reference(table)
        || is_of_stations(table)
        || layer::is_table(table)
}

/// Tables of other kinds have headings of their own.
fn is_about_headings(note: &Note) -> bool {
    note.text == dataset::UNKNOWN_HEADINGS
}

/// Whether a table lists stations and tells nothing of organisms or events.
fn is_of_stations(table: &Table) -> bool {
    let tells_more = table
        .columns
        .iter()
        .any(|column| column.term.is_some_and(|term| OF_RECORDS.contains(&term.name)));
    !tells_more && StationTable::is_table(table)
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

/// Units: bytes.
const PHOTO_BYTES: u64 = 256 << 20;
/// Endings of the files of a shapefile beside the first.
const OF_SHAPEFILES: &[&str] = &["cpg", "dbf", "prj", "qix", "sbn", "sbx", "shx", "xml"];
/// Terms that a table of stations does not have.
const OF_RECORDS: &[&str] = &[
    "basisOfRecord",
    "eventDate",
    "eventID",
    "occurrenceID",
    "scientificName",
    "taxonID",
    "species",
];
