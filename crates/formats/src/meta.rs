//! `meta.xml`, the descriptor of a Darwin Core archive: read and written.
//!
//! Source: Darwin Core text guide, TDWG, <http://rs.tdwg.org/dwc/terms/guides/text/>.

mod write;

pub use write::{TableToDescribe, write};

use crate::error::FormatError;
use crate::limits::Limits;
use crate::xml::{self, Attributes, Node};

/// What a descriptor says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// The metadata document.
    pub(crate) metadata: Option<String>,
    /// The tables; exactly one is the core.
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
    /// Not of the descriptor, which knows no escapes, but told on the command line.
    pub(crate) escape: Option<char>,
    pub(crate) date_format: Option<String>,
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
    pub(crate) delimited_by: Option<String>,
    pub(crate) vocabulary: Option<String>,
}

/// Reads a descriptor. What it does not say is as the text guide has it.
///
/// Errors: [`FormatError::Document`] for anything that is no descriptor, says two things at once,
/// or declares a document type: entities are never expanded.
pub(crate) fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Descriptor, FormatError> {
    let wrong = |reason: String| FormatError::Document { name: name.to_owned(), reason };
    let descriptor = parse(bytes, limits).map_err(wrong)?;
    match descriptor.tables.iter().filter(|table| table.is_core).count() {
        0 => return Err(wrong("it describes no core table".to_owned())),
        1 => {}
        _ => return Err(wrong("it describes more than one core table".to_owned())),
    }
    for table in &descriptor.tables {
        table.check().map_err(wrong)?;
    }
    Ok(descriptor)
}

fn parse(bytes: &[u8], limits: &Limits) -> Result<Descriptor, String> {
    let mut descriptor = Descriptor::default();
    let mut location = String::new();
    xml::walk(bytes, limits, |path, node| {
        match node {
            Node::Start(name, attributes) => {
                location.clear();
                element(&mut descriptor, name, attributes, limits)?;
            }
            Node::Text(text) => {
                if path.last().is_some_and(|element| element == "location") {
                    location.push_str(text);
                }
            }
            Node::End("location") => {
                if let Some(table) = descriptor.tables.last_mut() {
                    table.locations.push(location.trim().to_owned());
                }
            }
            Node::End(_) => {}
        }
        Ok(())
    })?;
    Ok(descriptor)
}

fn element(
    descriptor: &mut Descriptor,
    name: &str,
    attributes: &Attributes,
    limits: &Limits,
) -> Result<(), String> {
    let or = |name: &str, default: &str| attributes.value(name).unwrap_or(default).to_owned();
    match name {
        "archive" => descriptor.metadata = attributes.value("metadata").map(str::to_owned),
        "core" | "extension" => {
            let header = or("ignoreHeaderLines", "0");
            let header_lines = match header.trim() {
                "" => 0,
                text => text
                    .parse()
                    .map_err(|_cause| format!("`{header}` is not a number of heading lines"))?,
            };
            descriptor.tables.push(TableEntry {
                is_core: name == "core",
                row_type: or("rowType", "").trim().to_owned(),
                encoding: or("encoding", "UTF-8").trim().to_owned(),
                delimiter: unescaped(&or("fieldsTerminatedBy", ",")),
                terminator: unescaped(&or("linesTerminatedBy", "\n")),
                quote: unescaped(&or("fieldsEnclosedBy", "\"")),
                date_format: attributes.value("dateFormat").map(str::to_owned),
                header_lines,
                ..TableEntry::default()
            });
        }
        "id" | "coreid" => {
            let index = index(attributes, limits)?;
            if let Some(table) = descriptor.tables.last_mut() {
                table.id = index;
            }
        }
        "field" => {
            let field = FieldEntry {
                index: index(attributes, limits)?,
                term: or("term", "").trim().to_owned(),
                default: attributes.value("default").map(str::to_owned),
                delimited_by: attributes.value("delimitedBy").map(unescaped),
                vocabulary: attributes.value("vocabulary").map(str::to_owned),
            };
            if field.term.is_empty() {
                return Err("a field has no term".to_owned());
            }
            if let Some(table) = descriptor.tables.last_mut() {
                table.fields.push(field);
            }
        }
        _ => {}
    }
    Ok(())
}

fn index(attributes: &Attributes, limits: &Limits) -> Result<Option<usize>, String> {
    let Some(text) = attributes.value("index").map(str::trim) else { return Ok(None) };
    if text.is_empty() {
        return Ok(None);
    }
    let index: usize =
        text.parse().map_err(|_cause| format!("`{text}` is not the index of a column"))?;
    if index >= limits.columns {
        return Err(format!("column {index} is beyond the {} that are allowed", limits.columns));
    }
    Ok(Some(index))
}

impl TableEntry {
    /// Finds what cannot be meant.
    fn check(&self) -> Result<(), String> {
        if self.locations.is_empty() {
            return Err("a table has no file".to_owned());
        }
        let is_line_end = |text: &str| text.contains(['\n', '\r']);
        if is_line_end(&self.delimiter) || is_line_end(&self.quote) {
            return Err("fields cannot be told from lines".to_owned());
        }
        if !self.quote.is_empty() && self.quote == self.delimiter {
            return Err("the delimiter is the quote".to_owned());
        }
        if self.quote.chars().count() > 1 {
            return Err("a quote is more than one character".to_owned());
        }
        let longest = crate::normalise::LONGEST_PATTERN;
        if self.delimiter.len() > longest || self.terminator.len() > longest {
            return Err(format!("a delimiter is longer than {longest} bytes"));
        }
        for (nth, field) in self.fields.iter().enumerate() {
            let Some(index) = field.index else { continue };
            // Readers differ in which of two terms a column has, and so in what may be told of it.
            let other = self
                .fields
                .iter()
                .skip(nth + 1)
                .find(|other| other.index == Some(index) && other.term != field.term);
            if let Some(other) = other {
                let (one, two) = (&field.term, &other.term);
                return Err(format!("column {index} has two terms, `{one}` and `{two}`"));
            }
        }
        Ok(())
    }
}

/// Delimiters are written as in the C language.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let next = if c == '\\' { rest.clone().next() } else { None };
        let meant = match next {
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some(punctuation @ ('\\' | '"' | '\'' | '|')) => punctuation,
            Some('x' | 'u') => {
                let digits: String =
                    rest.clone().skip(1).take_while(char::is_ascii_hexdigit).collect();
                match u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                    Some(meant) => {
                        rest.nth(digits.len());
                        out.push(meant);
                    }
                    None => out.push(c),
                }
                continue;
            }
            _ => {
                out.push(c);
                continue;
            }
        };
        rest.next();
        out.push(meant);
    }
    out
}

#[cfg(test)]
mod tests;
