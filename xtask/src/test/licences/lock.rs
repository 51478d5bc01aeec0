//! Reads `Cargo.lock`: which packages there are, where they come from, what they depend on.

/// One package of the lock file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// None for a package of this workspace.
    pub(crate) source: Option<String>,
    /// Names, without versions.
    pub(crate) dependencies: Vec<String>,
}

/// All packages. Cargo writes the file line by line in one fixed form, so lines are enough here.
pub(crate) fn packages(lock: &str) -> Vec<Package> {
    let mut packages: Vec<Package> = Vec::new();
    for line in lock.lines() {
        if line == "[[package]]" {
            packages.push(Package::default());
            continue;
        }
        let Some(package) = packages.last_mut() else { continue };
        if let Some(value) = value_of(line, "name = ") {
            package.name = value;
        } else if let Some(value) = value_of(line, "version = ") {
            package.version = value;
        } else if let Some(value) = value_of(line, "source = ") {
            package.source = Some(value);
        } else if let Some(dependency) = line.strip_prefix(" \"") {
            let end = dependency.find([' ', '"']).unwrap_or(dependency.len());
            package.dependencies.extend(dependency.get(..end).map(str::to_owned));
        }
    }
    packages
}

fn value_of(line: &str, key: &str) -> Option<String> {
    Some(line.strip_prefix(key)?.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sources_and_dependencies_are_read() {
        let read = packages(
            "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.2.3\"\nsource = \"registry+x\"\n\
             checksum = \"00\"\ndependencies = [\n \"b\",\n \"syn 2.0.1\",\n]\n\n\
             [[package]]\nname = \"b\"\nversion = \"0.1.0\"\n",
        );
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].source.as_deref(), Some("registry+x"));
        assert_eq!(read[0].dependencies, ["b", "syn"]);
        assert_eq!(
            read[1],
            Package { name: "b".into(), version: "0.1.0".into(), ..Package::default() }
        );
    }
}
