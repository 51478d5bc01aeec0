//! Writes descriptors.

use crate::table::{Dialect, Terminator};
use crate::xml::escaped;

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
    pub dialect: Dialect,
    /// Whether it begins with a line of headings.
    pub has_header: bool,
    /// Column of the identifier.
    pub id: Option<usize>,
    /// Columns and their full terms; columns without a term are not described.
    pub fields: Vec<(usize, String)>,
    /// Terms without a column, and their value.
    pub constants: Vec<(String, String)>,
}

/// Writes a descriptor; tables stand in the order given, the core should be the first.
///
/// Shape: UTF-8, one element a line, the same text for the same tables.
/// Source: Darwin Core text guide, section 2.
pub fn write(tables: &[TableToDescribe], metadata: &str) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str(&format!(
        "<archive xmlns=\"http://rs.tdwg.org/dwc/text/\" metadata=\"{}\">\n",
        escaped(metadata)
    ));
    for table in tables {
        let element = if table.is_core { "core" } else { "extension" };
        let terminator = match table.dialect.terminator {
            Terminator::CrLf => "\\r\\n",
            Terminator::Lf => "\\n",
        };
        let quote = table.dialect.quote.map(written).unwrap_or_default();
        xml.push_str(&format!(
            "  <{element} encoding=\"UTF-8\" fieldsTerminatedBy=\"{}\" \
             linesTerminatedBy=\"{terminator}\" fieldsEnclosedBy=\"{quote}\" \
             ignoreHeaderLines=\"{}\" rowType=\"{}\">\n    <files>\n      \
             <location>{}</location>\n    </files>\n",
            written(table.dialect.delimiter),
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

/// A delimiter or quote as descriptors have it.
fn written(byte: u8) -> String {
    match byte {
        b'\t' => "\\t".to_owned(),
        b'\\' => "\\\\".to_owned(),
        byte if byte < b' ' => format!("\\u{byte:04x}"),
        byte => escaped(&char::from(byte).to_string()),
    }
}
