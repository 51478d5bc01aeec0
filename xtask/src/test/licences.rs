//! Licences, bans and sources of everything that Reedbed is built from, against `deny.toml`.
//!
//! The check needs no network and no tool beside cargo. What it does not do: look licence texts up
//! (it believes the manifests), and know vulnerabilities – for those `cargo deny` is asked where it
//! is installed. Installing it would cost some minutes of every fresh machine.

mod lock;
mod policy;
mod spdx;

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use crate::say;
use crate::test::Outcome;
use crate::test::licences::lock::Package;
use crate::test::licences::policy::Policy;
use crate::workplace::{Workplace, output_of};

pub(crate) fn run(workplace: &Workplace) -> Result<Outcome> {
    let read = |name: &str| {
        std::fs::read_to_string(workplace.root().join(name))
            .with_context(|| format!("cannot read `{name}`"))
    };
    let policy = Policy::read(&read("deny.toml")?).context("deny.toml")?;
    // Cargo looks at every platform here, as a release for another one has the same duties; it
    // also refuses if Cargo.lock lags behind the manifests.
    let tree = output_of(&mut workplace.cargo(&[
        "tree",
        "--workspace",
        "--locked",
        "--target=all",
        "--edges=normal,build,dev",
        "--prefix=none",
        "--format={p}\t{l}",
    ]))?;
    let packages = lock::packages(&read("Cargo.lock")?);

    let mut faults = licence_faults(&policy, &tree);
    faults.extend(ban_faults(&policy, &packages));
    faults.extend(source_faults(&policy, &packages));
    for fault in &faults {
        say::problem(fault);
    }
    say::line(&format!("{} packages looked at", packages.len()));
    Ok(if faults.is_empty() { Outcome::Passed } else { Outcome::Failed })
}

/// Asks `cargo deny` for known vulnerabilities, where it is there and reaches their database.
pub(crate) fn advisories(workplace: &Workplace) -> Result<Outcome> {
    let mut ask = workplace.cargo(&["deny", "--version"]);
    if !ask.output().is_ok_and(|output| output.status.success()) {
        return Ok(Outcome::Skipped("cargo-deny is not installed".to_owned()));
    }
    let output = workplace
        .cargo(&["deny", "check", "advisories"])
        .output()
        .context("cargo deny cannot be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("failed to fetch advisory database") {
        return Ok(Outcome::Skipped("the advisory database cannot be reached".to_owned()));
    }
    say::line(said.trim());
    Ok(if output.status.success() { Outcome::Passed } else { Outcome::Failed })
}

/// Reads `NAME vVERSION (…)<tab>LICENCE` lines and names the packages whose licence is not allowed.
fn licence_faults(policy: &Policy, tree: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let (package, licence) = line.split_once('\t').unwrap_or((line, ""));
        let licence = licence.trim_end_matches(" (*)").trim();
        let name = package.split(' ').next().unwrap_or(package);
        let fault = match spdx::is_met(licence, |one| policy.allows(name, one)) {
            Some(true) => continue,
            Some(false) => format!("{package}: the licence `{licence}` is not allowed"),
            None => format!("{package}: the licence `{licence}` cannot be understood"),
        };
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    faults
}

/// Names banned packages, and packages that are there twice and may not be.
fn ban_faults(policy: &Policy, packages: &[Package]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    for ban in &policy.bans {
        let Some(found) = versions.get(ban.name.as_str()) else { continue };
        if ban.one_version {
            if found.len() > 1 {
                faults.push(format!("{}: several versions ({})", ban.name, found.join(", ")));
            }
            continue;
        }
        if ban.wrappers.is_empty() {
            faults.push(format!("{}: banned, {}", ban.name, ban.reason));
        }
        for package in packages {
            let depends = package.dependencies.contains(&ban.name);
            if depends && !ban.wrappers.contains(&package.name) {
                faults.push(format!(
                    "{} may not depend on {}, {}",
                    package.name, ban.name, ban.reason
                ));
            }
        }
    }
    faults
}

/// Names packages that come from elsewhere than the allowed registries and this workspace.
fn source_faults(policy: &Policy, packages: &[Package]) -> Vec<String> {
    packages
        .iter()
        .filter_map(|package| {
            let source = package.source.as_deref()?;
            let registry = source.strip_prefix("registry+");
            let known = registry.is_some_and(|url| policy.registries.iter().any(|one| one == url));
            (!known).then(|| format!("{}: comes from `{source}`", package.name))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy::read(
            "[licenses]\nallow = [\"MIT\"]\nexceptions = []\n[bans]\ndeny = [\n\
             { crate = \"openssl\", reason = \"no\" },\n\
             { crate = \"zip\", deny-multiple-versions = true },\n\
             { crate = \"engine\", wrappers = [\"app\"], reason = \"one way\" } ]\n\
             [sources]\nallow-registry = [\"https://good\"]\n",
        )
        .unwrap()
    }

    #[test]
    fn a_licence_off_the_list_or_none_at_all_is_a_fault_and_named_once() {
        let tree =
            "a v1.0.0\tMIT OR GPL-3.0\nb v1.0.0\tGPL-3.0\n\nb v1.0.0\tGPL-3.0 (*)\nc v2.0.0\t";
        let faults = licence_faults(&policy(), tree);
        assert_eq!(faults.len(), 2);
        assert!(faults[0].starts_with("b v1.0.0"));
        assert!(faults[1].starts_with("c v2.0.0"));
    }

    #[test]
    fn bans_doubles_and_wrong_ways_are_found() {
        let lock = "[[package]]\nname = \"app\"\nversion = \"1.0.0\"\ndependencies = [\n \"engine\",\n]\n\
                    [[package]]\nname = \"core\"\nversion = \"1.0.0\"\ndependencies = [\n \"engine\",\n]\n\
                    [[package]]\nname = \"engine\"\nversion = \"1.0.0\"\n\
                    [[package]]\nname = \"zip\"\nversion = \"1.0.0\"\n\
                    [[package]]\nname = \"zip\"\nversion = \"2.0.0\"\n\
                    [[package]]\nname = \"openssl\"\nversion = \"0.10.0\"\n";
        let faults = ban_faults(&policy(), &lock::packages(lock));
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults.iter().any(|fault| fault.starts_with("core may not depend on engine")));
    }

    #[test]
    fn only_listed_registries_and_our_own_folders_are_sources() {
        let lock = "[[package]]\nname = \"ours\"\nversion = \"1.0.0\"\n\
                    [[package]]\nname = \"good\"\nversion = \"1.0.0\"\nsource = \"registry+https://good\"\n\
                    [[package]]\nname = \"git\"\nversion = \"1.0.0\"\nsource = \"git+https://good\"\n\
                    [[package]]\nname = \"odd\"\nversion = \"1.0.0\"\nsource = \"registry+https://odd\"\n";
        let faults = source_faults(&policy(), &lock::packages(lock));
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}
