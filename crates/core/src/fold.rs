//! Texts made alike that differ only in spelling.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds a text to its letters and digits, in lower case, accents dropped, nothing between them:
/// "Reed-bed 7" and "reedbed 7" are one. Empty for a text without any, and for a word that stands
/// for nothing.
pub fn fold(text: &str, folded: &mut String) {
    folded.clear();
    if text.is_ascii() && !text.contains('&') {
        folded.extend(
            text.bytes()
                .filter(u8::is_ascii_alphanumeric)
                .map(|byte| char::from(byte.to_ascii_lowercase())),
        );
    } else {
        let text = without_entities(text);
        for letter in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
            match letter {
                'ß' => folded.push_str("ss"),
                'æ' => folded.push_str("ae"),
                'œ' => folded.push_str("oe"),
                'þ' => folded.push_str("th"),
                'ø' => folded.push('o'),
                'ł' => folded.push('l'),
                'đ' | 'ð' => folded.push('d'),
                'ħ' => folded.push('h'),
                'ı' => folded.push('i'),
                letter if letter.is_alphanumeric() => folded.push(letter),
                _ => {}
            }
        }
    }
    if NOTHING.contains(&folded.as_str()) {
        folded.clear();
    }
}

/// Leaves out entities of mark-up: `&amp;` counts as `&`, which counts as nothing.
fn without_entities(text: &str) -> String {
    let mut rest = text;
    let mut without = String::with_capacity(text.len());
    while let Some((before, after)) = rest.split_once('&') {
        without.push_str(before);
        without.push(' ');
        let name = after.split(|c: char| !c.is_ascii_alphanumeric() && c != '#').next();
        let name = name.unwrap_or("");
        rest = match after.get(name.len()..).and_then(|after| after.strip_prefix(';')) {
            Some(behind) if !name.is_empty() => behind,
            _ => after,
        };
    }
    without.push_str(rest);
    without
}

/// Words for nothing, folded.
const NOTHING: &[&str] = &[
    "desconhecido",
    "desconocido",
    "inconnu",
    "na",
    "nodata",
    "nolocality",
    "none",
    "notavailable",
    "notgiven",
    "notknown",
    "notrecorded",
    "notspecified",
    "null",
    "onbekend",
    "sd",
    "sl",
    "unbekannt",
    "unknown",
    "unspecified",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut folded = String::new();
        fold(text, &mut folded);
        folded
    }

    #[test]
    fn spellings_of_one_place_are_one() {
        for (one, other) in [
            ("Wet meadow, 7; W of Étang", " wet MEADOW 7 (W. of Etang) "),
            ("St John's wood", "St Johns wood"),
            ("Reed-bed 7", "Reedbed 7"),
            ("Straße 7", "Strasse 7"),
            ("Ærø mose", "Aero mose"),
            ("Łąki Ø", "Laki O"),
            ("Bit\u{ad}tern mea\u{200b}dow", "Bittern meadow"),
            ("湿地。七", "湿地七"),
            ("Cley &amp; Salt", "Cley & Salt"),
            ("Cley &#38; Salt", "Cley Salt"),
            ("Выпь, болото", "ВЫПЬ БОЛОТО"),
        ] {
            assert_eq!(folded(one), folded(other), "{one}");
            assert!(!folded(one).is_empty(), "{one}");
        }
        assert_ne!(folded("Salt & amp"), folded("Salt"));
    }

    #[test]
    fn words_for_nothing_are_nothing() {
        for text in ["…?", "", "-", "n/a", "Unknown", "not recorded", "***"] {
            assert_eq!(folded(text), "", "{text}");
        }
    }
}
