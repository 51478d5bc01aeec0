//! House rules that no lint knows: nothing of one machine in the repo, files that can be read in
//! one go, folders that say what they are.

use std::path::{Component, Path};

use anyhow::Result;

use crate::say;
use crate::test::Outcome;
use crate::workplace::{Workplace, output_of};

pub(crate) fn run(workplace: &Workplace) -> Result<Outcome> {
    let listed = output_of(workplace.command("git").args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]));
    let Ok(listed) = listed else {
        return Ok(Outcome::Skipped("git lists no files here".to_owned()));
    };
    let mut faults = Vec::new();
    for name in listed.split_terminator('\0') {
        // A file that git lists and that is gone was deleted and not yet committed; a file that is
        // not text holds no path that anyone would read.
        if let Ok(text) = std::fs::read_to_string(workplace.root().join(name)) {
            faults.extend(faults_of(name, &text));
            faults.extend(dead_links(name, &text, |path| workplace.root().join(path).exists()));
        }
    }
    for fault in &faults {
        say::problem(fault);
    }
    Ok(if faults.is_empty() { Outcome::Passed } else { Outcome::Failed })
}

/// What is wrong with one file, each fault as a line for the reader.
fn faults_of(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        if let Some(found) = machine_word(content) {
            faults
                .push(format!("{name}:{line}: `{found}` belongs to one machine, not to the repo"));
        }
    }
    let path = Path::new(name);
    if path.extension().is_some_and(|extension| extension == "rs") {
        let lines = text.lines().count();
        if lines > MOST_LINES {
            faults.push(format!("{name}: {lines} lines; look for the second thing that hides"));
        }
        if wants_docs(path) && !text.starts_with("//!") {
            faults.push(format!("{name}: does not say in a `//!` line what it is"));
        }
        if let Some(word) = vague_name(path) {
            faults.push(format!("{name}: `{word}` says nothing; name the thing"));
        }
    }
    if name.starts_with("crates/")
        && name.ends_with("/Cargo.toml")
        && !text.lines().any(|line| line.starts_with("description = \""))
    {
        faults.push(format!("{name}: the crate has no description"));
    }
    faults
}

/// Links of a document to files that are not there, each as a line for the reader.
fn dead_links(name: &str, text: &str, is_there: impl Fn(&Path) -> bool) -> Vec<String> {
    if !name.ends_with(".md") {
        return Vec::new();
    }
    let folder = Path::new(name).parent().unwrap_or(Path::new(""));
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#', ' ']).next())
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .filter(|target| !target.starts_with("mailto:") && !is_there(&folder.join(target)))
        .map(|target| format!("{name}: the link to `{target}` leads nowhere"))
        .collect()
}

/// Files of Rust are read from top to bottom; past this nobody does.
const MOST_LINES: usize = 600;

/// Test files speak through the names of their tests, all others start with what they are.
fn wants_docs(path: &Path) -> bool {
    let is_tests = |part: Component<'_>| part.as_os_str() == "tests" || part.as_os_str() == "it";
    path.file_name().is_some_and(|name| name != "tests.rs") && !path.components().any(is_tests)
}

fn vague_name(path: &Path) -> Option<&'static str> {
    const VAGUE: [&str; 5] = ["common", "helpers", "manager", "misc", "utils"];
    let stem = path.file_stem()?;
    let folder = path.parent()?.file_name()?;
    VAGUE.into_iter().find(|word| stem == *word || folder == *word)
}

/// Finds a folder of one machine or the host of a package registry in a line.
fn machine_word(line: &str) -> Option<&'static str> {
    FOLDERS
        .into_iter()
        .find(|folder| line.match_indices(folder).any(|(at, _)| starts_a_path(line, at)))
        .or_else(|| HOSTS.into_iter().find(|host| line.contains(host)))
}

/// `field/work/` is somebody's text, a slash after a space or a quote begins a path.
fn starts_a_path(line: &str, at: usize) -> bool {
    let before = line.get(..at).and_then(|text| text.chars().next_back());
    before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-' | '}' | '~' | '/'))
}

// Put together from halves, or this file would find itself.
const FOLDERS: [&str; 6] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/opt/wh", "eels"),
    concat!("/tmp/b", "ash"),
];
const HOSTS: [&str; 8] = [
    concat!("static.cra", "tes.io"),
    concat!("index.cra", "tes.io"),
    concat!("pypi", ".org"),
    concat!("pythonho", "sted.org"),
    concat!("registry.np", "mjs.org"),
    concat!("proxy.go", "lang.org"),
    concat!("deb.deb", "ian.org"),
    concat!("security.deb", "ian.org"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_one_machine_is_found_and_a_word_in_a_path_is_not() {
        let path = format!("cd {}main", FOLDERS[0]);
        assert_eq!(machine_word(&path), Some(FOLDERS[0]));
        assert_eq!(machine_word("see field/work/notes"), None);
        assert_eq!(machine_word(&format!("index = \"https://{}\"", HOSTS[2])), Some(HOSTS[2]));
    }

    #[test]
    fn a_long_file_of_rust_is_a_fault_and_a_long_text_is_not() {
        let long = format!("//! Long.\n{}", "\n".repeat(MOST_LINES));
        assert_eq!(faults_of("crates/core/src/long.rs", &long).len(), 1);
        assert!(faults_of("docs/long.md", &long).is_empty());
    }

    #[test]
    fn modules_say_what_they_are_and_test_files_need_not() {
        assert_eq!(faults_of("crates/core/src/place.rs", "use std::fmt;\n").len(), 1);
        assert!(faults_of("crates/core/src/place/tests.rs", "use super::*;\n").is_empty());
        assert!(faults_of("crates/app/tests/it/share.rs", "use super::*;\n").is_empty());
    }

    #[test]
    fn links_between_documents_lead_somewhere() {
        let text = "[a](there.md#part) [b](https://x.example/y) [c](#part) [d](gone.md)";
        let faults = dead_links("docs/next.md", text, |path| path == Path::new("docs/there.md"));
        assert_eq!(faults, ["docs/next.md: the link to `gone.md` leads nowhere"]);
    }

    #[test]
    fn vague_names_and_crates_without_a_description_are_faults() {
        assert_eq!(faults_of("crates/core/src/utils.rs", "//! Bits.\n").len(), 1);
        assert_eq!(faults_of("crates/core/Cargo.toml", "[package]\n").len(), 1);
    }
}
