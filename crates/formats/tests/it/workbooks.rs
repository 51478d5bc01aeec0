//! Workbooks: cells of every type, sheets that belong together, and files that are none.

use std::path::{Path, PathBuf};

use reedbed_formats::error::FormatError;
use reedbed_formats::limits::Limits;
use reedbed_formats::table::RowKind;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

use crate::raw_zip;
use crate::support::{faults, file, open, open_within, read, rows, zip};

fn xlsx(folder: &Path, name: &str, fill: impl FnOnce(&mut Workbook)) -> PathBuf {
    let mut workbook = Workbook::new();
    fill(&mut workbook);
    let path = folder.join(name);
    workbook.save(&path).unwrap();
    path
}

fn text_row(sheet: &mut Worksheet, row: u32, cells: &[&str]) {
    for (column, cell) in cells.iter().enumerate() {
        sheet.write_string(row, column as u16, *cell).unwrap();
    }
}

fn reason(result: Result<reedbed_formats::dataset::Dataset, FormatError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn cells_of_every_type_become_plain_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = xlsx(folder.path(), "no-ending", |workbook| {
        let sheet = workbook.add_worksheet();
        text_row(sheet, 0, &["occurrenceID", "scientificName", "eventDate", "value"]);
        let moment = |text| ExcelDateTime::parse_from_str(text).unwrap();
        let with = |code| Format::new().set_num_format(code);
        sheet.write_number(1, 0, 7).unwrap();
        sheet.write_string(1, 1, "Ardea, \"alba\"\nsecond line").unwrap();
        sheet.write_datetime_with_format(1, 2, moment("2021-05-14"), &with("d/m/yy")).unwrap();
        sheet.write_number(1, 3, 52.123_456).unwrap();
        sheet.write_string(2, 0, "007").unwrap();
        let both = moment("2021-05-14T06:30:00");
        sheet.write_datetime_with_format(2, 2, both, &with("dd/mm/yyyy hh:mm")).unwrap();
        sheet.write_boolean(2, 3, true).unwrap();
        let time = moment("06:30:00");
        sheet.write_datetime_with_format(3, 2, time, &with("hh:mm")).unwrap();
        sheet.write_formula(3, 3, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
        sheet.write_formula(3, 0, Formula::new("=6*7").set_result("42")).unwrap();
        sheet.write_number_with_format(4, 3, 1.25, &with("[h]:mm")).unwrap();
        let (bold, plain) = (Format::new().set_bold(), Format::new());
        sheet.write_rich_string(4, 1, &[(&bold, "Ardea"), (&plain, " cinerea")]).unwrap();
        sheet.write_number(4, 0, 0.1 + 0.2).unwrap();
    });
    let dataset = open(&[path]).unwrap();
    let table = &dataset.tables[0];
    assert_eq!(table.kind, RowKind::Occurrence);
    assert_eq!((table.name.as_str(), table.encoding()), ("no-ending[Sheet1]", "UTF-8"));
    assert_eq!(
        rows(table),
        [
            ["7", "Ardea, \"alba\"\nsecond line", "2021-05-14", "52.123456"],
            ["007", "", "2021-05-14T06:30:00", "true"],
            ["42", "", "06:30:00", "#DIV/0!"],
            ["0.30000000000000004", "Ardea cinerea", "", "PT30H"],
        ]
    );
    // A second reading finds the same.
    assert_eq!(rows(table).len(), 4);
    assert!(dataset.notes.is_empty(), "{:?}", dataset.notes);
}

#[test]
fn days_since_1904_are_the_same_days() {
    let folder = tempfile::tempdir().unwrap();
    let path = xlsx(folder.path(), "a.xlsx", |workbook| {
        let sheet = workbook.add_worksheet();
        text_row(sheet, 0, &["eventID", "eventDate"]);
        sheet.write_string(1, 0, "a").unwrap();
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_number_with_format(1, 1, 42_868.0, &day).unwrap();
    });
    let members = unpacked(&path);
    let members: Vec<(&str, Vec<u8>)> = members
        .iter()
        .map(|(name, bytes)| {
            let text = String::from_utf8_lossy(bytes);
            let text = text.replace("<workbookPr ", "<workbookPr date1904=\"1\" ");
            (name.as_str(), text.into_bytes())
        })
        .collect();
    let members: Vec<(&str, &[u8])> =
        members.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let path = zip(folder.path(), "b.xlsx", &members);
    assert_eq!(rows(&open(&[path]).unwrap().tables[0]), [["a", "2021-05-14"]]);
}

#[test]
fn rows_keep_the_numbers_that_the_sheet_gives_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = xlsx(folder.path(), "a.xlsx", |workbook| {
        let sheet = workbook.add_worksheet();
        text_row(sheet, 2, &["occurrenceID", "scientificName"]);
        text_row(sheet, 3, &["1", "two\nlines"]);
        text_row(sheet, 6, &["2", "Ardea alba", "", "stray"]);
        text_row(sheet, 7, &["3"]);
    });
    let dataset = open(&[path]).unwrap();
    let table = &dataset.tables[0];
    let lines: Vec<u64> = read(table).unwrap().iter().map(|row| row.line).collect();
    assert_eq!(lines, [4, 7, 8]);
    assert_eq!(faults(table).len(), 1);
    assert_eq!(faults(table)[0].0, 7);
}

