//! Darwin Core archives: tables as `meta.xml` describes them.

use std::path::Path;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::{Dataset, Form, Note, Notes, OpenOptions, camtrap, columns, first_row, kind, plain};
use crate::archive::{Members, Packaging};
use crate::eml::{self, Metadata};
use crate::encoding::{self, Certainty};
use crate::error::FormatError;
use crate::limits::Limits;
use crate::meta::{self, Descriptor, TableEntry};
use crate::normalise::{NORMAL, OddForm};
use crate::source::{Source, shown};
use crate::table::{Dialect, RowKind, Table, TableFile, Terminator};
use crate::text::TextForm;

/// Opens an archive or a folder.
pub(super) fn open(
    path: &Path,
    members: &Members,
    options: &OpenOptions,
    limits: &Limits,
) -> Result<Dataset, FormatError> {
    let archive = shown(path);
    let archive = archive.as_str();
    let mut notes = Vec::new();
    // The descriptor may be one folder down.
    let found = members
        .named()
        .filter(|(name, _)| *name == "meta.xml" || name.ends_with("/meta.xml"))
        .min_by_key(|(name, _)| name.matches('/').count());
    let Some((meta_name, meta_source)) = found else {
        camtrap::refuse_archive(archive, members, limits)?;
        let (form, tables) = without_descriptor(path, members, options, limits, &mut notes)?;
        let metadata = metadata(archive, "", &Descriptor::default(), members, limits, &mut notes);
        return Ok(Dataset {
            form,
            tables,
            metadata,
            members: members.list(),
            notes,
            ..Dataset::default()
        });
    };
    let folder = meta_name.strip_suffix("meta.xml").unwrap_or("");
    let bytes = meta_source.document("meta.xml", limits)?;
    let mut descriptor = meta::read("meta.xml", &bytes, limits)?;
    let mut opening = Opening { archive, folder, members, options, limits, notes: &mut notes };
    let mut tables = Vec::new();
    // Extensions hang from the core, which may be described after them.
    descriptor.tables.sort_by_key(|entry| !entry.is_core);
    for entry in &descriptor.tables {
        let core = tables.first();
        let table = opening.table(entry, core)?;
        tables.push(table);
    }
    let metadata = metadata(archive, folder, &descriptor, members, limits, &mut notes);
    let form = Form::Archive(members.packaging);
    Ok(Dataset { form, tables, metadata, members: members.list(), notes, ..Dataset::default() })
}

/// An archive may be one table with headings and nothing else. A folder may be tables that belong
/// together.
fn without_descriptor(
    path: &Path,
    members: &Members,
    options: &OpenOptions,
    limits: &Limits,
    notes: &mut Vec<Note>,
) -> Result<(Form, Vec<Table>), FormatError> {
    let is_table = |name: &str| {
        let name = name.to_ascii_lowercase();
        [".csv", ".tsv", ".txt", ".tab", ".psv"].iter().any(|end| name.ends_with(end))
    };
    let candidates: Vec<_> =
        members.named().filter(|(name, _)| is_table(name) && !name.contains('/')).collect();
    let mut tables = Vec::new();
    for (name, source) in &candidates {
        let mut own_notes = Vec::new();
        let opened = plain::open(name, source, options, limits, &mut own_notes);
        match opened {
            Err(error) if candidates.len() == 1 => return Err(error),
            Ok(table) if candidates.len() == 1 || known_headings(&table) >= 2 => {
                notes.append(&mut own_notes);
                tables.push(table);
            }
            Ok(_) | Err(_) => notes.push(Note {
                file: (*name).clone(),
                text: "it was left aside, having no headings that are known terms".to_owned(),
            }),
        }
    }
    if tables.is_empty() {
        let package = path.join("package");
        let package = package.is_dir().then_some(package);
        return Err(FormatError::NoTables { name: shown(path), package });
    }
    let archive = shown(path);
    let mut about = Notes { file: &archive, all: notes };
    about.add("it has no meta.xml; its tables were read by their headings");
    let form = match (members.packaging, tables.len()) {
        (Packaging::Zip | Packaging::TarGz, 1) => Form::Archive(members.packaging),
        _ => Form::Tables,
    };
    Ok((form, plain::related(tables)?))
}

fn known_headings(table: &Table) -> usize {
    table.columns.iter().filter(|column| column.term.is_some()).count()
}

