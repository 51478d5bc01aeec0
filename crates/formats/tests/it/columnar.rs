//! Parquet and GeoParquet files: values of every type, geometry, and files that are none.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, FixedSizeBinaryArray,
    Float32Array, Float64Array, Int64Array, RecordBatch, StringArray, StructArray,
    Time64MicrosecondArray, TimestampMicrosecondArray, TimestampMillisecondArray, UInt64Array,
};
use arrow_schema::{DataType, Field};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use reedbed_formats::dataset::Dataset;
use reedbed_formats::error::FormatError;
use reedbed_formats::limits::Limits;

use crate::support::{file, open, open_within, read, rows};

fn write(
    folder: &Path,
    columns: Vec<(&str, ArrayRef)>,
    geo: Option<&str>,
    packing: Compression,
) -> PathBuf {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .unwrap();
    let pairs = geo.map(|geo| vec![KeyValue::new("geo".to_owned(), geo.to_owned())]);
    let properties =
        WriterProperties::builder().set_compression(packing).set_key_value_metadata(pairs).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file(folder, "a.parquet", bytes)
}

fn columns(dataset: &Dataset) -> Vec<&str> {
    dataset.tables[0].columns.iter().map(|column| column.heading.as_str()).collect()
}

fn names() -> (&'static str, ArrayRef) {
    ("scientificName", Arc::new(StringArray::from(vec![Some("Ardea alba"), None])))
}

#[test]
fn values_of_every_type_become_plain_text() {
    let folder = tempfile::tempdir().unwrap();
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("a"), Some("b, c")]);
    lists.append_null();
    let structure = StructArray::from(vec![
        (
            Arc::new(Field::new("n", DataType::Int64, true)),
            Arc::new(Int64Array::from(vec![Some(1), None])) as ArrayRef,
        ),
        (
            Arc::new(Field::new("t", DataType::Utf8, true)),
            Arc::new(StringArray::from(vec![Some("x\"y"), None])) as ArrayRef,
        ),
    ]);
    let micros = 1_620_973_800_000_000;
    let decimals = Decimal128Array::from(vec![Some(12_345), None]);
    let cells: Vec<(&str, ArrayRef, &str)> = vec![
        ("whole", Arc::new(Int64Array::from(vec![Some(-5), None])), "-5"),
        ("large", Arc::new(UInt64Array::from(vec![Some(u64::MAX), None])), "18446744073709551615"),
        ("single", Arc::new(Float32Array::from(vec![Some(52.1), None])), "52.1"),
        ("double", Arc::new(Float64Array::from(vec![Some(3.0), None])), "3"),
        ("exact", Arc::new(decimals.with_precision_and_scale(10, 2).unwrap()), "123.45"),
        ("bool", Arc::new(BooleanArray::from(vec![Some(true), None])), "true"),
        ("day", Arc::new(Date32Array::from(vec![Some(18_761), None])), "2021-05-14"),
        (
            "local",
            Arc::new(TimestampMicrosecondArray::from(vec![Some(micros), None])),
            "2021-05-14T06:30:00",
        ),
        (
            "universal",
            Arc::new(
                TimestampMillisecondArray::from(vec![Some(micros / 1_000 + 250), None])
                    .with_timezone("Europe/Berlin"),
            ),
            "2021-05-14T06:30:00.25Z",
        ),
        (
            "time",
            Arc::new(Time64MicrosecondArray::from(vec![Some(23_400_000_000), None])),
            "06:30:00",
        ),
        ("list", Arc::new(lists.finish()), "a | b, c"),
        ("structure", Arc::new(structure), "{\"n\":1,\"t\":\"x\\\"y\"}"),
    ];
    for packing in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(parquet::basic::GzipLevel::default()),
        Compression::LZ4_RAW,
        Compression::ZSTD(parquet::basic::ZstdLevel::default()),
    ] {
        let all = std::iter::once(names())
            .chain(cells.iter().map(|(name, array, _)| (*name, Arc::clone(array))))
            .collect();
        let dataset = open(&[write(folder.path(), all, None, packing)]).unwrap();
        let read = rows(&dataset.tables[0]);
        let expected: Vec<&str> =
            std::iter::once("Ardea alba").chain(cells.iter().map(|cell| cell.2)).collect();
        assert_eq!(read[0], expected, "{packing}");
        // A structure of missing values is not a missing structure.
        assert_eq!(read[1][..12].concat(), "");
        assert_eq!(read[1][12], "{\"n\":null,\"t\":null}");
    }
}

