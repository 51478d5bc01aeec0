//! Whatever is written in any form reads back the same, and chunks change nothing.

use encoding_rs::Encoding;
use proptest::prelude::*;
use reedbed_formats::dataset::{OpenOptions, open as open_with};
use reedbed_formats::limits::Limits;

use crate::support::{Read, file, meta, open_within, read, rows};

const HEADINGS: [&str; 3] = ["occurrenceID", "scientificName", "locality"];

/// A character set, and how a test writes in it.
#[derive(Debug, Clone, Copy)]
enum Charset {
    Latin1,
    Utf16Be,
    Utf16Le,
    Utf8,
    Utf8Marked,
    Windows1252,
}

impl Charset {
    const ALL: [Self; 6] = [
        Self::Latin1,
        Self::Utf16Be,
        Self::Utf16Le,
        Self::Utf8,
        Self::Utf8Marked,
        Self::Windows1252,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Latin1 => "ISO-8859-1",
            Self::Utf16Be => "UTF-16BE",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf8 | Self::Utf8Marked => "UTF-8",
            Self::Windows1252 => "windows-1252",
        }
    }

    fn bytes(self, text: &str) -> Vec<u8> {
        match self {
            Self::Latin1 | Self::Windows1252 => {
                Encoding::for_label(self.label().as_bytes()).unwrap().encode(text).0.into_owned()
            }
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf8 => text.into(),
            Self::Utf8Marked => format!("\u{feff}{text}").into(),
        }
    }

    /// Leaves out what the character set does not have.
    fn fit(self, text: &str) -> String {
        let is_in = |c: &char| match self {
            Self::Latin1 | Self::Windows1252 => (*c as u32) < 0x80 || ('\u{a0}'..='ÿ').contains(c),
            _ => true,
        };
        text.chars().filter(is_in).collect()
    }
}

fn any_cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zé漢𓅓\u{fffd}\"', ,;|\t\\\\\r\n#]{0,12}",
        1 => any::<String>().prop_map(|text| text.replace(['\0', '\u{feff}'], "")),
    ]
}

fn any_rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(any_cell(), 3), 1..12)
}

