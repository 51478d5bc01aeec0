//! The names of months, as they are written in eight languages, and as Roman numerals.

/// The month that a word names; letters' case and a final dot do not matter.
pub(super) fn of_word(word: &str) -> Option<u8> {
    let word = word.trim_end_matches('.').to_lowercase();
    (1..)
        .zip(NAMES)
        .find(|(_, names)| names.split(' ').any(|name| name == word))
        .map(|(month, _)| month)
}

/// The month of a Roman numeral, as entomologists and botanists write it.
pub(super) fn of_roman(word: &str) -> Option<u8> {
    (1..).zip(ROMAN).find(|(_, roman)| roman.eq_ignore_ascii_case(word)).map(|(month, _)| month)
}

/// English, German, French, Spanish, Portuguese, Italian, Dutch, and the Nordic forms that differ;
/// no word stands for two months.
const NAMES: [&str; 12] = [
    "january jan januar jänner janvier janv enero ene janeiro gennaio gen januari",
    "february feb febr februar février févr fév fevrier fev febrero fevereiro febbraio februari",
    "march mar mars märz mär mrz marzo março marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maio maggio mag mei maj",
    "june jun juni juin junio junho giugno giu",
    "july jul juli juillet juil julio julho luglio lug",
    "august aug août aout agosto ago augustus augusti",
    "september sept sep septembre septiembre setiembre setembro set settembre sett",
    "october oct oktober okt octobre octubre outubro out ottobre ott",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre déc decembre diciembre dic dezembro dicembre desember des",
];

const ROMAN: [&str; 12] =
    ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