#[test]
fn rows_are_numbered_and_empty_ones_are_rows() {
    let folder = tempfile::tempdir().unwrap();
    let many: ArrayRef =
        Arc::new(StringArray::from_iter((0..5_000).map(|n| (n % 2 == 0).then_some("a\nb"))));
    let path = write(folder.path(), vec![("eventID", many)], None, Compression::SNAPPY);
    let all = read(&open(&[path]).unwrap().tables[0]).unwrap();
    assert_eq!(all.len(), 5_000);
    assert!(all.iter().zip(2..).all(|(row, line)| row.line == line));
}

#[test]
fn bytes_are_left_aside_but_for_uuids() {
    let folder = tempfile::tempdir().unwrap();
    let bytes: ArrayRef = Arc::new(BinaryArray::from_opt_vec(vec![Some(b"x"), None]));
    let id: Vec<u8> = (0..16).collect();
    let ids =
        FixedSizeBinaryArray::try_from_sparse_iter_with_size([Some(id), None].into_iter(), 16);
    let all = vec![names(), ("photo", bytes), ("id", Arc::new(ids.unwrap()) as ArrayRef)];
    let dataset = open(&[write(folder.path(), all, None, Compression::SNAPPY)]).unwrap();
    // Without the mark of a UUID sixteen bytes are any bytes.
    assert_eq!(columns(&dataset), ["scientificName"]);
    let notes: Vec<_> = dataset.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(
        notes,
        [
            "its column `photo` cannot be written as text and was left aside",
            "its column `id` cannot be written as text and was left aside"
        ]
    );
}

#[test]
fn points_become_latitude_and_longitude() {
    let folder = tempfile::tempdir().unwrap();
    for geo in [geo("\"Point\"", ""), geo("", "")] {
        let dataset = open(&[write(
            folder.path(),
            with(vec![Some(point(4.5, 52.1)), None]),
            Some(&geo),
            Compression::SNAPPY,
        )])
        .unwrap();
        assert_eq!(columns(&dataset), ["scientificName", "decimalLatitude", "decimalLongitude"]);
        assert_eq!(rows(&dataset.tables[0]), [["Ardea alba", "52.1", "4.5"], ["", "", ""]]);
        assert!(dataset.notes.is_empty());
    }
}

#[test]
fn heights_of_points_are_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let mut high = point(4.5, 52.1);
    high[2] = 3;
    high[1] = 0xe9;
    high.extend(7.0_f64.to_le_bytes());
    for kinds in ["\"Point Z\"", ""] {
        let all = with(vec![Some(high.clone()), None]);
        let path = write(folder.path(), all, Some(&geo(kinds, "")), Compression::SNAPPY);
        let dataset = open(&[path]).unwrap();
        assert_eq!(rows(&dataset.tables[0])[0], ["Ardea alba", "52.1", "4.5"]);
        assert_eq!(dataset.notes[0].text, "its points have heights, which were left aside");
    }
}

#[test]
fn other_shapes_become_a_footprint() {
    let folder = tempfile::tempdir().unwrap();
    let line = [1_u8, 2, 0, 0, 0, 2, 0, 0, 0].to_vec();
    let line: Vec<u8> = line
        .into_iter()
        .chain([4.5_f64, 52.1, 4.75, 52.25].into_iter().flat_map(f64::to_le_bytes))
        .collect();
    let both = || with(vec![Some(line.clone()), Some(point(1.0, 2.0))]);
    let path = write(folder.path(), both(), Some(&geo("", "")), Compression::SNAPPY);
    let dataset = open(&[path]).unwrap();
    assert_eq!(columns(&dataset), ["scientificName", "footprintWKT"]);
    let found = rows(&dataset.tables[0]);
    assert_eq!([&found[0][1], &found[1][1]], ["LINESTRING (4.5 52.1, 4.75 52.25)", "POINT (1 2)"]);
    // Said to be points, and not all are.
    let path = write(folder.path(), both(), Some(&geo("\"Point\"", "")), Compression::SNAPPY);
    let error = open(&[path]).and_then(|dataset| read(&dataset.tables[0]).map(drop)).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "`geom` in row 1: a geometry is no point, though all are said to be");
}

