//! Finished tables in other containers, read back by what reads them elsewhere.

use std::io::{Cursor, Read};
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use reedbed_formats::container::{
    ContainerError, Finished, GeoWritten, write_geoparquet, write_neutral_csv, write_parquet,
    write_workbook,
};
use reedbed_formats::table::{Dialect, Terminator};

use crate::support::{file, open, rows};

const COMMAS: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), terminator: Terminator::Lf };
const TABS: Dialect = Dialect { delimiter: b'\t', quote: None, terminator: Terminator::CrLf };

fn finished<'a>(name: &str, dialect: Dialect, text: &'a str) -> Finished<'a> {
    Finished::new(name, dialect, move || {
        Ok(Box::new(Cursor::new(text.as_bytes().to_vec())) as Box<dyn Read + Send>)
    })
}

const RECORDS: &str = "occurrenceID,scientificName,eventDate,count,decimalLatitude,decimalLongitude,remarks,empty\n\
    007,Ardea alba,2021-05-14,3,52.1,4.5,\"=HYPERLINK(\"\"x\"\")\",\n\
    2,\"Botaurus, stellaris\",2021-05-15,,52.25,-4.5,-1+1,\n\
    3,Ixobrychus minutus,,10,,,two\u{a0}words,\n";

fn written(folder: &Path, name: &str, write: impl FnOnce(&mut Vec<u8>)) -> std::path::PathBuf {
    let mut bytes = Vec::new();
    write(&mut bytes);
    file(folder, name, bytes)
}

fn expected(text: &str) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    rows(&open(&[file(folder.path(), "t.csv", text)]).unwrap().tables[0])
}

#[test]
fn a_workbook_reads_back_as_it_was_and_is_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let measured = "occurrenceID\tmeasurementType\tmeasurementValue\r\n007\tlength\t12.50\r\n";
    let tables =
        [finished("occurrence", COMMAS, RECORDS), finished("length: [mm]", TABS, measured)];
    let path = written(folder.path(), "a", |out| write_workbook(&tables, out).unwrap());
    let again = written(folder.path(), "b", |out| write_workbook(&tables, out).unwrap());
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(again).unwrap());
    let dataset = open(std::slice::from_ref(&path)).unwrap();
    // The last column is empty but for its heading.
    assert_eq!(rows(&dataset.tables[0]), expected(RECORDS));
    assert_eq!(rows(&dataset.tables[1]), [["007", "length", "12.50"]]);
    assert_eq!(dataset.tables[1].name, "a[length_ _mm_]");
    let mut workbook: Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let cells = workbook.worksheet_range("occurrence").unwrap();
    let cell = |row, column| cells.get((row, column)).cloned().unwrap();
    assert_eq!(cell(1, 0), Data::String("007".to_owned()));
    assert_eq!(cell(2, 0), Data::Float(2.0));
    assert_eq!(cell(1, 2), Data::String("2021-05-14".to_owned()));
    assert_eq!(cell(2, 5), Data::Float(-4.5));
}

#[test]
fn no_cell_of_a_workbook_is_a_formula() {
    let folder = tempfile::tempdir().unwrap();
    let text = "a,b,c,d,e,f\n=1+1,+1+1,-1+1,@SUM(A1),\"\t=1\",\"\r=1\"\n";
    let table = [finished("t", COMMAS, text)];
    let path = written(folder.path(), "a.xlsx", |out| write_workbook(&table, out).unwrap());
    let mut archive = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let sheet = part("xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f"), "{sheet}");
    assert_eq!(sheet.matches("t=\"inlineStr\"").count(), 12, "{sheet}");
    assert!(part("xl/styles.xml").contains("quotePrefix=\"1\""));
    let mut workbook: Xlsx<_> = calamine::open_workbook(&path).unwrap();
    assert!(workbook.worksheet_formula("t").unwrap().is_empty());
    let cells = workbook.worksheet_range("t").unwrap();
    assert_eq!(cells.get((1, 5)), Some(&Data::String("\r=1".to_owned())));
}

#[test]
fn what_does_not_fit_into_a_workbook_is_an_error() {
    let long = format!("a\n{}\n", "x".repeat(32_768));
    let fits = format!("a\n{}\n", "x".repeat(32_767));
    let wide = format!("{}\n", vec!["a"; 16_385].join(","));
    let high = format!("a\n{}", "1\n".repeat(1 << 20));
    for (text, what) in [(&long, "characters"), (&wide, "columns"), (&high, "rows")] {
        let error = write_workbook(&[finished("t", COMMAS, text)], Vec::new()).unwrap_err();
        assert!(matches!(error, ContainerError::TooLarge { .. }), "{error}");
        assert!(error.to_string().contains(what), "{error}");
    }
    write_workbook(&[finished("t", COMMAS, &fits)], Vec::new()).unwrap();
    let error = write_workbook(&[finished("t", COMMAS, "a,b\n1,2,3\n")], Vec::new()).unwrap_err();
    assert!(error.to_string().starts_with("line 2 of `t` cannot be used"), "{error}");
}

#[test]
fn a_parquet_file_has_types_and_reads_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let table = finished("t", COMMAS, RECORDS);
    let path = written(folder.path(), "a", |out| write_parquet(&table, out).unwrap());
    assert_eq!(rows(&open(std::slice::from_ref(&path)).unwrap().tables[0]), expected(RECORDS));
    let file = std::fs::File::open(&path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let fields = reader.schema().fields().iter();
    let types: Vec<String> = fields.map(|field| field.data_type().to_string()).collect();
    let expected = ["Utf8", "Utf8", "Date32", "Int64", "Float64", "Float64", "Utf8", "Utf8"];
    assert_eq!(types, expected);
    let packing = reader.metadata().row_group(0).column(0).compression();
    assert!(packing.to_string().starts_with("ZSTD"), "{packing}");
}

