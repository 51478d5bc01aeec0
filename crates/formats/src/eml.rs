//! EML, the metadata document of a dataset: read tolerantly, written strictly.
//!
//! Source: Ecological Metadata Language 2.2.0, <https://doi.org/10.5063/F11834T2>; GBIF metadata
//! profile 1.3.

mod write;

pub use write::{EmlFacts, write};

use crate::limits::Limits;
use crate::xml::{self, Node};

/// What is read of an incoming document; nothing of it is copied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The dataset's title.
    pub title: Option<String>,
    /// Its licence: the address where there is one, else the text of its rights.
    pub licence: Option<String>,
    /// Whether it says where, when or of which taxa its records are.
    pub has_coverage: bool,
}

/// Reads a document; says in words what is wrong where it cannot.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Metadata, String> {
    let mut metadata = Metadata::default();
    let (mut title, mut rights, mut licensed) = (String::new(), String::new(), String::new());
    xml::walk(bytes, limits, |path, node| {
        let is_in = |name: &str| path.iter().any(|element| element == name);
        let is_title = ends_with(path, &["dataset", "title"]);
        match node {
            Node::Start("ulink", attributes) if is_in("intellectualRights") => {
                let url = attributes.value("url").map(tidy).filter(|url| !url.is_empty());
                metadata.licence = metadata.licence.take().or(url);
            }
            Node::Start("coverage", _) => metadata.has_coverage |= ends_with(path, &["dataset"]),
            // A title may be given in several languages; in one, it may have parts.
            Node::Text(text) if is_title || is_in_title(path) => title.push_str(text),
            Node::End("title") if ends_with(path, &["dataset"]) && metadata.title.is_none() => {
                metadata.title = Some(tidy(&title)).filter(|title| !title.is_empty());
                title.clear();
            }
            Node::Text(text) if is_in("intellectualRights") => rights.push_str(text),
            Node::Text(text) if ends_with(path, &["licensed", "url"]) => licensed.push_str(text),
            Node::End(_) if is_in("intellectualRights") => rights.push(' '),
            _ => {}
        }
        Ok(())
    })?;
    let texts = [licensed, rights].into_iter().map(|text| tidy(&text));
    metadata.licence = metadata.licence.or_else(|| texts.into_iter().find(|text| !text.is_empty()));
    Ok(metadata)
}

fn ends_with(path: &[String], names: &[&str]) -> bool {
    path.len() >= names.len() && path.iter().rev().zip(names.iter().rev()).all(|(a, b)| a == b)
}

fn is_in_title(path: &[String]) -> bool {
    ends_with(path, &["dataset", "title", "value"])
}

/// One line, one space between words.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: &str) -> Metadata {
        let xml = format!(
            "<?xml version='1.0'?><eml:eml xmlns:eml='eml://ecoinformatics.org/eml-2.1.1'>\
             <dataset>{body}</dataset></eml:eml>"
        );
        read(xml.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn title_licence_and_coverage_are_found() {
        let metadata = parsed(
            "<title>Reed &amp; <![CDATA[marsh]]>\n  birds</title><title>Riet</title>\
             <project><title>Not this</title></project>\
             <intellectualRights><para>Under <ulink url='http://creativecommons.org/licenses/by/4.0/'>\
             <citetitle>CC BY</citetitle></ulink>.</para></intellectualRights>\
             <coverage/>",
        );
        assert_eq!(metadata.title.as_deref(), Some("Reed & marsh birds"));
        assert_eq!(
            metadata.licence.as_deref(),
            Some("http://creativecommons.org/licenses/by/4.0/")
        );
        assert!(metadata.has_coverage);
    }

    #[test]
    fn rights_in_words_are_a_licence_too() {
        let metadata = parsed(
            "<title> </title><title><value>Vögel</value></title><intellectualRights>\
             <para>No  use</para><para>without leave.</para></intellectualRights>\
             <dataTable><coverage/></dataTable>",
        );
        assert_eq!(metadata.title.as_deref(), Some("Vögel"));
        assert_eq!(metadata.licence.as_deref(), Some("No use without leave."));
        assert!(!metadata.has_coverage);
        let metadata = parsed("<licensed><url>https://spdx.org/licenses/CC0-1.0</url></licensed>");
        assert_eq!(metadata.licence.as_deref(), Some("https://spdx.org/licenses/CC0-1.0"));
        assert_eq!(parsed(""), Metadata::default());
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for xml in ["<eml><dataset>", "<!DOCTYPE eml><eml/>", "<eml>&who;</eml>", "\u{1}<"] {
            assert!(read(xml.as_bytes(), &Limits::default()).is_err(), "{xml}");
        }
    }
}
