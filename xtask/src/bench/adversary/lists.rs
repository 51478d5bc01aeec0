//! Lists of highly sensitive species: the commonest of a dataset, and random draws.

use crate::prng::Prng;

/// A rule list with its name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct List {
    pub(crate) name: String,
    /// Seed of a draw; 0 for a list that was not drawn.
    pub(crate) seed: u64,
    /// The text of the list.
    pub(crate) rules: String,
}

impl List {
    /// The first species of a list in the order of their records.
    pub(crate) fn commonest(species: &[String], size: usize) -> Self {
        let names: Vec<&String> = species.iter().take(size).collect();
        Self { name: format!("{size} commonest"), seed: 0, rules: rules(&names) }
    }

    /// A draw without putting back; the same for the same number.
    pub(crate) fn drawn(species: &[String], size: usize, draw: u64) -> Self {
        let seed = 1_000 * u64::try_from(size).unwrap_or_default() + draw;
        let mut prng = Prng::new(seed);
        let mut left: Vec<&String> = species.iter().collect();
        let mut names = Vec::new();
        while names.len() < size && !left.is_empty() {
            let at = prng.below(u64::try_from(left.len()).unwrap_or_default());
            names.push(left.swap_remove(usize::try_from(at).unwrap_or_default()));
        }
        Self { name: format!("{size} drawn, seed {seed}"), seed, rules: rules(&names) }
    }
}

/// The species of a dataset, from lines of a number and a name.
pub(crate) fn species(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| Some(line.split_once('\t')?.1.to_owned())).collect()
}

fn rules(names: &[&String]) -> String {
    let mut text = "scientificName,taxonRank,category,reason,authority\n".to_owned();
    for name in names {
        text.push_str(&format!("{name},species,high,threatened population,Bench list\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        species(&(1..=40).map(|n| format!("{n}\tGenus epithet{n}\n")).collect::<String>())
    }

    #[test]
    fn a_draw_is_the_same_every_time_and_has_no_name_twice() {
        let list = List::drawn(&names(), 30, 7);
        assert_eq!(list, List::drawn(&names(), 30, 7));
        assert_ne!(list.rules, List::drawn(&names(), 30, 8).rules);
        let distinct: std::collections::BTreeSet<&str> = list.rules.lines().collect();
        assert_eq!(distinct.len(), 31);
    }

    #[test]
    fn the_commonest_come_first_and_a_list_is_no_longer_than_the_species() {
        let list = List::commonest(&names(), 2);
        assert!(list.rules.contains("Genus epithet1,") && list.rules.contains("Genus epithet2,"));
        assert_eq!(list.rules.lines().count(), 3);
        assert_eq!(List::drawn(&names(), 99, 1).rules.lines().count(), 41);
    }
}
