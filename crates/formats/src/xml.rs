//! Walks over XML documents from outside, and escapes text for those that are written.
//!
//! Entities other than XML's own five are never resolved, and a document that declares any is
//! refused, so that nothing can grow and nothing is fetched.

use std::io::{self, BufRead};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::limits::Limits;

/// What a walk meets.
#[derive(Debug)]
pub(crate) enum Node<'a> {
    /// An element ends.
    End(&'a str),
    /// An element begins: its local name and its attributes.
    Start(&'a str, &'a Attributes),
    /// Text, or a part of it.
    Text(&'a str),
}

/// Attributes by their local names.
#[derive(Debug, Default)]
pub(crate) struct Attributes(Vec<(String, String)>);

impl Attributes {
    /// The value of an attribute.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Walks over a document; `path` is the local names of the open elements, the innermost last.
///
/// Errors: in words, what is wrong with the document or what the visitor says.
pub(crate) fn walk(
    bytes: &[u8],
    limits: &Limits,
    mut visit: impl FnMut(&[String], Node<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let text = text_of(bytes)?;
    let mut reader = Reader::from_str(&text);
    let mut path: Vec<String> = Vec::new();
    loop {
        let event = reader.read_event().map_err(|_cause| NOT_XML.to_owned())?;
        if matches!(event, Event::Eof) {
            break;
        }
        step(&event, &mut path, limits, &mut visit)?;
    }
    if path.is_empty() { Ok(()) } else { Err(CUT_OFF.to_owned()) }
}

type Visit<'v> = &'v mut dyn FnMut(&[String], Node<'_>) -> Result<(), String>;

/// Whether a walk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Go,
    Stop,
}

/// The same walk over a document in UTF-8 that is too large for the memory.
///
/// Errors: what the visitor says; [`io::ErrorKind::InvalidData`] for what is wrong with the
/// document.
pub(crate) fn walk_stream(
    input: impl BufRead,
    limits: &Limits,
    mut visit: impl FnMut(&[String], Node<'_>) -> io::Result<Flow>,
) -> io::Result<()> {
    let invalid = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut reader = Reader::from_reader(input);
    let (mut path, mut buffer) = (Vec::new(), Vec::new());
    let mut end: Option<io::Result<()>> = None;
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(|cause| match cause {
            quick_xml::Error::Io(cause) => io::Error::new(cause.kind(), cause),
            _ => invalid(NOT_XML.to_owned()),
        })?;
        if matches!(event, Event::Eof) {
            break;
        }
        let stepped = step(&event, &mut path, limits, &mut |path, node| match visit(path, node) {
            Ok(Flow::Go) => Ok(()),
            Ok(Flow::Stop) => {
                end = Some(Ok(()));
                Err(String::new())
            }
            Err(cause) => {
                end = Some(Err(cause));
                Err(String::new())
            }
        });
        match (stepped, end.take()) {
            (Ok(()), _) => {}
            (Err(_), Some(end)) => return end,
            (Err(what), None) => return Err(invalid(what)),
        }
    }
    if path.is_empty() { Ok(()) } else { Err(invalid(CUT_OFF.to_owned())) }
}

/// Tells the visitor of one event, and keeps the path.
fn step(
    event: &Event<'_>,
    path: &mut Vec<String>,
    limits: &Limits,
    visit: Visit<'_>,
) -> Result<(), String> {
    match event {
        Event::DocType(_) => return Err("it declares a document type".to_owned()),
        Event::Empty(start) => {
            let name = start.local_name().as_ref().to_owned();
            visit(path, Node::Start(&name, &attributes(start)?))?;
            visit(path, Node::End(&name))?;
        }
        Event::Start(start) => {
            let name = start.local_name().as_ref().to_owned();
            visit(path, Node::Start(&name, &attributes(start)?))?;
            path.push(name);
            if path.len() > limits.depth {
                return Err("its elements are nested too deeply".to_owned());
            }
        }
        Event::End(_) => {
            let name = path.pop().ok_or(NOT_XML)?;
            visit(path, Node::End(&name))?;
        }
        Event::Text(text) => visit(path, Node::Text(text))?,
        Event::CData(text) => visit(path, Node::Text(text))?,
        Event::GeneralRef(entity) => {
            let character = character(entity).ok_or(FOREIGN_ENTITY)?;
            visit(path, Node::Text(character.encode_utf8(&mut [0; 4])))?;
        }
        _ => {}
    }
    Ok(())
}

/// Decodes a document as its byte-order mark or its declaration says.
fn text_of(bytes: &[u8]) -> Result<String, String> {
    let declared = declared_encoding(bytes).unwrap_or(UTF_8);
    let (text, _, has_errors) = declared.decode(bytes);
    if has_errors {
        return Err("its bytes are no text in the character set that it declares".to_owned());
    }
    Ok(text.into_owned())
}

fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(256))?;
    let declaration = head.split(|byte| *byte == b'>').next()?;
    let at = memchr::memmem::find(declaration, b"encoding")?;
    let after = declaration.get(at..)?;
    let quote = *after.iter().find(|byte| matches!(byte, b'"' | b'\''))?;
    let label = after.split(|byte| *byte == quote).nth(1)?;
    // A declaration that can be read byte by byte does not stand in UTF-16, whatever it says.
    Encoding::for_label(label).filter(|found| *found != UTF_16LE && *found != UTF_16BE)
}

/// Reads attributes as they are meant: a tab or a line feed written as such stays one.
fn attributes(start: &BytesStart<'_>) -> Result<Attributes, String> {
    let mut found = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_cause| "an attribute is not well-formed".to_owned())?;
        let name = attribute.key.local_name().as_ref().to_owned();
        found.push((name, resolved(&attribute.value)?));
    }
    Ok(Attributes(found))
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
        out.push(character(entity).ok_or(FOREIGN_ENTITY)?);
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