/// Writes rows with quotes where they are needed, or around everything.
fn csv(rows: &[Vec<String>], delimiter: &str, end: &str, quote: char, quotes_all: bool) -> String {
    let mut text = String::new();
    for row in rows {
        for (index, cell) in row.iter().enumerate() {
            if index > 0 {
                text += delimiter;
            }
            let is_special = |c: char| {
                c == quote || matches!(c, '\n' | '\r') || delimiter.contains(c) || end.contains(c)
            };
            if quotes_all || cell.contains(is_special) {
                text +=
                    &format!("{quote}{}{quote}", cell.replace(quote, &format!("{quote}{quote}")));
            } else {
                text += cell;
            }
        }
        text += end;
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_plain_table_reads_back_in_any_form(
        cells in any_rows(),
        charset in prop::sample::select(Charset::ALL.to_vec()),
        delimiter in prop::sample::select(vec!["\t", ",", ";", "|"]),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        quotes_all in any::<bool>(),
        is_told in any::<bool>(),
        chunk_bytes in prop_oneof![1_usize..80, Just(4 << 20)],
    ) {
        let cells: Vec<Vec<String>> =
            cells.iter().map(|row| row.iter().map(|cell| charset.fit(cell)).collect()).collect();
        let headings = HEADINGS.map(str::to_owned).to_vec();
        let all = [vec![headings], cells.clone()].concat();
        let text = csv(&all, delimiter, end, '"', quotes_all);
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), "t", charset.bytes(&text));
        // Short texts do not always show their character set.
        let is_detectable = matches!(charset, Charset::Utf8 | Charset::Utf8Marked);
        let options = OpenOptions {
            encoding: (is_told || !is_detectable).then(|| charset.label().to_owned()),
            delimiter: is_told.then(|| delimiter.as_bytes()[0]),
            quote: is_told.then_some(Some(b'"')),
            ..OpenOptions::default()
        };
        let limits = Limits { chunk_bytes, ..Limits::default() };
        let dataset = open_with(&[path], &options, &limits).unwrap();
        prop_assert_eq!(rows(&dataset.tables[0]), cells);
    }

    #[test]
    fn a_table_of_an_archive_reads_back_in_any_form(
        cells in any_rows(),
        charset in prop::sample::select(Charset::ALL.to_vec()),
        delimiter in prop::sample::select(vec!["\t", ",", "##", "<->", "é", "|"]),
        end in prop::sample::select(vec!["\n", "\r\n", "\r", "<end>", "|\n"]),
        quote in prop::sample::select(vec![None, Some('"'), Some('\'')]),
        quotes_all in any::<bool>(),
        header_lines in 0_usize..3,
        chunk_bytes in prop_oneof![1_usize..80, Just(4 << 20)],
    ) {
        prop_assume!(!end.contains(delimiter));
        let fit = |cell: &String| {
            let cell = charset.fit(cell);
            match quote {
                Some(_) => cell,
                // Without quotes there are things that cannot be written.
                None => cell.replace(|c| "\n\r".contains(c) || delimiter.contains(c) || end.contains(c), ""),
            }
        };
        let cells: Vec<Vec<String>> =
            cells.iter().map(|row| row.iter().map(fit).collect()).collect();
        let mut all = vec![HEADINGS.map(str::to_owned).to_vec(); header_lines];
        all.extend(cells.clone());
        let text = match quote {
            Some(quote) => csv(&all, delimiter, end, quote, quotes_all),
            None => all.iter().map(|row| row.join(delimiter) + end).collect(),
        };
        let written = |text: &str| {
            let text = text.replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r");
            text.replace('<', "&lt;").replace('"', "&quot;").replace('\'', "&apos;")
        };
        let attributes = format!(
            "encoding='{}' fieldsTerminatedBy='{}' linesTerminatedBy='{}' fieldsEnclosedBy='{}' \
             ignoreHeaderLines='{header_lines}'",
            charset.label(),
            written(delimiter),
            written(end),
            quote.map(|q| written(&q.to_string())).unwrap_or_default(),
        );
        let fields: String = HEADINGS
            .iter()
            .enumerate()
            .map(|(i, term)| format!("<field index='{i}' term='http://rs.tdwg.org/dwc/terms/{term}'/>"))
            .collect();
        let body = format!("<files><location>o.txt</location></files><id index='0'/>{fields}");
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), "meta.xml", meta(&attributes, &body));
        file(folder.path(), "o.txt", charset.bytes(&text));
        let limits = Limits { chunk_bytes, ..Limits::default() };
        let options = OpenOptions {
            encoding: Some(charset.label().to_owned()),
            ..OpenOptions::default()
        };
        let dataset = open_with(&[folder.path().to_owned()], &options, &limits).unwrap();
        prop_assert_eq!(rows(&dataset.tables[0]), cells);
    }

    #[test]
    fn chunks_change_no_row_no_line_and_no_fault(
        noise in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            prop::collection::vec(
                prop::sample::select(b"ab,;\t\"\"\n\n\r|\0\xc3\xa9\xff\\".to_vec()), 0..300
            ),
        ],
        form in prop::sample::select(vec![
            ("fieldsTerminatedBy=','", b','),
            ("fieldsTerminatedBy='\\t' fieldsEnclosedBy=''", b'\t'),
            ("fieldsTerminatedBy=';' linesTerminatedBy='\\r'", b';'),
            ("fieldsTerminatedBy='|' encoding='windows-1252'", b'|'),
        ]),
        header_lines in 0_usize..3,
        chunk_bytes in 1_usize..90,
        row_bytes in prop_oneof![8_usize..60, Just(1 << 20)],
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (attributes, delimiter) = form;
        let attributes = format!("{attributes} ignoreHeaderLines='{header_lines}'");
        let body = "<files><location>o.txt</location></files><id index='0'/>\
                    <field index='2' term='http://rs.tdwg.org/dwc/terms/locality'/>";
        file(folder.path(), "meta.xml", meta(&attributes, body));
        let first = [&[b'h', delimiter, b'i', delimiter, b'j', b'\n'], noise.as_slice()].concat();
        file(folder.path(), "o.txt", first);
        let read_all = |chunk_bytes| -> Result<Vec<Read>, String> {
            let limits = Limits { chunk_bytes, row_bytes, ..Limits::default() };
            open_within(folder.path(), &limits)
                .and_then(|dataset| read(&dataset.tables[0]))
                .map_err(|error| error.to_string())
        };
        prop_assert_eq!(read_all(chunk_bytes), read_all(4 << 20));
    }

    #[test]
    fn any_bytes_at_all_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let folder = tempfile::tempdir().unwrap();
        for begin in [b"".as_slice(), b"PK\x03\x04", b"\x1f\x8b\x08\0", b"occurrenceID,year\n"] {
            let path = file(folder.path(), "t", [begin, &bytes].concat());
            // Neither may panic nor go on for ever; both may be.
            let _ = open_within(&path, &Limits::default()).map(|dataset| read(&dataset.tables[0]));
            let _ = file(folder.path(), "meta.xml", [b"<archive>".as_slice(), &bytes].concat());
            let _ = open_within(folder.path(), &Limits::default()).is_ok();
        }
    }
}
