//! What `deny.toml` allows, read with as little TOML as that file needs.
//!
//! `cargo deny` reads the same file. A part of it that is not understood here is an error: a rule
//! must not be lost because it was written in another way.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

/// The parts of `deny.toml` that are checked without `cargo deny`.
#[derive(Debug)]
pub(crate) struct Policy {
    licences: Vec<String>,
    /// Licences that are allowed for one package: (package, licence).
    exceptions: Vec<(String, String)>,
    pub(crate) bans: Vec<Ban>,
    pub(crate) registries: Vec<String>,
}

/// A package that may not be there, or not in this way.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ban {
    pub(crate) name: String,
    /// May be there, but only in one version.
    pub(crate) one_version: bool,
    /// May be there, but only these may depend on it. Empty: nobody may.
    pub(crate) wrappers: Vec<String>,
    pub(crate) reason: String,
}

impl Policy {
    /// Errors: a section or key is missing, or an entry has a key that is not known here.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let licenses = section(text, "licenses")?;
        let exceptions = tables(&array(&licenses, "exceptions")?)?
            .into_iter()
            .map(|mut table| {
                let name = table.word("crate")?;
                let licences = table.words("allow")?;
                table.finish()?;
                Ok(licences.into_iter().map(move |licence| (name.clone(), licence)))
            })
            .collect::<Result<Vec<_>>>()?;
        let bans = tables(&array(&section(text, "bans")?, "deny")?)?
            .into_iter()
            .map(|mut table| {
                let ban = Ban {
                    name: table.word("crate")?,
                    one_version: table.take("deny-multiple-versions").as_deref() == Some("true"),
                    wrappers: table.words("wrappers")?,
                    reason: table.word("reason").unwrap_or_default(),
                };
                table.finish()?;
                Ok(ban)
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            licences: strings(&array(&licenses, "allow")?),
            exceptions: exceptions.into_iter().flatten().collect(),
            bans,
            registries: strings(&array(&section(text, "sources")?, "allow-registry")?),
        })
    }

    /// Whether one licence is allowed for a package.
    pub(crate) fn allows(&self, package: &str, licence: &str) -> bool {
        self.licences.iter().any(|one| one == licence)
            || self.exceptions.iter().any(|(name, one)| name == package && one == licence)
    }
}

/// The lines of a section, without comments, as one text.
fn section(text: &str, name: &str) -> Result<String> {
    let heading = format!("[{name}]");
    let lines: Vec<&str> = text
        .lines()
        .map(without_comment)
        .skip_while(|line| line.trim() != heading)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .collect();
    if lines.is_empty() {
        bail!("section `{heading}` is missing or empty");
    }
    Ok(lines.join("\n"))
}

fn without_comment(line: &str) -> &str {
    let mut in_string = false;
    for (at, character) in line.char_indices() {
        match character {
            '"' => in_string = !in_string,
            '#' if !in_string => return line.get(..at).unwrap_or(line),
            _ => {}
        }
    }
    line
}

/// The inside of `key = [ … ]`.
fn array(section: &str, key: &str) -> Result<String> {
    let start = section
        .lines()
        .scan(0, |at, line| {
            let here = *at;
            *at += line.len() + 1;
            Some((here, line))
        })
        .find(|(_, line)| line.split_once('=').is_some_and(|(name, _)| name.trim() == key))
        .map(|(at, _)| at)
        .with_context(|| format!("key `{key}` is missing"))?;
    let rest = section.get(start..).unwrap_or_default();
    let value = rest.split_once('=').map(|(_, value)| value.trim_start()).unwrap_or_default();
    let (inside, _) = enclosed(value, '[', ']').with_context(|| format!("`{key}` is no array"))?;
    Ok(inside.to_owned())
}

/// What stands between an opening bracket at the start and the one that closes it, and what follows.
fn enclosed(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    let (mut depth, mut in_string) = (0_u32, false);
    for (at, character) in text.char_indices() {
        match character {
            '"' => in_string = !in_string,
            _ if in_string => {}
            c if c == open => depth += 1,
            c if c == close => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some((text.get(1..at)?, text.get(at + 1..)?));
                }
            }
            _ => {}
        }
        if depth == 0 {
            return None;
        }
    }
    None
}