#[test]
fn moments_read_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let text = "eventID,local,universal,offset,flag\n\
                a,2021-05-14T06:30:00,2021-05-14T06:30:00.25Z,2021-05-14T06:30:00+02:00,true\n";
    let table = finished("t", COMMAS, text);
    let path = written(folder.path(), "a", |out| write_parquet(&table, out).unwrap());
    assert_eq!(rows(&open(std::slice::from_ref(&path)).unwrap().tables[0]), expected(text));
    let file = std::fs::File::open(&path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let fields = reader.schema().fields().iter();
    let types: Vec<String> = fields.map(|field| field.data_type().to_string()).collect();
    assert!(types[1].starts_with("Timestamp(µs") && !types[1].contains("UTC"), "{types:?}");
    assert!(types[2].contains("UTC"), "{types:?}");
    assert_eq!(types[3..], ["Utf8", "Boolean"]);
}

#[test]
fn row_groups_are_bounded() {
    let text = format!("eventID,n\n{}", "event,1\n".repeat(300_000));
    let mut bytes = Vec::new();
    write_parquet(&finished("t", COMMAS, &text), &mut bytes).unwrap();
    let bytes = parquet_bytes(bytes);
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
    let groups: Vec<i64> = reader.metadata().row_groups().iter().map(|g| g.num_rows()).collect();
    assert_eq!(groups, [131_072, 131_072, 37_856]);
}

fn parquet_bytes(bytes: Vec<u8>) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, &bytes).unwrap();
    file
}

#[test]
fn places_become_a_geometry() {
    let folder = tempfile::tempdir().unwrap();
    let text = "occurrenceID,decimalLatitude,decimalLongitude,geodeticDatum,footprintWKT\n\
                1,52.1,4.5,WGS84,\n\
                2,52.1,4.5,EPSG:4326,\"POLYGON ((4 52, 5 52, 5 53, 4 52))\"\n\
                3,52.1,4.5,ED50,\n\
                4,,,,\n\
                5,95,4.5,,\n";
    let table = finished("t", COMMAS, text);
    let mut told = GeoWritten::default();
    let path = written(folder.path(), "a.parquet", |out| {
        told = write_geoparquet(&table, out).unwrap();
    });
    assert_eq!(told, GeoWritten { rows: 5, placed: 2 });
    let file = std::fs::File::open(&path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let pairs = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let geo = pairs.iter().find(|pair| pair.key == "geo").unwrap().value.as_deref().unwrap();
    let geo: serde_json::Value = serde_json::from_str(geo).unwrap();
    let expected = serde_json::json!({
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": { "geometry": {
            "encoding": "WKB",
            "geometry_types": ["Point", "Polygon"],
            "bbox": [4.0, 52.0, 5.0, 53.0],
        } },
    });
    assert_eq!(geo, expected);
    let batch = reader.build().unwrap().next().unwrap().unwrap();
    let geometries = batch.column_by_name("geometry").unwrap();
    assert_eq!(geometries.null_count(), 3);
    let error = write_geoparquet(&finished("t", COMMAS, "a\n1\n"), Vec::new()).unwrap_err();
    assert!(matches!(error, ContainerError::NoPlaces { .. }));
}

#[test]
fn a_geoparquet_file_reads_back_with_its_places() {
    let folder = tempfile::tempdir().unwrap();
    let text = "occurrenceID,geometry,footprintWKT\n1,x,POINT (4.5 52.1)\n2,y,\n";
    let table = finished("t", COMMAS, text);
    let path = written(folder.path(), "a.parquet", |out| {
        assert_eq!(write_geoparquet(&table, out).unwrap().placed, 1);
    });
    let dataset = open(&[path]).unwrap();
    let headings: Vec<_> = dataset.tables[0].columns.iter().map(|c| c.heading.as_str()).collect();
    assert_eq!(
        headings,
        ["occurrenceID", "geometry", "footprintWKT", "decimalLatitude", "decimalLongitude"]
    );
    let expected = [["1", "x", "POINT (4.5 52.1)", "52.1", "4.5"], ["2", "y", "", "", ""]];
    assert_eq!(rows(&dataset.tables[0]), expected);
}

#[test]
fn csv_for_spreadsheets_has_no_formulas_and_the_same_numbers() {
    let neutral = |dialect, text: &str| {
        let mut out = Vec::new();
        let changed = write_neutral_csv(&finished("t", dialect, text), &mut out).unwrap();
        (changed, String::from_utf8(out).unwrap())
    };
    let text = "a,=b,c\n-4.5,\"=1,\"\"2\"\"\",@x\n\"-1\",+49 30,plain\n";
    let expected = "a,'=b,c\n-4.5,\"'=1,\"\"2\"\"\",'@x\n\"-1\",'+49 30,plain\n";
    assert_eq!(neutral(COMMAS, text), (4, expected.to_owned()));
    assert_eq!(neutral(TABS, "a\tb\r\n=1\t\"=2\r\n"), (1, "a\tb\r\n'=1\t\"=2\r\n".to_owned()));
    let untouched = "a,b\n\"1\", 2 \n\n3\n";
    assert_eq!(neutral(COMMAS, untouched), (0, untouched.replace("\n\n", "\n")));
}
