//! The page while it is written. What comes from outside can only enter through functions that
//! escape it: markup is taken as `&'static str` and as nothing else.

use super::number;

/// A page of HTML, written from top to bottom.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    /// Adds markup that stands in the program.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds text, escaped.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            self.letter(letter);
        }
        self
    }

    /// Adds text from outside: escaped, cut to a sane length, and kept apart from the direction of
    /// the text round it.
    pub(super) fn name(&mut self, name: &str, most_letters: usize) -> &mut Self {
        self.raw("<bdi>").text(&cut(name, most_letters)).raw("</bdi>")
    }

    /// Adds a message from elsewhere in the program. Messages set what users wrote between
    /// backticks; a page has quotation marks for that.
    pub(super) fn message(&mut self, message: &str, most_letters: usize) -> &mut Self {
        let mut quoted = String::with_capacity(message.len());
        let (mut left, mut is_open) = (message.matches('`').count() / 2 * 2, false);
        for letter in message.chars() {
            if letter != '`' || left == 0 {
                quoted.push(letter);
                continue;
            }
            quoted.push(if is_open { '”' } else { '“' });
            (left, is_open) = (left - 1, !is_open);
        }
        self.name(&quoted, most_letters)
    }

    /// Adds a count with thousands separators.
    pub(super) fn count(&mut self, count: u64) -> &mut Self {
        self.0.push_str(&number::count(count));
        self
    }

    /// Adds a coordinate of a drawing, to a tenth of its unit.
    pub(super) fn coordinate(&mut self, value: f64) -> &mut Self {
        let value = if value.is_finite() { value } else { 0.0 };
        let text = format!("{value:.1}");
        let short = text.strip_suffix(".0").unwrap_or(&text);
        self.0.push_str(if short == "-0" { "0" } else { short });
        self
    }

    /// Adds a paragraph of text.
    pub(super) fn paragraph(&mut self, text: &str) -> &mut Self {
        self.raw("<p>").text(text).raw("</p>\n")
    }

    /// Adds a paragraph in small letters.
    pub(super) fn remark(&mut self, text: &str) -> &mut Self {
        self.raw("<p class=\"remark\">").text(text).raw("</p>\n")
    }

    /// Adds a section with its heading.
    pub(super) fn section(
        &mut self,
        id: &'static str,
        heading: &'static str,
        content: impl FnOnce(&mut Self),
    ) {
        self.raw("<section id=\"").raw(id).raw("\">\n<h2>").raw(heading).raw("</h2>\n");
        content(self);
        self.raw("</section>\n");
    }

    /// Begins a table whose columns have these headings; the first column heads the rows.
    ///
    /// Roles are written out because the narrow layout takes some rows apart, after which browsers
    /// no longer tell that they are rows.
    pub(super) fn begin_table(&mut self, class: &'static str, headings: &[&'static str]) {
        self.raw("<table role=\"table\" class=\"").raw(class);
        self.raw("\"><thead role=\"rowgroup\"><tr role=\"row\">");
        for heading in headings {
            self.raw("<th role=\"columnheader\" scope=\"col\">").raw(heading).raw("</th>");
        }
        self.raw("</tr></thead>\n<tbody role=\"rowgroup\">\n");
    }

    /// Begins a row, in the cell that heads it.
    pub(super) fn begin_row(&mut self) -> &mut Self {
        self.raw("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">")
    }

    /// Ends the cell that heads a row.
    pub(super) fn end_row_heading(&mut self) -> &mut Self {
        self.raw("</th>")
    }

    /// Adds a cell that holds a count.
    pub(super) fn count_cell(&mut self, count: u64) -> &mut Self {
        self.raw("<td role=\"cell\" class=\"count\">").count(count).raw("</td>")
    }

    /// Adds what a number counts, for the narrow layout, which hides the headings of columns.
    pub(super) fn unit(&mut self, unit: &'static str) -> &mut Self {
        self.raw("<span class=\"unit\" aria-hidden=\"true\"> ").raw(unit).raw("</span>")
    }

    /// Ends a row.
    pub(super) fn end_row(&mut self) -> &mut Self {
        self.raw("</tr>\n")
    }

    /// Ends a table.
    pub(super) fn end_table(&mut self) -> &mut Self {
        self.raw("</tbody></table>\n")
    }

    /// The page as it is.
    pub(super) fn finish(self) -> String {
        self.0
    }

    /// Bytes written.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn letter(&mut self, letter: char) {
        match letter {
            '&' => self.0.push_str("&amp;"),
            '<' => self.0.push_str("&lt;"),
            '>' => self.0.push_str("&gt;"),
            '"' => self.0.push_str("&quot;"),
            '\'' => self.0.push_str("&#39;"),
            '\t' | '\n' | '\r' => self.0.push(' '),
            // PRIVACY: a name that hides letters or turns their order round could pass for another
            // name before the steward's eyes; what cannot be seen is spelled out.
            letter if is_unseen(letter) => {
                self.0.push_str(&format!("⟨U+{:04X}⟩", u32::from(letter)));
            }
            letter => self.0.push(letter),
        }
    }
}