/// Every quoted text.
fn strings(text: &str) -> Vec<String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The inline tables of an array: `{ a = "b", c = [ … ] }, …`.
fn tables(array: &str) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    let mut rest = array.trim();
    while !rest.is_empty() {
        let (inside, after) = enclosed(rest, '{', '}').context("an entry is no `{ … }`")?;
        tables.push(Table::read(inside)?);
        rest = after.trim_start().trim_start_matches(',').trim_start();
    }
    Ok(tables)
}

/// An inline table: each key with its value as written.
struct Table(BTreeMap<String, String>);

impl Table {
    fn read(inside: &str) -> Result<Self> {
        let mut entries = BTreeMap::new();
        let mut rest = inside.trim();
        while !rest.is_empty() {
            let (key, after) = rest.split_once('=').context("an entry has no `=`")?;
            let after = after.trim_start();
            let end = match after.chars().next() {
                Some('[') => {
                    let (inside, _) = enclosed(after, '[', ']').context("an array has no end")?;
                    inside.len() + 2
                }
                Some('"') => {
                    let end = after.get(1..).and_then(|text| text.find('"'));
                    end.context("a text has no end")? + 2
                }
                _ => after.find(',').unwrap_or(after.len()),
            };
            let value = after.get(..end).unwrap_or(after).trim();
            entries.insert(key.trim().to_owned(), value.to_owned());
            rest = after.get(end..).unwrap_or_default().trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        }
        Ok(Self(entries))
    }

    fn take(&mut self, key: &str) -> Option<String> {
        self.0.remove(key)
    }

    fn word(&mut self, key: &str) -> Result<String> {
        let value = self.take(key).with_context(|| format!("an entry has no `{key}`"))?;
        strings(&value).into_iter().next().with_context(|| format!("`{key}` is no text"))
    }

    fn words(&mut self, key: &str) -> Result<Vec<String>> {
        Ok(self.take(key).map(|value| strings(&value)).unwrap_or_default())
    }

    fn finish(self) -> Result<()> {
        match self.0.keys().next() {
            Some(key) => bail!("an entry has the key `{key}`, which is not understood"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# head\n[licenses]\nallow = [ # why\n  \"MIT\",\n  \"A # B\",\n]\n\
        exceptions = [{ crate = \"x\", allow = [\"MPL-2.0\"] }]\n\n[bans]\nwildcards = \"deny\"\n\
        deny = [\n  # no\n  { crate = \"openssl\", reason = \"a, b\" },\n\
        { crate = \"zip\", deny-multiple-versions = true },\n\
        { crate = \"e\", wrappers = [\"a\", \"b\"] },\n]\n[sources]\nallow-registry = [\"r\"]\n";

    #[test]
    fn licences_exceptions_bans_and_sources_are_read() {
        let policy = Policy::read(TEXT).unwrap();
        assert!(policy.allows("any", "MIT") && policy.allows("any", "A # B"));
        assert!(policy.allows("x", "MPL-2.0") && !policy.allows("y", "MPL-2.0"));
        assert_eq!(policy.registries, ["r"]);
        let names: Vec<_> = policy.bans.iter().map(|ban| ban.name.as_str()).collect();
        assert_eq!(names, ["openssl", "zip", "e"]);
        assert_eq!(policy.bans[0].reason, "a, b");
        assert!(policy.bans[1].one_version && !policy.bans[2].one_version);
        assert_eq!(policy.bans[2].wrappers, ["a", "b"]);
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        assert!(Policy::read("[licenses]\nallow = []\n").is_err());
        assert!(Policy::read(&TEXT.replace("wrappers", "wrapers")).is_err());
        assert!(Policy::read(&TEXT.replace("allow-registry", "allow-registries")).is_err());
        assert!(Policy::read(&TEXT.replace("{ crate = \"zip\"", "[ crate = \"zip\"")).is_err());
    }
}