/// What opening a table needs to know of its archive.
struct Opening<'a> {
    archive: &'a str,
    folder: &'a str,
    members: &'a Members,
    options: &'a OpenOptions,
    limits: &'a Limits,
    notes: &'a mut Vec<Note>,
}

impl Opening<'_> {
    fn table(&mut self, entry: &TableEntry, core: Option<&Table>) -> Result<Table, FormatError> {
        let entry = &self.as_told(entry);
        let kind = kind::of_type(&entry.row_type);
        let kind = if entry.is_core && kind == RowKind::Other { RowKind::Occurrence } else { kind };
        let name = entry.locations.join(", ");
        let mut files = Vec::new();
        for location in &entry.locations {
            files.push((location.clone(), self.source(location)?));
        }
        let mut notes = Notes { file: &name, all: self.notes };
        let sample = match files.first() {
            Some((name, source)) => source.sample(name, self.limits)?,
            None => Vec::new(),
        };
        let stated = plain::named_encoding(self.archive, &entry.encoding)?;
        let encoding = match self.options.encoding {
            Some(_) => stated,
            None => settled_encoding(stated, &sample, &mut notes),
        };
        let (dialect, form) = writing(entry, encoding, &sample, &mut notes);
        let files: Vec<TableFile> = files
            .into_iter()
            .map(|(name, source)| TableFile { name, source, form: form.clone() })
            .collect();
        let mut table = Table {
            name: name.clone(),
            kind,
            row_type: if entry.row_type.is_empty() { kind::type_of(kind) } else { &entry.row_type }
                .to_owned(),
            kind_of_data: kind::OCCURRENCE,
            is_core: entry.is_core,
            columns: Vec::new(),
            id: entry.id,
            defaults: columns::constants(entry),
            dialect,
            has_header: entry.header_lines > 0,
            date_format: entry.date_format.clone(),
            header: None,
            files,
            header_lines: 0,
            limits: *self.limits,
        };
        let first = first_row::read(&table)?;
        table.columns = columns::of(entry, kind, &first.cells, &mut notes);
        table.header_lines = entry.header_lines;
        table.header = (table.has_header && first.fault.is_none()).then_some(first.bytes);
        if let Some(format) = entry.date_format.as_deref().filter(|format| !is_iso(format)) {
            notes.add(format!(
                "meta.xml says that its dates are written as `{format}`; only ISO dates are read"
            ));
        }
        if table.id.is_none() {
            settle_id(&mut table, core, &mut notes);
        }
        Ok(table)
    }

    /// The description with what was told on the command line in its place.
    fn as_told(&self, entry: &TableEntry) -> TableEntry {
        let mut entry = entry.clone();
        let text = |byte: u8| char::from(byte).to_string();
        if let Some(delimiter) = self.options.delimiter {
            entry.delimiter = text(delimiter);
        }
        if let Some(quote) = self.options.quote {
            entry.quote = quote.map(text).unwrap_or_default();
        }
        if let Some(label) = &self.options.encoding {
            entry.encoding.clone_from(label);
        }
        if let Some(has_header) = self.options.header {
            entry.header_lines = if has_header { entry.header_lines.max(1) } else { 0 };
        }
        entry.escape = self.options.escape.map(char::from);
        entry
    }

    fn source(&mut self, location: &str) -> Result<Source, FormatError> {
        let (source, other_name) = self.members.find(self.archive, self.folder, location)?;
        if let Some(other_name) = other_name {
            let text = format!("meta.xml calls it `{location}`");
            self.notes.push(Note { file: other_name.to_owned(), text });
        }
        Ok(source.clone())
    }
}

fn is_iso(format: &str) -> bool {
    let format = format.trim().to_ascii_uppercase();
    format.is_empty() || format.starts_with("YYYY-MM-DD") || format.starts_with("ISO")
}

