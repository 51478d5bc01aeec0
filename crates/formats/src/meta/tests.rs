use super::*;
use crate::table::{Dialect, Terminator};

fn parsed(xml: &str) -> Result<Descriptor, FormatError> {
    read("meta.xml", xml.as_bytes(), &Limits::default())
}

fn core(attributes: &str, body: &str) -> Result<Descriptor, FormatError> {
    parsed(&format!("<archive><core {attributes}>{body}</core></archive>"))
}

const FILE: &str = "<files><location> o.txt </location></files>";

#[test]
fn what_is_not_said_is_as_the_guide_has_it() {
    let descriptor = core("", FILE).unwrap();
    let table = &descriptor.tables[0];
    assert_eq!((table.delimiter.as_str(), table.quote.as_str()), (",", "\""));
    assert_eq!((table.terminator.as_str(), table.encoding.as_str()), ("\n", "UTF-8"));
    assert_eq!((table.header_lines, table.id), (0, None));
    assert_eq!(table.locations, ["o.txt"]);
    assert_eq!(descriptor.metadata, None);
}

#[test]
fn everything_that_can_be_said_is_read() {
    let descriptor = parsed(
        "<archive xmlns='http://rs.tdwg.org/dwc/text/' metadata='about.xml'>\
         <core rowType='http://rs.tdwg.org/dwc/terms/Taxon' encoding='utf-16' \
         fieldsTerminatedBy='\\t' linesTerminatedBy='\\r\\n' fieldsEnclosedBy='' \
         ignoreHeaderLines='2' dateFormat='DD/MM/YYYY'>\
         <files><location>a.txt</location><location>b/c.txt</location></files><id index=' 1 '/>\
         <field index='0' term='t:a' default='&lt;' delimitedBy=';' vocabulary='v'/>\
         <field term='t:b' default='x'/></core>\
         <extension><files><location>e.txt</location></files><coreid/></extension></archive>",
    )
    .unwrap();
    assert_eq!(descriptor.metadata.as_deref(), Some("about.xml"));
    let [core, extension] = descriptor.tables.as_slice() else { panic!() };
    assert_eq!((core.delimiter.as_str(), core.terminator.as_str()), ("\t", "\r\n"));
    assert_eq!((core.quote.as_str(), core.header_lines, core.id), ("", 2, Some(1)));
    assert_eq!(core.locations, ["a.txt", "b/c.txt"]);
    assert_eq!(core.date_format.as_deref(), Some("DD/MM/YYYY"));
    assert_eq!(core.fields[0].default.as_deref(), Some("<"));
    assert_eq!(core.fields[0].delimited_by.as_deref(), Some(";"));
    assert_eq!(core.fields[0].vocabulary.as_deref(), Some("v"));
    assert_eq!(core.fields[1].index, None);
    assert!(!extension.is_core && extension.id.is_none());
}

#[test]
fn delimiters_are_read_as_they_are_meant() {
    for (written, meant) in [
        ("\\t", "\t"),
        ("\t", "\t"),
        ("&#9;", "\t"),
        ("\\\\t", "\\t"),
        ("\\|", "|"),
        ("\\u0009", "\t"),
        ("\\x1f", "\u{1f}"),
        ("\\q", "\\q"),
        ("\\u", "\\u"),
        ("\\", "\\"),
        ("##", "##"),
    ] {
        let descriptor = core(&format!("fieldsTerminatedBy='{written}'"), FILE).unwrap();
        assert_eq!(descriptor.tables[0].delimiter, meant, "{written}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let field = |n: usize, term: &str| format!("<field index='{n}' term='{term}'/>");
    for (attributes, body, says) in [
        ("fieldsTerminatedBy='\\n'", FILE.to_owned(), "told from lines"),
        ("fieldsTerminatedBy='\"'", FILE.to_owned(), "delimiter is the quote"),
        ("fieldsEnclosedBy='ab'", FILE.to_owned(), "more than one character"),
        (
            "fieldsTerminatedBy='0123456789012345678901234567890123456789'",
            FILE.to_owned(),
            "longer than 32",
        ),
        ("ignoreHeaderLines='-1'", FILE.to_owned(), "heading lines"),
        ("", "<files/>".to_owned(), "no file"),
        ("", FILE.to_owned() + "<field index='1'/>", "no term"),
        ("", FILE.to_owned() + &field(9_999, "t:a"), "beyond"),
        ("", FILE.to_owned() + "<field index='x' term='t:a'/>", "not the index"),
        ("", FILE.to_owned() + &field(1, "t:a") + &field(1, "t:b"), "two terms"),
        ("", FILE.to_owned() + "<id index='-1'/>", "not the index"),
    ] {
        let error = core(attributes, &body).unwrap_err().to_string();
        assert!(error.contains(says), "{says}: {error}");
    }
    assert!(core("", &(FILE.to_owned() + &field(1, "t:a") + &field(1, "t:a"))).is_ok());
    assert!(parsed("<archive/>").unwrap_err().to_string().contains("no core"));
    let two = format!("<archive><core>{FILE}</core><core>{FILE}</core></archive>");
    assert!(parsed(&two).unwrap_err().to_string().contains("more than one core"));
    assert!(parsed("no descriptor").unwrap_err().to_string().contains("no core"));
}

#[test]
fn what_is_written_reads_back() {
    let table = |is_core, dialect| TableToDescribe {
        is_core,
        row_type: "http://example.org/a?b&c".to_owned(),
        location: "a <b>.txt".to_owned(),
        dialect,
        has_header: is_core,
        id: Some(3),
        fields: vec![(0, "http://example.org/x".to_owned()), (7, "dwc:y".to_owned())],
        constants: vec![("dwc:z".to_owned(), "a \"b\"\t\nc & d".to_owned())],
    };
    let dialect = |delimiter, quote, terminator| Dialect { delimiter, quote, terminator };
    for one in [
        dialect(b'\t', None, Terminator::Lf),
        dialect(b',', Some(b'"'), Terminator::CrLf),
        dialect(b'|', Some(b'\''), Terminator::Lf),
        dialect(b'\\', Some(b'&'), Terminator::Lf),
        dialect(0x1f, Some(b'<'), Terminator::Lf),
    ] {
        let xml = write(&[table(true, one), table(false, one)], "eml & co.xml");
        let descriptor = parsed(&xml).unwrap();
        assert_eq!(descriptor.metadata.as_deref(), Some("eml & co.xml"));
        for (entry, is_core) in descriptor.tables.iter().zip([true, false]) {
            let told = table(is_core, one);
            assert_eq!(entry.is_core, is_core);
            assert_eq!(entry.row_type, told.row_type);
            assert_eq!(entry.locations, [told.location]);
            assert_eq!(entry.delimiter.as_bytes(), [one.delimiter]);
            assert_eq!(entry.quote.bytes().next(), one.quote);
            assert_eq!(entry.header_lines, usize::from(is_core));
            assert_eq!(entry.id, Some(3));
            let terms: Vec<_> =
                entry.fields.iter().map(|f| (f.index, f.term.as_str(), &f.default)).collect();
            assert_eq!(terms[0], (Some(0), "http://example.org/x", &None));
            assert_eq!(terms[1], (Some(7), "dwc:y", &None));
            assert_eq!(terms[2], (None, "dwc:z", &Some("a \"b\"\t\nc & d".to_owned())));
        }
    }
}
