//! Darwin Core archives: tables as `meta.xml` describes them.

use reedbed_core::term;

use super::{Dataset, Form, Note, OpenOptions, column, kind_of_type, plain, type_of_kind};
use crate::archive::Members;
use crate::eml;
use crate::error::FormatError;
use crate::limits::Limits;
use crate::meta::{self, Descriptor, TableEntry};
use crate::source::Source;
use crate::table::{Column, Constant, Dialect, RowKind, Table, TableFile, Terminator};
use crate::text::{NORMAL, OddForm, TextForm};

/// Opens an archive.
pub(super) fn open(
    archive: &str,
    members: &Members,
    options: &OpenOptions,
    limits: &Limits,
) -> Result<Dataset, FormatError> {
    let form = Form::Archive(members.packaging);
    let mut notes = Vec::new();
    // The descriptor may be one folder down.
    let found = members
        .named()
        .filter(|(name, _)| *name == "meta.xml" || name.ends_with("/meta.xml"))
        .min_by_key(|(name, _)| name.matches('/').count());
    let Some((meta_name, meta_source)) = found else {
        let tables = without_descriptor(archive, members, options, limits, &mut notes)?;
        let dataset = plain::dataset(tables, notes)?;
        return Ok(Dataset { form, ..dataset });
    };
    let folder = meta_name.strip_suffix("meta.xml").unwrap_or("");
    let bytes = meta_source.document("meta.xml", limits)?;
    let descriptor = meta::read("meta.xml", &bytes, limits)?;
    let mut tables = Vec::new();
    for entry in &descriptor.tables {
        tables.push(table(archive, folder, entry, members, limits, &mut notes)?);
    }
    let metadata = metadata(folder, &descriptor, members, limits, &mut notes);
    Ok(Dataset { form, tables, metadata, notes })
}

/// An archive may be one table with headings and nothing else.
fn without_descriptor(
    archive: &str,
    members: &Members,
    options: &OpenOptions,
    limits: &Limits,
    notes: &mut Vec<Note>,
) -> Result<Vec<Table>, FormatError> {
    let is_table = |name: &str| {
        let name = name.to_ascii_lowercase();
        [".csv", ".tsv", ".txt", ".tab"].iter().any(|end| name.ends_with(end))
    };
    let tables: Vec<_> = members.named().filter(|(name, _)| is_table(name)).collect();
    if tables.is_empty() {
        return Err(FormatError::MissingFile {
            archive: archive.to_owned(),
            name: "meta.xml".to_owned(),
        });
    }
    notes.push(Note {
        file: archive.to_owned(),
        text: "it has no meta.xml; its tables were read by their headings".to_owned(),
    });
    tables
        .into_iter()
        .map(|(name, source)| plain::open_source(name, source, options, limits, notes))
        .collect()
}

fn table(
    archive: &str,
    folder: &str,
    entry: &TableEntry,
    members: &Members,
    limits: &Limits,
    notes: &mut Vec<Note>,
) -> Result<Table, FormatError> {
    let kind = kind_of_type(&entry.row_type);
    let kind = if entry.is_core && kind == RowKind::Other { RowKind::Occurrence } else { kind };
    let (dialect, form) = writing(archive, entry)?;
    let mut files = Vec::new();
    for location in &entry.locations {
        let location = location.trim_start_matches("./");
        if location.split('/').any(|part| part == "..") || location.starts_with('/') {
            return Err(FormatError::NameTrick { archive: archive.to_owned() });
        }
        let Some(source) = members.by_name.get(&format!("{folder}{location}")) else {
            return Err(FormatError::MissingFile {
                archive: archive.to_owned(),
                name: location.to_owned(),
            });
        };
        files.push(TableFile {
            name: location.to_owned(),
            source: source.clone(),
            form: form.clone(),
        });
    }
    let Some(first) = files.first() else {
        return Err(FormatError::Document {
            name: "meta.xml".to_owned(),
            reason: "a table has no file".to_owned(),
        });
    };
    let mut table = Table {
        name: files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", "),
        kind,
        row_type: if entry.row_type.is_empty() {
            type_of_kind(kind).to_owned()
        } else {
            entry.row_type.clone()
        },
        is_core: entry.is_core,
        columns: Vec::new(),
        id: entry.id,
        defaults: constants(entry),
        dialect,
        has_header: entry.header_lines > 0,
        files: vec![first.clone()],
        header_lines: 0,
        limits: *limits,
    };
    let first_row = plain::first_row(&table, limits)?.unwrap_or_default();
    table.columns = columns(entry, kind, &first_row, limits, notes, &table.name);
    table.files = files;
    table.header_lines = entry.header_lines;
    if table.id.is_none() {
        settle_id(&mut table, entry, notes);
    }
    Ok(table)
}

