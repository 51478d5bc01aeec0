//! Licence expressions such as `(MIT OR Apache-2.0) AND Unicode-3.0`.

/// Whether an expression can be met with allowed licences alone; none if it cannot be understood.
///
/// Source: SPDX specification 2.3, annex D. The `/` of older manifests means `OR`.
pub(crate) fn is_met(expression: &str, allowed: impl Fn(&str) -> bool) -> Option<bool> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let met = any(&mut words, &allowed, 0)?;
    words.next().is_none().then_some(met)
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

/// Nobody nests deeper, and a manifest must not decide how deep we call ourselves.
const DEEPEST: u8 = 16;

fn any(words: &mut Words<'_>, allowed: &impl Fn(&str) -> bool, depth: u8) -> Option<bool> {
    let mut met = all(words, allowed, depth)?;
    while words.next_if_eq(&"OR").is_some() {
        met |= all(words, allowed, depth)?;
    }
    Some(met)
}

fn all(words: &mut Words<'_>, allowed: &impl Fn(&str) -> bool, depth: u8) -> Option<bool> {
    let mut met = one(words, allowed, depth)?;
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed, depth)?;
    }
    Some(met)
}

fn one(words: &mut Words<'_>, allowed: &impl Fn(&str) -> bool, depth: u8) -> Option<bool> {
    let word = words.next()?;
    if word == "(" {
        let depth = (depth < DEEPEST).then_some(depth + 1)?;
        let met = any(words, allowed, depth)?;
        return (words.next()? == ")").then_some(met);
    }
    if matches!(word, ")" | "OR" | "AND" | "WITH") {
        return None;
    }
    if words.next_if_eq(&"WITH").is_some() {
        let exception = words.next()?;
        return Some(allowed(&format!("{word} WITH {exception}")));
    }
    Some(allowed(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_mit(expression: &str) -> Option<bool> {
        is_met(expression, |one| matches!(one, "MIT" | "Unicode-3.0" | "A WITH B"))
    }

    #[test]
    fn or_needs_one_and_needs_both() {
        assert_eq!(with_mit("MIT OR GPL-3.0"), Some(true));
        assert_eq!(with_mit("GPL-3.0/MIT"), Some(true));
        assert_eq!(with_mit("MIT AND GPL-3.0"), Some(false));
        assert_eq!(with_mit("(GPL-3.0 OR MIT) AND Unicode-3.0"), Some(true));
        assert_eq!(with_mit("GPL-3.0 OR MIT AND GPL-2.0"), Some(false));
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        assert_eq!(with_mit("A WITH B"), Some(true));
        assert_eq!(with_mit("A"), Some(false));
        assert_eq!(with_mit("MIT WITH B"), Some(false));
    }

    #[test]
    fn what_is_no_expression_is_not_met() {
        for text in ["", "MIT OR", "(MIT", "MIT)", "MIT MIT", "AND MIT", "MIT WITH"] {
            assert_eq!(with_mit(text), None, "`{text}`");
        }
        assert_eq!(with_mit(&"(".repeat(100)), None);
    }
}
