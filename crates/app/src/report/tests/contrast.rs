//! The colours of the style sheet can be told apart.
//!
//! Source: W3C, Web Content Accessibility Guidelines 2.2, 1.4.3 and 1.4.11.

use super::super::STYLE;

#[test]
fn text_has_a_contrast_of_four_and_a_half_and_drawings_of_three() {
    let (light, dark) = STYLE.split_once("prefers-color-scheme: dark").unwrap();
    for theme in [light, dark] {
        for (on, inks) in [
            ("paper", ["ink", "soft", "link", "wrong"].as_slice()),
            ("ground", &["ink", "soft", "outline"]),
            ("warn-paper", &["warn-ink"]),
        ] {
            for ink in inks {
                let contrast = contrast(colour(theme, on), colour(theme, ink));
                assert!(contrast >= 4.5, "{ink} on {on}: {contrast:.2}");
            }
        }
        for on in ["paper", "ground"] {
            for edge in ["none-line", "low-line", "medium-line", "high-line", "extreme-line"] {
                let contrast = contrast(colour(theme, on), colour(theme, edge));
                assert!(contrast >= 3.0, "{edge} on {on}: {contrast:.2}");
            }
        }
    }
}

fn colour(theme: &str, name: &str) -> [f64; 3] {
    let (_, rest) = theme.split_once(&format!("--{name}: #")).unwrap_or_else(|| panic!("{name}"));
    [0, 2, 4].map(|at| {
        let part = u8::from_str_radix(rest.get(at..at + 2).unwrap(), 16).unwrap();
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |[red, green, blue]: [f64; 3]| 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}
