//! `meta.xml`, the descriptor of a Darwin Core archive: read and written.
//!
//! Source: Darwin Core text guide, TDWG, <http://rs.tdwg.org/dwc/terms/guides/text/>.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::error::FormatError;
use crate::limits::Limits;

/// What a descriptor says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// The metadata document.
    pub(crate) metadata: Option<String>,
    /// The tables; the core is the first that says so.
    pub(crate) tables: Vec<TableEntry>,
}

/// One core or extension.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct TableEntry {
    pub(crate) is_core: bool,
    pub(crate) row_type: String,
    pub(crate) encoding: String,
    pub(crate) delimiter: String,
    pub(crate) terminator: String,
    pub(crate) quote: String,
    pub(crate) header_lines: usize,
    pub(crate) locations: Vec<String>,
    pub(crate) id: Option<usize>,
    pub(crate) fields: Vec<FieldEntry>,
}

/// One field.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct FieldEntry {
    pub(crate) index: Option<usize>,
    pub(crate) term: String,
    pub(crate) default: Option<String>,
}

/// Reads a descriptor.
///
/// Errors: [`FormatError::Document`] for anything that is no descriptor, and for document type
/// declarations: entities are never expanded.
pub(crate) fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Descriptor, FormatError> {
    let wrong =
        |reason: &str| FormatError::Document { name: name.to_owned(), reason: reason.to_owned() };
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = Reader::from_str(text);
    let mut descriptor = Descriptor::default();
    let mut path: Vec<String> = Vec::new();
    let mut content = String::new();
    loop {
        let event = reader.read_event().map_err(|_cause| wrong("it is not well-formed XML"))?;
        let (start, is_empty) = match &event {
            Event::Start(start) => (Some(start), false),
            Event::Empty(start) => (Some(start), true),
            _ => (None, false),
        };
        if let Some(start) = start {
            let local = start.local_name().as_ref().to_owned();
            element(&mut descriptor, &local, start, limits).map_err(|reason| wrong(&reason))?;
            content.clear();
            if !is_empty {
                path.push(local);
                if path.len() > limits.depth {
                    return Err(wrong("its elements are nested too deeply"));
                }
            }
            continue;
        }
        match event {
            Event::DocType(_) => {
                return Err(wrong("it declares a document type, which is never read"));
            }
            Event::Text(text) => content.push_str(&text),
            Event::CData(text) => content.push_str(&text),
            Event::GeneralRef(entity) => {
                let Some(known) = character(&entity) else {
                    return Err(wrong("it uses an entity that is not one of XML's own"));
                };
                content.push(known);
            }
            Event::End(_) => {
                if path.pop().as_deref() == Some("location")
                    && let Some(table) = descriptor.tables.last_mut()
                {
                    table.locations.push(content.trim().to_owned());
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !path.is_empty() {
        return Err(wrong("it is cut off"));
    }
    match descriptor.tables.iter().filter(|table| table.is_core).count() {
        1 => Ok(descriptor),
        0 => Err(wrong("it describes no core table")),
        _ => Err(wrong("it describes more than one core table")),
    }
}

fn element(
    descriptor: &mut Descriptor,
    local: &str,
    start: &BytesStart<'_>,
    limits: &Limits,
) -> Result<(), String> {
    match local {
        "archive" => descriptor.metadata = attribute(start, "metadata")?,
        "core" | "extension" => {
            let or = |name: &str, default: &str| {
                attribute(start, name).map(|value| value.unwrap_or_else(|| default.to_owned()))
            };
            let header = or("ignoreHeaderLines", "0")?;
            descriptor.tables.push(TableEntry {
                is_core: local == "core",
                row_type: or("rowType", "")?,
                encoding: or("encoding", "UTF-8")?,
                delimiter: unescaped(&or("fieldsTerminatedBy", ",")?),
                terminator: unescaped(&or("linesTerminatedBy", "\n")?),
                quote: unescaped(&or("fieldsEnclosedBy", "\"")?),
                header_lines: header
                    .trim()
                    .parse()
                    .map_err(|_cause| format!("`{header}` is not a number of heading lines"))?,
                ..TableEntry::default()
            });
        }
        "id" | "coreid" => {
            let index = index(start, limits)?;
            if let Some(table) = descriptor.tables.last_mut() {
                table.id = index;
            }
        }
        "field" => {
            let field = FieldEntry {
                index: index(start, limits)?,
                term: attribute(start, "term")?.unwrap_or_default().trim().to_owned(),
                default: attribute(start, "default")?,
            };
            if let Some(table) = descriptor.tables.last_mut() {
                table.fields.push(field);
            }
        }
        _ => {}
    }
    Ok(())
}

fn index(start: &BytesStart<'_>, limits: &Limits) -> Result<Option<usize>, String> {
    let Some(text) = attribute(start, "index")? else { return Ok(None) };
    let index: usize =
        text.trim().parse().map_err(|_cause| format!("`{text}` is not the index of a column"))?;
    if index >= limits.columns {
        return Err(format!("column {index} is beyond the {} that are allowed", limits.columns));
    }
    Ok(Some(index))
}

/// Reads an attribute as it is meant: a tab or line feed written as a character stays one.
fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_cause| "an attribute is not well-formed".to_owned())?;
        if attribute.key.local_name().as_ref() == name {
            return resolved(&attribute.value).map(Some);
        }
    }
    Ok(None)
}

/// Resolves XML's own entities and character references, and no others.
fn resolved(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((entity, after)) = after.split_once(';') else {
            return Err("an entity does not end".to_owned());
        };
        out.push(character(entity).ok_or("it uses an entity that is not one of XML's own")?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "apos" => Some('\''),
        "gt" => Some('>'),
        "lt" => Some('<'),
        "quot" => Some('"'),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')
        }
    }
}