#[test]
fn another_reference_system_is_never_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let crs = |kind: &str, id: &str| format!(",\"crs\":{{\"type\":\"{kind}\",\"name\":\"N\"{id}}}");
    let id = |code: u32| format!(",\"id\":{{\"authority\":\"EPSG\",\"code\":{code}}}");
    let read = |crs: &str, place: [f64; 2]| {
        let all = with(vec![Some(point(place[0], place[1])), None]);
        let path = write(folder.path(), all, Some(&geo("\"Point\"", crs)), Compression::SNAPPY);
        open(&[path]).map(|dataset| {
            let found = rows(&dataset.tables[0]).remove(0);
            columns(&dataset).into_iter().map(str::to_owned).zip(found).skip(1).collect::<Vec<_>>()
        })
    };
    let pairs = |all: &[(&str, &str)]| {
        all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>()
    };
    let plain = pairs(&[("decimalLatitude", "52.1"), ("decimalLongitude", "4.5")]);
    let degrees = [4.5, 52.1];
    assert_eq!(read(&crs("GeographicCRS", &id(4326)), degrees).unwrap(), plain);
    let with_datum = |datum| [plain.clone(), pairs(&[("geodeticDatum", datum)])].concat();
    assert_eq!(read(&crs("GeographicCRS", &id(4258)), degrees).unwrap(), with_datum("EPSG:4258"));
    assert_eq!(read(",\"crs\":null", degrees).unwrap(), with_datum("unknown"));
    assert_eq!(
        read(&crs("ProjectedCRS", &id(3035)), [3_962_799.5, 3_210_000.0]).unwrap(),
        pairs(&[
            ("verbatimLatitude", "3210000"),
            ("verbatimLongitude", "3962799.5"),
            ("verbatimSRS", "EPSG:3035")
        ])
    );
    let line = [1_u8, 2, 0, 0, 0, 0, 0, 0, 0].to_vec();
    let plane = geo("", &crs("ProjectedCRS", &id(3035)));
    let path =
        write(folder.path(), with(vec![Some(line), None]), Some(&plane), Compression::SNAPPY);
    assert!(open(&[path]).unwrap_err().to_string().contains("convert them to EPSG:4326"));
    for crs in [crs("ProjectedCRS", ""), crs("CompoundCRS", &id(7415))] {
        assert!(matches!(read(&crs, degrees), Err(FormatError::Unsupported { .. })), "{crs}");
    }
}

#[test]
fn coordinates_that_are_there_already_are_not_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let text = || Arc::new(StringArray::from(vec!["1", "2"])) as ArrayRef;
    let cover = r#","covering":{"bbox":{"xmin":["bbox","xmin"],"ymin":["bbox","ymin"]}}"#;
    let geo = geo("\"Point\"", cover);
    let points = || with(vec![Some(point(4.5, 52.1)), None]);
    let all = [points(), vec![("latitude", text()), ("bbox", text())]].concat();
    let dataset = open(&[write(folder.path(), all, Some(&geo), Compression::SNAPPY)]).unwrap();
    assert_eq!(columns(&dataset), ["scientificName", "footprintWKT", "latitude"]);
    assert_eq!(dataset.notes[0].text, "its column `bbox` repeats its geometry and was left aside");
    let all = [points(), vec![("decimalLatitude", text()), ("footprintWKT", text())]].concat();
    let dataset = open(&[write(folder.path(), all, Some(&geo), Compression::SNAPPY)]).unwrap();
    assert_eq!(columns(&dataset), ["scientificName", "decimalLatitude", "footprintWKT"]);
    assert!(dataset.notes[0].text.contains("`geom` cannot be written"));
}