#[test]
fn sheets_belong_together_and_odd_ones_are_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = xlsx(folder.path(), "survey.xlsx", |workbook| {
        let events = workbook.add_worksheet().set_name("Events").unwrap();
        text_row(events, 0, &["eventID", "eventDate", "samplingProtocol"]);
        text_row(events, 1, &["e1", "2021-05-14", "walk"]);
        events.merge_range(2, 0, 3, 0, "e2", &Format::new()).unwrap();
        let records = workbook.add_worksheet().set_name("Records").unwrap();
        text_row(records, 0, &["occurrenceID", "eventID", "scientificName"]);
        text_row(records, 1, &["1", "e1", "Ardea alba"]);
        records.set_hidden(true);
        workbook.add_worksheet().set_name("Nothing").unwrap();
        let remarks = workbook.add_worksheet().set_name("Remarks").unwrap();
        text_row(remarks, 0, &["red rows are in doubt"]);
    });
    let dataset = open(&[path]).unwrap();
    let found: Vec<_> =
        dataset.tables.iter().map(|t| (t.name.as_str(), t.kind, t.is_core)).collect();
    assert_eq!(
        found,
        [
            ("survey.xlsx[Events]", RowKind::Event, true),
            ("survey.xlsx[Records]", RowKind::Occurrence, false)
        ]
    );
    assert_eq!(rows(&dataset.tables[0])[1..], [["e2", "", ""]]);
    let notes: Vec<_> = dataset.notes.iter().map(|n| format!("{}: {}", n.file, n.text)).collect();
    assert_eq!(
        notes,
        [
            "survey.xlsx[Nothing]: it was left aside, having no cells",
            "survey.xlsx[Events]: some of its cells are merged; only the first of them has the value",
            "survey.xlsx[Records]: it is hidden in the workbook and was read all the same",
            "survey.xlsx[Remarks]: it was left aside, having no headings that are known terms",
        ]
    );
    let inspected = reedbed_formats::inspect::inspect(&dataset).unwrap();
    assert_eq!(inspected[1].events_missing, Some(0));
}

#[test]
fn a_workbook_without_cells_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = xlsx(folder.path(), "a.xlsx", |workbook| {
        workbook.add_worksheet();
    });
    assert!(reason(open(&[path])).contains("none of its sheets has cells"));
}

#[test]
fn open_document_cells_become_plain_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = ods(folder.path(), SHEETS);
    let dataset = open(&[path]).unwrap();
    let table = &dataset.tables[0];
    assert_eq!(table.name, "a.ods[Records & more]");
    let all = read(table).unwrap();
    let expected: Vec<(u64, Vec<&str>)> = vec![
        (3, vec!["1", "Ardea  alba\nsecond", "2021-05-14", "52.1"]),
        (4, vec!["2", "", "06:30:00", "true"]),
        (5, vec!["2", "", "06:30:00", "true"]),
        (1_005, vec!["x", "x", "2021-05-14T06:30:00", "#N/A"]),
    ];
    let found: Vec<(u64, Vec<String>)> =
        all.into_iter().map(|row| (row.line, row.row.unwrap())).collect();
    assert_eq!(found.len(), expected.len());
    for ((line, row), (found_line, found_row)) in expected.iter().zip(&found) {
        assert_eq!((line, row), (found_line, &found_row.iter().map(String::as_str).collect()));
    }
    assert_eq!(rows(&dataset.tables[1]), [["e1", "2021-05-14"]]);
    let notes: Vec<_> = dataset.notes.iter().map(|n| format!("{}: {}", n.file, n.text)).collect();
    assert_eq!(
        notes,
        [
            "a.ods[Empty]: it was left aside, having no cells",
            "a.ods[Events]: it is hidden in the workbook and was read all the same",
            "a.ods[Events]: some of its cells are merged; only the first of them has the value",
        ]
    );
}

