//! EML, the metadata document of a dataset: read tolerantly, written strictly.
//!
//! Source: Ecological Metadata Language 2.2.0, <https://doi.org/10.5063/F11834T2>; GBIF metadata
//! profile 1.3.

mod write;

pub use write::{EmlFacts, write};

use reedbed_core::place::Nano;

use crate::limits::Limits;
use crate::xml::{self, Node};

/// A geographic coverage of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// What it says of itself.
    pub description: String,
    /// South, north, west and east, where all four are given.
    pub edges: Option<[Nano; 4]>,
}

/// What is read of an incoming document; nothing of it is copied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The dataset's title.
    pub title: Option<String>,
    /// Its licence: the address where there is one, else the text of its rights.
    pub licence: Option<String>,
    /// Whether it says where, when or of which taxa its records are.
    pub has_coverage: bool,
    /// Its geographic coverages, the first [`MOST_COVERAGES`].
    pub coverages: Vec<Coverage>,
    /// All of its text but the numbers of the coverages, the first 256 KiB.
    pub text: String,
}

/// Reads a document; says in words what is wrong where it cannot.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Metadata, String> {
    let mut metadata = Metadata::default();
    let (mut title, mut rights, mut licensed) = (String::new(), String::new(), String::new());
    let mut bounds = Bounds::default();
    xml::walk(bytes, limits, |path, node| {
        bounds.read(path, &node, &mut metadata);
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

/// The numbers of the geographic coverage that is open.
#[derive(Default)]
struct Bounds {
    texts: [String; 4],
}

impl Bounds {
    fn read(&mut self, path: &[String], node: &Node<'_>, metadata: &mut Metadata) {
        let is_in = |name: &str| path.iter().any(|element| element == name);
        let side = path.iter().rev().find_map(|element| SIDES.iter().position(|s| s == element));
        match node {
            Node::Start("geographicCoverage", _) if metadata.coverages.len() < MOST_COVERAGES => {
                self.texts = Default::default();
                metadata.coverages.push(Coverage::default());
            }
            Node::Text(text) => {
                if let Some(number) = side.and_then(|side| self.texts.get_mut(side)) {
                    number.push_str(text);
                } else if metadata.text.len() < MOST_TEXT {
                    let room = MOST_TEXT - metadata.text.len();
                    metadata.text.extend(text.chars().take(room));
                }
                if is_in("geographicDescription")
                    && let Some(coverage) = metadata.coverages.last_mut()
                    && coverage.description.len() < MOST_DESCRIPTION
                {
                    coverage.description.extend(text.chars().take(MOST_DESCRIPTION));
                }
            }
            Node::End("boundingCoordinates") => {
                let [south, north, west, east] =
                    self.texts.each_ref().map(|text| Nano::parse(text));
                if let (Some(coverage), Some(south), Some(north), Some(west), Some(east)) =
                    (metadata.coverages.last_mut(), south, north, west, east)
                {
                    coverage.edges = Some([south, north, west, east]);
                }
                self.texts = Default::default();
            }
            Node::End(_) if !metadata.text.is_empty() && !metadata.text.ends_with('\n') => {
                metadata.text.push('\n');
            }
            _ => {}
        }
    }
}

const SIDES: [&str; 4] = [
    "southBoundingCoordinate",
    "northBoundingCoordinate",
    "westBoundingCoordinate",
    "eastBoundingCoordinate",
];
/// Geographic coverages that are read of one document.
pub const MOST_COVERAGES: usize = 1_000;
/// Bytes of text, up to four for each letter.
const MOST_TEXT: usize = 1 << 18;
const MOST_DESCRIPTION: usize = 1 << 12;

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
    fn geographic_coverages_and_texts_are_read() {
        let metadata = parsed(
            "<abstract><para>Reed  birds.</para></abstract><coverage><geographicCoverage>\
             <geographicDescription>The fen</geographicDescription><boundingCoordinates>\
             <westBoundingCoordinate>4.65</westBoundingCoordinate>\
             <eastBoundingCoordinate>4.75</eastBoundingCoordinate>\
             <northBoundingCoordinate>52.15</northBoundingCoordinate>\
             <southBoundingCoordinate>52.05</southBoundingCoordinate>\
             </boundingCoordinates></geographicCoverage><geographicCoverage>\
             <geographicDescription>Elsewhere</geographicDescription></geographicCoverage></coverage>",
        );
        let [fen, elsewhere] = metadata.coverages.as_slice() else { panic!("two coverages") };
        let edges = fen.edges.unwrap().map(|edge| edge.0 / 10_000_000);
        assert_eq!(edges, [5205, 5215, 465, 475]);
        assert_eq!((fen.description.as_str(), elsewhere.edges), ("The fen", None));
        assert!(metadata.text.contains("Reed  birds.") && !metadata.text.contains("52.05"));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for xml in ["<eml><dataset>", "<!DOCTYPE eml><eml/>", "<eml>&who;</eml>", "\u{1}<"] {
            assert!(read(xml.as_bytes(), &Limits::default()).is_err(), "{xml}");
        }
    }
}