#[test]
fn files_that_are_cut_off_changed_or_encrypted_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let many: ArrayRef =
        Arc::new(StringArray::from_iter_values((0..500).map(|n| format!("text {n}"))));
    let path = write(folder.path(), vec![("eventID", many)], None, Compression::SNAPPY);
    let whole = std::fs::read(&path).unwrap();
    let reads = |bytes: &[u8]| {
        let path = file(folder.path(), "b.parquet", bytes);
        open(&[path]).and_then(|dataset| read(&dataset.tables[0]))
    };
    assert_eq!(reads(&whole).unwrap().len(), 500);
    for end in (4..whole.len()).step_by(89) {
        assert!(reads(&whole[..end]).is_err(), "{end}");
    }
    for at in (0..whole.len()).step_by(37) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        // Whatever comes of it, the program goes on.
        drop(reads(&changed));
    }
    let mut locked = whole.clone();
    locked.truncate(whole.len() - 4);
    locked.extend(b"PARE");
    assert!(reads(&locked).unwrap_err().to_string().contains("encrypted"));
    assert!(reads(b"PARE rest").unwrap_err().to_string().contains("damaged"));
    // The number of Brotli in the place of that of Snappy.
    let at = find(&whole, b"eventID\x15\x02\x16") + 8;
    let mut rare = whole.clone();
    rare[at] = 8;
    assert!(reads(&rare).unwrap_err().to_string().contains("packed with Brotli"));
    let limits = Limits { held_bytes: 100, ..Limits::default() };
    assert!(matches!(open_within(&path, &limits), Err(FormatError::TooLarge { .. })));
}

#[test]
fn columns_in_columns_in_columns_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut array: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    for _ in 0..40 {
        let field = Arc::new(Field::new("a", array.data_type().clone(), true));
        array = Arc::new(StructArray::from(vec![(field, array)]));
    }
    let path = write(folder.path(), vec![("deep", array)], None, Compression::SNAPPY);
    assert!(open(std::slice::from_ref(&path)).is_ok());
    let limits = Limits { depth: 30, ..Limits::default() };
    let error = open_within(&path, &limits).unwrap_err().to_string();
    assert!(error.contains("nested too deeply"), "{error}");
    // A description of a million levels, which calls for a million frames of a stack.
    let mut footer = vec![0x15, 2, 0x19, 0xfc, 0xc0, 0x84, 0x3d];
    footer.extend([0x48, 1, b'a', 0x15, 2, 0].repeat(1_000_000));
    let mut bytes = b"PAR1".to_vec();
    bytes.extend(&footer);
    bytes.push(0);
    bytes.extend((footer.len() as u32 + 1).to_le_bytes());
    bytes.extend(b"PAR1");
    let error = open(&[file(folder.path(), "deep", bytes)]).unwrap_err().to_string();
    assert!(error.contains("nested too deeply"), "{error}");
}

fn find(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).unwrap()
}

fn with(geometries: Vec<Option<Vec<u8>>>) -> Vec<(&'static str, ArrayRef)> {
    let geometries: BinaryArray = geometries.iter().map(Option::as_deref).collect();
    vec![names(), ("geom", Arc::new(geometries))]
}

fn point(x: f64, y: f64) -> Vec<u8> {
    [1, 1, 0, 0, 0].into_iter().chain([x, y].into_iter().flat_map(f64::to_le_bytes)).collect()
}

fn geo(kinds: &str, more: &str) -> String {
    format!(
        "{{\"version\":\"1.1.0\",\"primary_column\":\"geom\",\"columns\":{{\"geom\":\
         {{\"encoding\":\"WKB\",\"geometry_types\":[{kinds}]{more}}}}}}}"
    )
}

#[test]
fn a_uuid_is_written_as_one() {
    use parquet::arrow::arrow_writer::ArrowWriterOptions;
    use parquet::schema::{parser::parse_message_type, types::SchemaDescriptor};
    let folder = tempfile::tempdir().unwrap();
    let message = "message m { optional fixed_len_byte_array(16) occurrenceID (UUID); }";
    let schema = SchemaDescriptor::new(Arc::new(parse_message_type(message).unwrap()));
    let id: Vec<u8> = (0..16).collect();
    let ids =
        FixedSizeBinaryArray::try_from_sparse_iter_with_size([Some(id), None].into_iter(), 16);
    let ids: ArrayRef = Arc::new(ids.unwrap());
    let batch = RecordBatch::try_from_iter_with_nullable([("occurrenceID", ids, true)]).unwrap();
    let options = ArrowWriterOptions::new().with_parquet_schema(schema);
    let mut bytes = Vec::new();
    let mut writer =
        ArrowWriter::try_new_with_options(&mut bytes, batch.schema(), options).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let dataset = open(&[file(folder.path(), "a.parquet", bytes)]).unwrap();
    let expected = [["00010203-0405-0607-0809-0a0b0c0d0e0f"], [""]];
    assert_eq!(rows(&dataset.tables[0]), expected);
}