/// The character set that is stated, unless the file itself shows that it is another.
fn settled_encoding(
    stated: &'static Encoding,
    sample: &[u8],
    notes: &mut Notes<'_>,
) -> &'static Encoding {
    let guess = encoding::detect(sample);
    let found = guess.encoding;
    let is_wide = |encoding: &'static Encoding| encoding == UTF_16LE || encoding == UTF_16BE;
    let (said, seen) = (stated.name(), found.name());
    if found == stated || guess.certainty == Certainty::Open && !is_wide(stated) {
        if guess.certainty == Certainty::Mostly {
            notes.add("some of its rows are not UTF-8 and cannot be used");
        }
        return stated;
    }
    match guess.certainty {
        // Text beyond ASCII passes for UTF-8 by accident next to never.
        Certainty::Fits | Certainty::Open | Certainty::Stated => {
            notes.add(format!("meta.xml says that it is written in {said}, but it is {seen}"));
            found
        }
        _ if is_wide(found) || is_wide(stated) => {
            notes.add(format!("meta.xml says that it is written in {said}, but it is {seen}"));
            found
        }
        _ if stated == UTF_8 => {
            notes.add(format!(
                "meta.xml says that it is written in UTF-8, but many of its rows are not and \
                 cannot be used; it may be {seen}"
            ));
            stated
        }
        _ => stated,
    }
}

/// How the rows of a table are written; odd ways are normalised.
fn writing(
    entry: &TableEntry,
    encoding: &'static Encoding,
    sample: &[u8],
    notes: &mut Notes<'_>,
) -> (Dialect, TextForm) {
    let has_feeds = sample.contains(&b'\n') || !sample.contains(&b'\r');
    let terminator = match entry.terminator.as_str() {
        "\n" | "" | "\r\n" if !has_feeds => {
            notes.add("its lines end in carriage returns, though meta.xml says otherwise");
            None
        }
        "\n" | "" => Some(Terminator::Lf),
        "\r\n" => Some(Terminator::CrLf),
        _ => None,
    };
    let one_byte = |text: &str| match text.as_bytes() {
        [byte] if byte.is_ascii() => Some(*byte),
        _ => None,
    };
    let delimiter = if entry.delimiter.is_empty() { "," } else { &entry.delimiter };
    let quote = one_byte(&entry.quote);
    let has_plain_quote = entry.quote.is_empty() || quote.is_some();
    if let (Some(terminator), Some(delimiter), true, None) =
        (terminator, one_byte(delimiter), has_plain_quote, entry.escape)
    {
        let dialect = Dialect { delimiter, quote, terminator };
        return (dialect, TextForm { encoding, odd: None, counts_rows: false });
    }
    let odd = OddForm {
        delimiter: delimiter.to_owned(),
        quote: entry.quote.chars().next(),
        escape: entry.escape,
        terminator: match entry.terminator.as_str() {
            "\n" | "\r" | "\r\n" => String::new(),
            other => other.to_owned(),
        },
    };
    (NORMAL, TextForm { encoding, odd: Some(odd), counts_rows: false })
}

/// A table whose identifier has no index. It is the column of the fitting term, of an extension
/// only where the core is known by that term too; the first column is not taken for it. Rows of an
/// extension that has no such column hang from nothing.
fn settle_id(table: &mut Table, core: Option<&Table>, notes: &mut Notes<'_>) {
    let kind = core.map_or(table.kind, |core| core.kind);
    let name = kind::id_term(kind);
    let is_known_by_it = core
        .is_none_or(|core| core.id.is_some() && core.id == name.and_then(|name| core.column(name)));
    table.id = name.filter(|_| is_known_by_it).and_then(|name| table.column(name));
    match (table.id, table.is_core, name) {
        (Some(_), _, Some(name)) => notes.add(format!(
            "meta.xml does not say which column names its core row; {name} was taken"
        )),
        (None, false, _) => notes.add(
            "meta.xml does not say which column names its core row; its rows hang from nothing",
        ),
        _ => {}
    }
}

/// What the metadata document says; what cannot be read of it fails nothing.
fn metadata(
    archive: &str,
    folder: &str,
    descriptor: &Descriptor,
    members: &Members,
    limits: &Limits,
    notes: &mut Vec<Note>,
) -> Option<Metadata> {
    let name = descriptor.metadata.as_deref().unwrap_or("eml.xml");
    let is_stated = descriptor.metadata.as_deref().is_some_and(|name| !name.is_empty());
    let mut notes = Notes { file: name, all: notes };
    let source = match members.find(archive, folder, name) {
        Ok((source, _)) => source,
        Err(error) => {
            if is_stated {
                notes.add(format!("the metadata was not read: {error}"));
            }
            return None;
        }
    };
    let read = source
        .document(name, limits)
        .map_err(|error| error.to_string())
        .and_then(|bytes| eml::read(&bytes, limits));
    read.map_err(|reason| notes.add(format!("the metadata was not read: {reason}"))).ok()
}
