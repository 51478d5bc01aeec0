//! The words of a command line, taken one by one.

use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// Words that no one has taken yet.
pub(crate) struct Flags {
    words: Vec<String>,
}

impl Flags {
    pub(crate) fn new(words: Vec<String>) -> Self {
        Self { words }
    }

    /// Takes the first word.
    pub(crate) fn word(&mut self) -> Option<String> {
        (!self.words.is_empty()).then(|| self.words.remove(0))
    }

    /// Takes a switch such as `--keep`, and tells whether it was there.
    pub(crate) fn switch(&mut self, name: &str) -> bool {
        let before = self.words.len();
        self.words.retain(|word| word != name);
        self.words.len() < before
    }

    /// Takes every `NAME VALUE` and `NAME=VALUE`, in order.
    ///
    /// Errors: a value is missing or is not what was asked for.
    pub(crate) fn values<T: FromStr>(&mut self, name: &str) -> Result<Vec<T>> {
        let mut values = Vec::new();
        let mut rest = Vec::new();
        let mut words = std::mem::take(&mut self.words).into_iter();
        while let Some(word) = words.next() {
            let text = if word == name {
                words.next().with_context(|| format!("`{name}` wants a value"))?
            } else if let Some(text) = word.strip_prefix(name).and_then(|w| w.strip_prefix('=')) {
                text.to_owned()
            } else {
                rest.push(word);
                continue;
            };
            let value =
                text.parse().ok().with_context(|| format!("`{name}` cannot take `{text}`"))?;
            values.push(value);
        }
        self.words = rest;
        Ok(values)
    }

    /// Errors: a word is left that nobody knew.
    pub(crate) fn finish(self) -> Result<()> {
        match self.words.first() {
            Some(word) => bail!("`{word}` is not understood here"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(line: &str) -> Flags {
        Flags::new(line.split(' ').map(str::to_owned).collect())
    }

    #[test]
    fn values_come_in_both_spellings_and_leave_the_rest() {
        let mut flags = flags("share --rows 5 --keep --rows=7");
        assert_eq!(flags.values::<u64>("--rows").unwrap(), [5, 7]);
        assert!(flags.switch("--keep"));
        assert_eq!(flags.word().as_deref(), Some("share"));
        assert!(flags.finish().is_ok());
    }

    #[test]
    fn a_missing_or_odd_value_and_an_unknown_word_are_errors() {
        assert!(flags("--rows").values::<u64>("--rows").is_err());
        assert!(flags("--rows many").values::<u64>("--rows").is_err());
        assert!(flags("--rowz").finish().is_err());
    }
}