/// Columns as described, and those that the file has beyond: a column that the descriptor does not
/// mention is there all the same.
fn columns(
    entry: &TableEntry,
    kind: RowKind,
    first_row: &[String],
    limits: &Limits,
    notes: &mut Vec<Note>,
    file: &str,
) -> Vec<Column> {
    let described = entry.fields.iter().filter_map(|field| field.index).chain(entry.id).max();
    let width = described.map_or(0, |last| last + 1).max(first_row.len()).min(limits.columns);
    let heading = |index: usize| {
        let written = first_row.get(index).filter(|_| entry.header_lines > 0);
        written.map(|text| text.trim().to_owned()).unwrap_or_default()
    };
    let mut unmentioned = 0;
    let columns = (0..width)
        .map(|index| {
            let field = entry.fields.iter().find(|field| field.index == Some(index));
            let heading = heading(index);
            match field {
                Some(field) => {
                    let name = if heading.is_empty() { field.term.clone() } else { heading };
                    column(&name, Some(field.term.clone()), field.default.clone())
                }
                None if entry.id == Some(index) => {
                    let term = if entry.is_core { id_term(kind) } else { None };
                    let mut found = column(&heading, Some(String::new()), None);
                    found.uri = None;
                    found.term = term.and_then(term::find);
                    found
                }
                None => {
                    unmentioned += 1;
                    // Its heading may say what it is; likeness takes detail away.
                    column(&heading, None, None)
                }
            }
        })
        .collect();
    if unmentioned > 0 {
        notes.push(Note {
            file: file.to_owned(),
            text: format!("{unmentioned} of its columns are not in meta.xml"),
        });
    }
    columns
}

fn id_term(kind: RowKind) -> Option<&'static str> {
    match kind {
        RowKind::Event => Some("eventID"),
        RowKind::Occurrence => Some("occurrenceID"),
        RowKind::Taxon => Some("taxonID"),
        _ => None,
    }
}

/// A table whose identifier has no index: of the core, the column of the fitting term; of an
/// extension, nothing is assumed, so its rows hang from nothing.
fn settle_id(table: &mut Table, entry: &TableEntry, notes: &mut Vec<Note>) {
    if entry.is_core {
        table.id = id_term(table.kind).and_then(|name| table.column(name));
    }
    if table.id.is_none() && !entry.is_core {
        let text = "meta.xml does not say which column names the core row; rows hang from nothing";
        notes.push(Note { file: table.name.clone(), text: text.to_owned() });
    }
}

fn constants(entry: &TableEntry) -> Vec<Constant> {
    entry
        .fields
        .iter()
        .filter(|field| field.index.is_none())
        .filter_map(|field| {
            let value = field.default.clone()?;
            Some(Constant { term: term::find(&field.term), uri: field.term.clone(), value })
        })
        .collect()
}

/// How the rows of a table are written; odd ways are normalised.
fn writing(archive: &str, entry: &TableEntry) -> Result<(Dialect, TextForm), FormatError> {
    let label = if entry.encoding.trim().is_empty() { "UTF-8" } else { &entry.encoding };
    let encoding = plain::named_encoding(archive, label)?;
    let quote = entry.quote.chars().next();
    let plain_terminator = match entry.terminator.as_str() {
        // Files that say one line feed and have carriage returns too are common.
        "\n" | "" => Some(Terminator::Lf),
        "\r\n" => Some(Terminator::CrLf),
        _ => None,
    };
    let is_plain = |text: &str| text.len() == 1 && text.is_ascii();
    let delimiter = if entry.delimiter.is_empty() { "," } else { &entry.delimiter };
    if let (Some(terminator), true, true) =
        (plain_terminator, is_plain(delimiter), entry.quote.is_empty() || is_plain(&entry.quote))
    {
        let dialect = Dialect {
            delimiter: delimiter.bytes().next().unwrap_or(b','),
            quote: entry.quote.bytes().next(),
            terminator,
        };
        return Ok((dialect, TextForm { encoding, odd: None }));
    }
    let odd = OddForm {
        delimiter: delimiter.to_owned(),
        quote,
        escape: None,
        terminator: if entry.terminator == "\r" { String::new() } else { entry.terminator.clone() },
    };
    Ok((NORMAL, TextForm { encoding, odd: Some(odd) }))
}

fn metadata(
    folder: &str,
    descriptor: &Descriptor,
    members: &Members,
    limits: &Limits,
    notes: &mut Vec<Note>,
) -> Option<eml::Metadata> {
    let name = descriptor.metadata.as_deref().unwrap_or("eml.xml");
    let source: &Source = members.by_name.get(&format!("{folder}{name}"))?;
    let read = source
        .document(name, limits)
        .map_err(|error| error.to_string())
        .and_then(|bytes| eml::read(&bytes, limits).map_err(|reason| format!("it {reason}")));
    match read {
        Ok(metadata) => Some(metadata),
        Err(reason) => {
            let text = format!("its metadata was not read: {reason}");
            notes.push(Note { file: name.to_owned(), text });
            None
        }
    }
}