#[test]
fn repeated_cells_are_no_bomb() {
    let folder = tempfile::tempdir().unwrap();
    let head = "<table:table-row><table:table-cell office:value-type=\"string\"><text:p>eventID</text:p>\
                </table:table-cell></table:table-row>";
    let wide = |cell: &str, row: &str| {
        format!(
            "<table:table table:name=\"a\">{head}<table:table-row {row}><table:table-cell {cell} \
             office:value-type=\"string\"><text:p>{}</text:p></table:table-cell></table:table-row>\
             </table:table>",
            "x".repeat(30_000)
        )
    };
    for (cell, row) in [
        ("table:number-columns-repeated=\"4000000000\"", ""),
        ("table:number-columns-repeated=\"4000\"", ""),
        ("", "table:number-rows-repeated=\"1000000\""),
        ("table:number-columns-repeated=\"99999999999999999999\"", ""),
    ] {
        let dataset = open(&[ods(folder.path(), &wide(cell, row))]);
        let result = dataset.and_then(|dataset| read(&dataset.tables[0]).map(drop));
        assert!(result.is_err(), "{cell} {row}");
    }
    let plain = wide("", "table:number-rows-repeated=\"3\"");
    assert_eq!(rows(&open(&[ods(folder.path(), &plain)]).unwrap().tables[0]).len(), 3);
}

#[test]
fn what_cannot_be_read_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let shell = |stream: &str| {
        let mut bytes = vec![0; 512];
        bytes[..8].copy_from_slice(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
        bytes[30] = 9;
        bytes[48] = 1;
        bytes.resize(1_024, 0);
        bytes.extend("Root Entry".encode_utf16().flat_map(u16::to_le_bytes));
        bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
        file(folder.path(), "old.xls", bytes)
    };
    assert!(reason(open(&[shell("EncryptedPackage")])).contains("protected by a password"));
    assert!(reason(open(&[shell("Workbook")])).contains("the old .xls form"));
    assert!(reason(open(&[shell("WordDocument")])).contains("an old office program"));
    let types: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
    let binary = zip(folder.path(), "a.xlsb", &[types, ("xl/workbook.bin", b"")]);
    assert!(reason(open(&[binary])).contains("binary workbook"));
    let letter = zip(folder.path(), "a.docx", &[types, ("word/document.xml", b"")]);
    assert!(reason(open(&[letter])).contains("no spreadsheet"));
    let kind: (&str, &[u8]) = ("mimetype", b"application/vnd.oasis.opendocument.text");
    let letter = zip(folder.path(), "a.odt", &[kind, ("content.xml", b"<a/>")]);
    assert!(reason(open(&[letter])).contains("no spreadsheet"));
    let kind: (&str, &[u8]) = ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet");
    let manifest: (&str, &[u8]) = ("META-INF/manifest.xml", b"<m><manifest:encryption-data/></m>");
    let locked = zip(folder.path(), "a.ods", &[kind, ("content.xml", b"junk"), manifest]);
    assert!(reason(open(&[locked])).contains("protected by a password"));
    let broken = zip(folder.path(), "b.ods", &[kind, ("content.xml", b"<a><b></a>")]);
    assert!(matches!(open(&[broken]), Err(FormatError::Damaged { .. })));
    let empty = zip(folder.path(), "b.xlsx", &[types, ("xl/workbook.xml", b"<workbook/>")]);
    assert!(matches!(open(&[empty]), Err(FormatError::Damaged { .. })));
}

#[test]
fn a_workbook_that_is_cut_off_or_changed_is_damaged_and_never_half_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = xlsx(folder.path(), "a.xlsx", |workbook| {
        let sheet = workbook.add_worksheet();
        text_row(sheet, 0, &["occurrenceID", "scientificName"]);
        (1..200).for_each(|row| text_row(sheet, row, &[&row.to_string(), "Ardea alba"]));
    });
    let whole = std::fs::read(&path).unwrap();
    for end in (4..whole.len() - 1).step_by(97) {
        let cut = file(folder.path(), "cut.xlsx", &whole[..end]);
        assert!(open(&[cut]).is_err(), "{end}");
    }
    for at in (0..whole.len()).step_by(61) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        let changed = file(folder.path(), "changed.xlsx", changed);
        let Ok(dataset) = open(&[changed]) else { continue };
        let Ok(all) = read(&dataset.tables[0]) else { continue };
        assert_eq!(all.len(), 199, "{at}");
    }
}

#[test]
fn sizes_that_are_not_true_and_too_many_texts_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = xlsx(folder.path(), "a.xlsx", |workbook| {
        text_row(workbook.add_worksheet(), 0, &["occurrenceID", "scientificName"]);
    });
    let limits = Limits { held_bytes: 1_000, ..Limits::default() };
    let error = open_within(&path, &limits).unwrap_err();
    assert!(matches!(error, FormatError::TooLarge { .. }), "{error}");
    let lying: Vec<_> = unpacked(&path)
        .into_iter()
        .map(|(name, bytes)| {
            let mut member = raw_zip::member(&name, bytes);
            if name == "xl/sharedStrings.xml" {
                member.stated_size = Some(10);
            }
            member
        })
        .collect();
    let path = raw_zip::write(folder.path(), &lying);
    assert!(matches!(open(&[path]), Err(FormatError::Damaged { .. })));
}

