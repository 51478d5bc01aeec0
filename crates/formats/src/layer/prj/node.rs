//! Bracketed elements of well-known text.

/// A bracketed element.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) keyword: String,
    pub(super) texts: Vec<String>,
    pub(super) numbers: Vec<f64>,
    pub(super) nodes: Vec<Self>,
}

impl Node {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let node = Self::read(&mut rest, 0)?;
        rest.trim().is_empty().then_some(node)
    }

    fn read(rest: &mut &str, depth: usize) -> Option<Self> {
        let open = rest.find(['[', '('])?;
        let (keyword, after) = rest.split_at_checked(open)?;
        let mut node = Self { keyword: keyword.trim().to_ascii_uppercase(), ..Self::default() };
        *rest = after.get(1..)?;
        if depth > DEEPEST {
            return None;
        }
        loop {
            *rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            if let Some(after) = rest.strip_prefix('"') {
                let (quoted, after) = after.split_once('"')?;
                node.texts.push(quoted.to_owned());
                *rest = after;
            } else if let Some(after) = rest.strip_prefix([']', ')']) {
                *rest = after;
                return Some(node);
            } else {
                let end = rest.find([',', '[', '(', ']', ')'])?;
                let (word, after) = rest.split_at_checked(end)?;
                if after.starts_with(['[', '(']) {
                    node.nodes.push(Self::read(rest, depth + 1)?);
                } else {
                    node.numbers.extend(word.trim().parse::<f64>().ok());
                    *rest = after;
                }
            }
        }
    }

    pub(super) fn child(&self, keywords: &[&str]) -> Option<&Self> {
        self.nodes.iter().find(|node| keywords.contains(&node.keyword.as_str()))
    }

    /// The code that it names: an inner nothing for one that is not of EPSG or no code.
    pub(super) fn authority(&self) -> Option<Option<u16>> {
        let node = self.child(&["AUTHORITY", "ID"])?;
        if !node.text().eq_ignore_ascii_case("EPSG") {
            return None;
        }
        let number = node.numbers.first().map(f64::to_string);
        let code = node.texts.get(1).cloned().or(number);
        Some(code.and_then(|code| code.trim().parse().ok()))
    }

    /// The first quoted text.
    pub(super) fn text(&self) -> &str {
        self.texts.first().map_or("", String::as_str)
    }

    /// The number of the unit; nothing where it is not stated.
    pub(super) fn unit(&self) -> Option<f64> {
        self.child(&["UNIT", "ANGLEUNIT", "LENGTHUNIT"])?.numbers.first().copied()
    }
}

const DEEPEST: usize = 16;
