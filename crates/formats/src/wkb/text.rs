//! Reads well-known text into bytes, two numbers for each position.

use super::{Gathered, MOST_DEPTH, NAMES};

/// Text of a geometry in degrees as bytes; heights are left out. Nothing where it is no sound text.
pub(crate) fn bytes_of(text: &str, gathered: &mut Gathered) -> Option<Vec<u8>> {
    let text = text.trim();
    let text = match text.split_once(';') {
        Some(("SRID=4326", rest)) => rest,
        Some(_) => return None,
        None => text,
    };
    let mut parser = Parser { rest: text, gathered: gathered.clone() };
    let mut out = Vec::new();
    let kind = parser.geometry(&mut out, MOST_DEPTH)?;
    if !parser.rest.trim().is_empty() {
        return None;
    }
    *gathered = parser.gathered;
    gathered.kinds.insert(kind);
    Some(out)
}

struct Parser<'a> {
    rest: &'a str,
    gathered: Gathered,
}

impl<'a> Parser<'a> {
    fn geometry(&mut self, out: &mut Vec<u8>, depth: usize) -> Option<&'static str> {
        let depth = depth.checked_sub(1)?;
        let word = self.word().to_ascii_uppercase();
        let plain = |name: &str| NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name));
        let (kind, name) = plain(&word).or_else(|| plain(word.trim_end_matches(['Z', 'M'])))?;
        begin(out, *kind);
        let before = self.rest;
        let word = self.word().to_ascii_uppercase();
        if !matches!(word.as_str(), "M" | "Z" | "ZM") {
            self.rest = before;
        }
        self.body(*kind, out, depth)?;
        Some(name)
    }

    fn body(&mut self, kind: u32, out: &mut Vec<u8>, depth: usize) -> Option<()> {
        match kind {
            1 => {
                self.mark('(')?;
                self.position(out)?;
                self.mark(')')
            }
            2 => self.each(out, |parser, out| parser.position(out)),
            3 => self.each(out, |parser, out| parser.body(2, out, depth)),
            4 => self.each(out, |parser, out| {
                begin(out, 1);
                // Both `((1 2), (3 4))` and `(1 2, 3 4)` are written.
                let is_open = parser.mark('(').is_some();
                parser.position(out)?;
                if is_open { parser.mark(')') } else { Some(()) }
            }),
            7 => self.each(out, |parser, out| parser.geometry(out, depth).map(drop)),
            kind => self.each(out, |parser, out| {
                begin(out, kind - 3);
                parser.body(kind - 3, out, depth)
            }),
        }
    }

    fn each(
        &mut self,
        out: &mut Vec<u8>,
        mut one: impl FnMut(&mut Self, &mut Vec<u8>) -> Option<()>,
    ) -> Option<()> {
        let at = out.len();
        out.extend([0; 4]);
        let before = self.rest;
        if self.word().eq_ignore_ascii_case("EMPTY") {
            return Some(());
        }
        self.rest = before;
        self.mark('(')?;
        let mut count: u32 = 0;
        loop {
            one(self, out)?;
            count += 1;
            if self.mark(',').is_none() {
                break;
            }
        }
        out.get_mut(at..at + 4)?.copy_from_slice(&count.to_le_bytes());
        self.mark(')')
    }

    fn position(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let end = self.rest.find([',', ')'])?;
        let (numbers, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        let numbers: Option<Vec<f64>> = numbers
            .split_ascii_whitespace()
            .map(|number| number.parse().ok().filter(|number: &f64| number.is_finite()))
            .collect();
        let numbers = numbers?;
        let [x, y, ..] = numbers.as_slice() else { return None };
        if numbers.len() > 4 {
            return None;
        }
        self.gathered.add(*x, *y);
        out.extend(x.to_le_bytes());
        out.extend(y.to_le_bytes());
        Some(())
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (word, rest) = rest.split_at_checked(end).unwrap_or(("", rest));
        self.rest = rest;
        word
    }

    fn mark(&mut self, mark: char) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(mark)?;
        Some(())
    }
}

fn begin(out: &mut Vec<u8>, kind: u32) {
    out.push(1);
    out.extend(kind.to_le_bytes());
}