#[test]
fn cells_that_are_out_of_order_or_out_of_the_sheet_are_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = xlsx(folder.path(), "a.xlsx", |workbook| {
        let sheet = workbook.add_worksheet();
        text_row(sheet, 0, &["occurrenceID", "scientificName"]);
        sheet.write_number(1, 0, 5).unwrap();
    });
    let members = unpacked(&path);
    for place in ["A5000000", "ZZZ2", "A4294967295"] {
        let changed: Vec<(String, Vec<u8>)> = members
            .iter()
            .map(|(name, bytes)| {
                let text =
                    String::from_utf8_lossy(bytes).replace("r=\"A2\"", &format!("r=\"{place}\""));
                (name.clone(), text.into_bytes())
            })
            .collect();
        let changed: Vec<(&str, &[u8])> =
            changed.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let path = zip(folder.path(), "b.xlsx", &changed);
        let result = open(&[path]).and_then(|dataset| read(&dataset.tables[0]).map(drop));
        assert!(result.is_err(), "{place}");
    }
}

fn unpacked(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut member = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut member, &mut bytes).unwrap();
            (member.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn ods(folder: &Path, sheets: &str) -> PathBuf {
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-content \
         xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\" xmlns:style=\"s\">\
         <office:automatic-styles><style:style style:name=\"ta2\" style:family=\"table\">\
         <style:table-properties table:display=\"false\"/></style:style></office:automatic-styles>\
         <office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body>\
         </office:document-content>"
    );
    let members: [(&str, &[u8]); 2] = [
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
    ];
    zip(folder, "a.ods", &members)
}

const SHEETS: &str = r##"
<table:table table:name="Records &amp; more" table:style-name="ta1">
 <table:table-column/>
 <table:table-row><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
 <table:table-header-rows><table:table-row>
  <table:table-cell office:value-type="string"><text:p>occurrenceID</text:p></table:table-cell>
  <table:table-cell office:value-type="string"><text:p>scientificName</text:p></table:table-cell>
  <table:table-cell office:value-type="string"><text:p>eventDate</text:p></table:table-cell>
  <table:table-cell office:value-type="string"><text:p>value</text:p></table:table-cell>
  <table:table-cell table:number-columns-repeated="1020"/>
 </table:table-row></table:table-header-rows>
 <table:table-row>
  <table:table-cell office:value-type="float" office:value="1"><text:p>1.00</text:p></table:table-cell>
  <table:table-cell office:value-type="string"><office:annotation><text:p>a remark</text:p></office:annotation><text:p>Ardea <text:s/><text:span>alba</text:span></text:p><text:p>second</text:p></table:table-cell>
  <table:table-cell office:value-type="date" office:date-value="2021-05-14"><text:p>14.05.21</text:p></table:table-cell>
  <table:table-cell office:value-type="float" office:value="52.1"><text:p>52,1</text:p></table:table-cell>
 </table:table-row>
 <table:table-row table:number-rows-repeated="2">
  <table:table-cell office:value-type="float" office:value="2"><text:p>2</text:p></table:table-cell>
  <table:table-cell/>
  <table:table-cell office:value-type="time" office:time-value="PT06H30M00S"><text:p>06:30</text:p></table:table-cell>
  <table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>WAHR</text:p></table:table-cell>
 </table:table-row>
 <table:table-row table:number-rows-repeated="999"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>
 <table:table-row>
  <table:table-cell office:value-type="string" table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell>
  <table:table-cell office:value-type="date" office:date-value="2021-05-14T06:30:00.000000000"><text:p>x</text:p></table:table-cell>
  <table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value=""><text:p>#N/A</text:p></table:table-cell>
 </table:table-row>
 <table:table-row table:number-rows-repeated="1047570"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>
</table:table>
<table:table table:name="Empty"><table:table-row><table:table-cell/></table:table-row></table:table>
<table:table table:name="Events" table:style-name="ta2">
 <table:table-row>
  <table:table-cell office:value-type="string"><text:p>eventID</text:p></table:table-cell>
  <table:table-cell office:value-type="string"><text:p>eventDate</text:p></table:table-cell>
 </table:table-row>
 <table:table-row>
  <table:table-cell office:value-type="string" table:number-columns-spanned="1" table:number-rows-spanned="2"><text:p>e1</text:p></table:table-cell>
  <table:table-cell office:value-type="date" office:date-value="2021-05-14"/>
 </table:table-row>
 <table:table-row><table:covered-table-cell office:value-type="string"><text:p>hidden</text:p></table:covered-table-cell></table:table-row>
</table:table>
"##;