/// Delimiters are written as in the C language.
fn unescaped(text: &str) -> String {
    text.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r").replace("\\\\", "\\")
}

/// A table as a descriptor is to describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableToDescribe {
    /// Whether it is the core.
    pub is_core: bool,
    /// Full name of what its rows are.
    pub row_type: String,
    /// Its file.
    pub location: String,
    /// How its rows are written.
    pub dialect: crate::table::Dialect,
    /// Whether it begins with a line of headings.
    pub has_header: bool,
    /// Column of the identifier.
    pub id: Option<usize>,
    /// Columns and their full terms; columns without a term are not described.
    pub fields: Vec<(usize, String)>,
    /// Terms without a column, and their value.
    pub constants: Vec<(String, String)>,
}

/// Writes a descriptor.
pub fn write(tables: &[TableToDescribe], metadata: &str) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str(&format!(
        "<archive xmlns=\"http://rs.tdwg.org/dwc/text/\" metadata=\"{}\">\n",
        escaped(metadata)
    ));
    for table in tables {
        let element = if table.is_core { "core" } else { "extension" };
        let terminator = match table.dialect.terminator {
            crate::table::Terminator::CrLf => "\\r\\n",
            crate::table::Terminator::Lf => "\\n",
        };
        let delimiter = match table.dialect.delimiter {
            b'\t' => "\\t".to_owned(),
            other => escaped(&char::from(other).to_string()),
        };
        let quote = table.dialect.quote.map(|quote| escaped(&char::from(quote).to_string()));
        xml.push_str(&format!(
            "  <{element} encoding=\"UTF-8\" fieldsTerminatedBy=\"{delimiter}\" \
             linesTerminatedBy=\"{terminator}\" fieldsEnclosedBy=\"{}\" ignoreHeaderLines=\"{}\" \
             rowType=\"{}\">\n    <files>\n      <location>{}</location>\n    </files>\n",
            quote.unwrap_or_default(),
            usize::from(table.has_header),
            escaped(&table.row_type),
            escaped(&table.location)
        ));
        if let Some(id) = table.id {
            let name = if table.is_core { "id" } else { "coreid" };
            xml.push_str(&format!("    <{name} index=\"{id}\"/>\n"));
        }
        for (index, term) in &table.fields {
            xml.push_str(&format!("    <field index=\"{index}\" term=\"{}\"/>\n", escaped(term)));
        }
        for (term, value) in &table.constants {
            xml.push_str(&format!(
                "    <field default=\"{}\" term=\"{}\"/>\n",
                escaped(value),
                escaped(term)
            ));
        }
        xml.push_str(&format!("  </{element}>\n"));
    }
    xml.push_str("</archive>\n");
    xml
}

/// Escapes text for XML; characters that XML has no room for are left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
