//! Which rows of a version a request is about, as the bytes that officers sign say it:
//! `version 2; all`, or `version 2; year=2021; year=2022; sex=female`: of each column that is named one
//! of its values.

use anyhow::{Context, bail};

/// Rows of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) version: u32,
    conditions: Vec<(String, String)>,
}

impl Rows {
    /// All rows.
    pub(crate) fn all(version: u32) -> Self {
        Self { version, conditions: Vec::new() }
    }

    /// The rows that fulfil conditions `COLUMN=VALUE`.
    pub(crate) fn of(version: u32, conditions: &[String]) -> Result<Self, anyhow::Error> {
        let mut rows = Self::all(version);
        for condition in conditions {
            let (column, value) = condition
                .split_once('=')
                .with_context(|| format!("`{condition}` is no condition such as `year=2021`"))?;
            if column.is_empty() || condition.contains(';') || condition.trim() != condition {
                bail!("`{condition}` is no condition such as `year=2021`");
            }
            rows.conditions.push((column.to_owned(), value.to_owned()));
        }
        Ok(rows)
    }

    /// Reads what [`Self::to_text`] wrote.
    pub(crate) fn read(text: &str) -> Result<Self, anyhow::Error> {
        let wrong = || format!("`{text}` does not say which rows are meant");
        let mut parts = text.split("; ");
        let version = parts.next().and_then(|part| part.strip_prefix("version ")?.parse().ok());
        let version = version.with_context(wrong)?;
        let conditions: Vec<String> =
            parts.filter(|part| *part != "all").map(str::to_owned).collect();
        let rows = Self::of(version, &conditions)?;
        if rows.to_text() == text { Ok(rows) } else { bail!(wrong()) }
    }

    pub(crate) fn to_text(&self) -> String {
        let mut parts = vec![format!("version {}", self.version)];
        parts.extend(self.conditions.iter().map(|(column, value)| format!("{column}={value}")));
        if self.conditions.is_empty() {
            parts.push("all".to_owned());
        }
        parts.join("; ")
    }

    pub(crate) fn is_all(&self) -> bool {
        self.conditions.is_empty()
    }

    /// The columns that conditions are about.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().map(|(column, _)| column.as_str())
    }

    /// Whether a row is meant; a table that has none of the columns is meant whole.
    pub(crate) fn contain(&self, columns: &[String], cells: &[Option<&str>]) -> bool {
        let mut by_column: Vec<(&str, bool)> = Vec::new();
        for (column, value) in &self.conditions {
            let Some(at) = columns.iter().position(|own| own == column) else { continue };
            let is_it = cells.get(at).copied().flatten().unwrap_or_default() == value;
            match by_column.iter_mut().find(|(own, _)| own == column) {
                Some((_, any)) => *any |= is_it,
                None => by_column.push((column, is_it)),
            }
        }
        by_column.iter().all(|(_, any)| *any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_read_back_and_mean_what_they_say() {
        for conditions in [&[][..], &["year=2021"], &["year=2021", "year=2022", "sex=female"]] {
            let conditions: Vec<String> = conditions.iter().map(|&one| one.to_owned()).collect();
            let rows = Rows::of(3, &conditions).unwrap();
            assert_eq!(Rows::read(&rows.to_text()).unwrap(), rows);
        }
        for wrong in
            ["", "all", "version x; all", "version 1", "version 1; all; year=1", "version 1;all"]
        {
            Rows::read(wrong).unwrap_err();
        }
        for wrong in ["year", "=1", "a=1; b=2", " a=1"] {
            Rows::of(1, &[wrong.to_owned()]).unwrap_err();
        }
        let rows = Rows::read("version 1; year=2021; year=2022; sex=female").unwrap();
        let columns = ["sex", "year"].map(str::to_owned);
        assert!(rows.contain(&columns, &[Some("female"), Some("2022")]));
        assert!(!rows.contain(&columns, &[Some("female"), Some("2023")]));
        assert!(!rows.contain(&columns, &[None, Some("2022")]));
        assert!(rows.contain(&["x".to_owned()], &[None]));
    }
}