/// Escapes text for an element or an attribute; characters that XML has no room for are left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Readers would make spaces or line feeds of these.
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

const CUT_OFF: &str = "it is cut off";
const NOT_XML: &str = "it is not well-formed XML";
const FOREIGN_ENTITY: &str = "it uses an entity that is not one of XML's own";

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(xml: &[u8]) -> Result<String, String> {
        let mut out = String::new();
        walk(xml, &Limits::default(), |path, node| {
            match node {
                Node::Start(name, attributes) => {
                    out += &format!("<{}{name} {:?}>", path.len(), attributes.value("a"));
                }
                Node::End(name) => out += &format!("</{name}>"),
                Node::Text(text) => out += text,
            }
            Ok(())
        })?;
        Ok(out)
    }

    #[test]
    fn a_document_is_walked_with_its_own_entities_resolved() {
        assert_eq!(
            texts(b"<x:r a='&quot;&#9;&#x41;'>1 &lt; 2<b/><![CDATA[&y;]]></x:r>").unwrap(),
            "<0r Some(\"\\\"\\tA\")>1 < 2<1b None></b>&y;</r>"
        );
    }

    #[test]
    fn what_could_grow_or_be_fetched_is_refused() {
        for xml in [
            "<!DOCTYPE r [<!ENTITY a \"b\">]><r>&a;</r>",
            "<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>",
            "<r>&a;</r>",
            "<r a='&a;'/>",
            "<r a='&a'/>",
            "<r>&#0;</r>",
            "<r>",
            "<r></s>",
            "</r>",
            "<r a=1 a=2/>",
        ] {
            assert!(texts(xml.as_bytes()).is_err(), "{xml}");
        }
        assert!(texts("<a>".repeat(100).as_bytes()).unwrap_err().contains("deeply"));
    }

    #[test]
    fn every_declared_character_set_is_decoded() {
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><r>R\xf6hricht</r>";
        assert!(texts(latin).unwrap().contains("Röhricht"));
        let utf16: Vec<u8> = "\u{feff}<?xml version='1.0' encoding='UTF-16'?><r>Röhricht</r>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(texts(&utf16).unwrap().contains("Röhricht"));
        assert!(texts(b"<?xml version='1.0' encoding='UTF-16'?><r>r</r>").is_ok());
        assert!(texts(b"<r>R\xf6hricht</r>").unwrap_err().contains("character set"));
    }

    #[test]
    fn what_is_escaped_reads_back() {
        let text = "a<b>&\"c\"\t\r\nd'é";
        let xml = format!("<r a=\"{}\"/>", escaped(text));
        walk(xml.as_bytes(), &Limits::default(), |_, node| {
            if let Node::Start(_, attributes) = node {
                assert_eq!(attributes.value("a"), Some(text));
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(escaped("a\0\u{1}b\u{ffff}"), "ab");
    }
}
