//! Texts made alike that differ only in spelling.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds a text to its words: letters and digits in lower case, accents dropped, one space between.
pub(crate) fn fold(text: &str, folded: &mut String) {
    folded.clear();
    if text.is_ascii() {
        fold_ascii(text, folded);
        return;
    }
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let mut is_apart = false;
    for letter in letters {
        if letter.is_alphanumeric() {
            if is_apart && !folded.is_empty() {
                folded.push(' ');
            }
            is_apart = false;
            folded.push(letter);
        } else {
            is_apart = true;
        }
    }
}

fn fold_ascii(text: &str, folded: &mut String) {
    let mut is_apart = false;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            if is_apart && !folded.is_empty() {
                folded.push(' ');
            }
            is_apart = false;
            folded.push(char::from(byte.to_ascii_lowercase()));
        } else {
            is_apart = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_accents_case_and_spaces_do_not_matter() {
        let mut folded = String::new();
        for text in
            ["Wet meadow, 7; W of Étang", " wet MEADOW 7 (W. of Etang) ", "wet-meadow 7 w of étang"]
        {
            fold(text, &mut folded);
            assert_eq!(folded, "wet meadow 7 w of etang", "{text}");
        }
        fold("…?", &mut folded);
        assert_eq!(folded, "");
        fold("Выпь, болото", &mut folded);
        assert_eq!(folded, "выпь болото");
    }
}