/// Adds every item, the first ones in plain sight and the others behind a summary that opens
/// without any script.
pub(super) fn folded<T>(
    page: &mut Page,
    items: &[T],
    in_sight: usize,
    more: impl Fn(usize) -> String,
    mut write: impl FnMut(&mut Page, &[T]),
) {
    let (first, rest) = items.split_at_checked(in_sight).unwrap_or((items, &[]));
    write(page, first);
    if !rest.is_empty() {
        page.raw("<details><summary>").text(&more(rest.len())).raw("</summary>\n");
        write(page, rest);
        page.raw("</details>\n");
    }
}

/// A text of so many letters at most, with an ellipsis where it was longer.
pub(super) fn cut(text: &str, most_letters: usize) -> String {
    let mut letters = text.chars();
    let mut short: String = letters.by_ref().take(most_letters).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

/// Control characters, marks that turn the order of letters round, letters without a shape, and
/// code points that are no letters. Joiners and marks that the writing of Persian, Hindi, Hebrew
/// and others needs are none of them.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{00AD}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FDD0}'..='\u{FDEF}'
            | '\u{E0000}'..='\u{E007F}')
        || u32::from(letter) & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut page = Page::default();
        page.text(text);
        page.finish()
    }

    #[test]
    fn markup_in_text_is_escaped() {
        assert_eq!(
            escaped(r#"<script>alert("a & 'b'")</script>"#),
            "&lt;script&gt;alert(&quot;a &amp; &#39;b&#39;&quot;)&lt;/script&gt;"
        );
    }

    #[test]
    fn unseen_letters_are_spelled_out() {
        assert_eq!(escaped("a\u{202E}b\0c\u{200B}\u{1b}"), "a⟨U+202E⟩b⟨U+0000⟩c⟨U+200B⟩⟨U+001B⟩");
        assert_eq!(escaped("x\u{FFFF}y\u{10FFFE}"), "x⟨U+FFFF⟩y⟨U+10FFFE⟩");
        assert_eq!(escaped("two\nlines\tand\rtabs"), "two lines and tabs");
    }

    #[test]
    fn every_writing_stays_as_it_is() {
        for name in
            ["قصب شائع", "סוף", "می\u{200C}خواهم", "क्\u{200D}ष", "Þórður", "芦苇", "é e\u{301}"]
        {
            assert_eq!(escaped(name), name);
        }
    }

    #[test]
    fn backticks_of_a_message_become_quotation_marks() {
        let told = |message: &str| {
            let mut page = Page::default();
            page.message(message, 80);
            page.finish()
        };
        assert_eq!(told("`a.csv` line 2"), "<bdi>“a.csv” line 2</bdi>");
        assert_eq!(told("`<b>` and `"), "<bdi>“&lt;b&gt;” and `</bdi>");
    }

    #[test]
    fn a_long_name_is_cut_between_letters() {
        assert_eq!(cut("芦苇丛生", 2), "芦苇…");
        assert_eq!(cut("reed", 4), "reed");
        assert_eq!(cut("", 0), "");
    }

    #[test]
    fn coordinates_are_short_and_always_numbers() {
        let mut page = Page::default();
        for value in [1.04, 2.0, -0.01, f64::NAN, f64::INFINITY] {
            page.coordinate(value).raw(" ");
        }
        assert_eq!(page.finish(), "1 2 0 0 0 ");
    }

    #[test]
    fn items_beyond_the_first_are_folded_and_none_is_lost() {
        let written = |items: &[u64]| {
            let mut page = Page::default();
            folded(
                &mut page,
                items,
                2,
                |more| format!("{more} more"),
                |page, part| {
                    for item in part {
                        page.count(*item).raw(";");
                    }
                },
            );
            page.finish()
        };
        assert_eq!(written(&[1, 2]), "1;2;");
        assert_eq!(written(&[1, 2, 3]), "1;2;<details><summary>1 more</summary>\n3;</details>\n");
        assert_eq!(written(&[]), "");
    }
}
