//! What `cargo xtask bench vault` cannot ask of the executable.
//!
//! - `measure_vault write TABLE SEALED PLAIN` writes a tab-separated table without quotes as a level
//!   file, and the same batches as Parquet without keys; prints how many rows.
//! - `measure_vault read sealed|plain FILE TABLE ROWS` reads all columns of one of them.
//! - `measure_vault seal MIB RUNS` seals so many bytes into memory; prints MB/s, one run a line.
//! - `measure_vault book VAULT EVENTS` writes so many events into the new ledger of a vault, over ten
//!   years at most: the executable would read all of them again for each.
//! - `measure_vault files FOLDER` reads all files of a folder once.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench stops where something is wrong, and prints what it found"
)]

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use rand_core::{TryCryptoRng, TryRng};
use reedbed_ledger::disk::{Disk, Folder, Source};
use reedbed_ledger::entry::{Count, Entry, Kind, Precision, Purpose};
use reedbed_ledger::hash::Hash;
use reedbed_ledger::log::Log;
use reedbed_ledger::note::Signer;
use reedbed_ledger::opening::{Opening, Openings};
use reedbed_vault::book::{Decision, Deed, Founding, decide, hex};
use reedbed_vault::level::{self, FileKeys, Group, Writer};
use reedbed_vault::officer::Officer;
use reedbed_vault::people::Action;
use reedbed_vault::request::{Approved, Request};
use reedbed_vault::sealed;
use reedbed_vault::shares::Key;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["write", table, sealed, plain] => write(table, sealed, plain),
        ["read", kind, file, table, rows] => {
            let found = if *kind == "sealed" { read_sealed(file, table) } else { read_plain(file) };
            assert_eq!(found, rows.parse::<usize>().unwrap());
        }
        ["seal", mib, runs] => seal(mib.parse().unwrap(), runs.parse().unwrap()),
        ["book", vault, events] => book(Path::new(vault), events.parse().unwrap()),
        ["files", folder] => println!("bytes\t{}", read_files(Path::new(folder))),
        _ => println!(
            "usage: measure_vault write TABLE SEALED PLAIN | read sealed|plain FILE TABLE ROWS | \
             seal MIB RUNS | book VAULT EVENTS | files FOLDER"
        ),
    }
}

/// What the level file is bound to.
const NAME: &str = "bench/1/exact-0.parquet";
/// Rows that the writer of levels writes at once; the plain file gets the same.
const BATCH: usize = 8_192;

/// Keys that are none: what is measured does not depend on them.
fn keys() -> FileKeys {
    let groups = Group::ALL.into_iter().zip(1..).map(|(group, byte)| (group, Key::new([byte; 32])));
    FileKeys { footer: Key::new([9; 32]), groups: groups.collect() }
}

fn write(table: &str, sealed: &str, plain: &str) {
    let mut lines = BufReader::with_capacity(1 << 20, File::open(table).unwrap()).lines();
    let columns: Vec<String> =
        lines.next().unwrap().unwrap().split('\t').map(str::to_owned).collect();
    let fields: Vec<Field> =
        columns.iter().map(|column| Field::new(column, DataType::Utf8, true)).collect();
    let schema = Arc::new(Schema::new(fields));
    // INVARIANT: what `Writer` sets, but for the keys.
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::None)
        .build();
    let plain = File::create(plain).unwrap();
    let mut plain = ArrowWriter::try_new(plain, Arc::clone(&schema), Some(properties)).unwrap();
    let out = File::create(sealed).unwrap();
    let mut sealed = Writer::new(out, NAME, &columns, &keys(), InOrder(0)).unwrap();
    let mut total = 0;
    loop {
        let rows: Vec<Vec<Option<String>>> = lines
            .by_ref()
            .take(BATCH)
            .map(|line| {
                line.unwrap().split('\t').map(|c| (!c.is_empty()).then(|| c.to_owned())).collect()
            })
            .collect();
        if rows.is_empty() {
            break;
        }
        total += rows.len();
        let column = |at: usize| -> ArrayRef {
            let cells = rows.iter().map(|row| row.get(at).unwrap().as_deref());
            Arc::new(StringArray::from_iter(cells))
        };
        let arrays = (0..columns.len()).map(column).collect();
        plain.write(&RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap()).unwrap();
        rows.into_iter().for_each(|row| sealed.row(row).unwrap());
    }
    plain.close().unwrap();
    sealed.finish().unwrap();
    println!("rows\t{total}");
}

fn read_sealed(file: &str, table: &str) -> usize {
    let mut heading = String::new();
    BufReader::new(File::open(table).unwrap()).read_line(&mut heading).unwrap();
    let columns: Vec<String> = heading.trim_end().split('\t').map(str::to_owned).collect();
    let mut rows = 0;
    level::read(File::open(file).unwrap(), NAME, &columns, &keys(), |batch| {
        rows += batch.num_rows();
        Ok(())
    })
    .unwrap();
    rows
}

fn read_plain(file: &str) -> usize {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(file).unwrap()).unwrap();
    builder.build().unwrap().map(|batch| batch.unwrap().num_rows()).sum()
}

fn seal(mib: usize, runs: usize) {
    let recipient = sealed::recipient_of(&Key::new([7; 32])).unwrap();
    let piece: Vec<u8> =
        (0..1 << 20).map(|at: u32| at.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    for _ in 0..runs {
        // Room for the sealed bytes is made before the clock starts; zeros would not be touched.
        let mut out = vec![1; (mib + mib / 64 + 1) << 20];
        out.clear();
        let begun = Instant::now();
        let mut writer = sealed::writer(&mut out, &recipient).unwrap();
        for _ in 0..mib {
            writer.write_all(&piece).unwrap();
        }
        writer.finish().unwrap();
        let seconds = begun.elapsed().as_secs_f64();
        assert!(out.len() > mib << 20);
        println!("{:.0}", (mib << 20) as f64 / 1e6 / seconds);
    }
}

/// A folder whose files are not made safe one by one: a bench that breaks off is made anew.
#[derive(Debug)]
struct Hasty(Folder);

impl Source for Hasty {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        self.0.read(path)
    }
}

impl Disk for Hasty {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.write(path, bytes)
    }

    fn append(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.append(path, bytes)
    }

    fn sync(&self, _path: &str) -> io::Result<()> {
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn sync_folder(&self, _path: &str) -> io::Result<()> {
        Ok(())
    }

    fn create_folder(&self, path: &str) -> io::Result<()> {
        self.0.create_folder(path)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.0.remove(path)
    }

    fn list(&self, path: &str) -> io::Result<Vec<String>> {
        self.0.list(path)
    }
}

/// Writes events as the executable does: the text, the opening, the entry, and a head now and then.
fn book(vault: &Path, events: usize) {
    let disk = Folder::at(&vault.join("ledger/log")).unwrap();
    let secret = std::fs::read_to_string(vault.join("ledger/private/ledger.key")).unwrap();
    let mut log = Log::open(&disk, Signer::read(&secret).unwrap(), &[]).unwrap();
    assert_eq!(log.acknowledged(), 0, "the ledger is not new");
    let private = Hasty(Folder::at(&vault.join("ledger/private")).unwrap());
    let openings = Openings::on(&private).unwrap();
    for folder in ["events", "data", "keys"] {
        std::fs::create_dir(vault.join(folder)).unwrap();
    }
    let mut entries = Vec::new();
    let step = (TEN_YEARS / events as u64).min(3_600);
    let mut deeds = Deeds::new();
    for (number, at) in (0..events).zip((BEGUN..).step_by(usize::try_from(step).unwrap())) {
        let (kind, deed) = deeds.next(at);
        let text = deed.to_text(at);
        let digest = Hash::of(text.as_bytes()).to_hex();
        std::fs::write(vault.join("events").join(&digest), text).unwrap();
        let values = BTreeMap::from([
            ("recipient", "an event of the vault".to_owned()),
            ("package", digest),
        ]);
        let (opening, commitments) = Opening::commit(&values).unwrap();
        let entry = Entry {
            kind,
            // Nobody reads it here: the time of an event stands in its text.
            day: "2016-01-01".to_owned(),
            id: Entry::new_id().unwrap(),
            policy: Hash::of(b""),
            purpose: Purpose::Administration,
            precision: Precision::None,
            count: Count::None,
            commitments,
        };
        openings.keep(&entry, &opening).unwrap();
        entries.push(entry.to_bytes().unwrap());
        if entries.len() == 1_000 || number + 1 == events {
            log.append(std::mem::take(&mut entries)).unwrap();
        }
    }
    log.publish().unwrap();
    std::fs::write(vault.join("reedbed.toml"), "format = 1\n").unwrap();
    println!("entries\t{}", log.head().size);
}

/// What happens in a vault: it is founded, three officers come, rules, data; then one officer asks for a
/// copy, the other two approve, it is handed over, and so on.
struct Deeds {
    waiting: VecDeque<(Kind, Deed)>,
    officers: [Officer; 3],
    copies: u64,
}

impl Deeds {
    fn new() -> Self {
        let officers = ["ann", "ben", "cem"]
            .map(|name| Officer::generate(name, &format!("staff {name}")).unwrap());
        let [ann, ben, cem] = &officers;
        let mut last = cem.card().unwrap();
        ann.vouch(&mut last);
        ben.vouch(&mut last);
        let rules = [7; 32];
        let manifest = format!(
            "reedbed-dataset/v1\ndataset moor\nversion 1\nrules {}\nrows 100000\n",
            hex(&rules)
        );
        let waiting = VecDeque::from([
            (Kind::Policy, Deed::Found(Founding { delay: 0, ..Founding::of(2) })),
            (Kind::Officer, Deed::Enrol(ann.card().unwrap())),
            (Kind::Officer, Deed::Enrol(ben.card().unwrap())),
            (Kind::Officer, Deed::Enrol(last)),
            (Kind::Policy, Deed::Rules(decide(decide(Decision::to_use(ORIGIN, &rules), ann), ben))),
            (Kind::Key, Deed::Import(manifest)),
        ]);
        Self { waiting, officers, copies: 0 }
    }

    fn next(&mut self, at: u64) -> (Kind, Deed) {
        if self.waiting.is_empty() {
            self.ask(at);
        }
        self.waiting.pop_front().unwrap()
    }

    fn ask(&mut self, at: u64) {
        let [ann, ben, cem] = &self.officers;
        self.copies += 1;
        let request = Request {
            id: Entry::new_id().unwrap(),
            vault: ORIGIN.to_owned(),
            action: Action::Release,
            dataset: "moor".to_owned(),
            rows: "version 1, all".to_owned(),
            columns: vec!["all".to_owned()],
            precision: "blocks, step 1".to_owned(),
            purpose: "reedbed research".to_owned(),
            by: cem.person().to_owned(),
            beneficiary: format!("University {}", self.copies % 100),
            recipient: "no terms".to_owned(),
            made: at,
            delay: 0,
            expires: at + 14 * 86_400,
            is_bulk: false,
        };
        let signed = |officer: &Officer| {
            let mut request = Approved::new(request.clone()).unwrap();
            request.sign(officer);
            request
        };
        let asked = signed(cem);
        let package = Some(Hash::of(&self.copies.to_be_bytes()).0);
        let done = Deed::Do { request: asked.digest(), package };
        self.waiting.extend([
            (Kind::Approval, Deed::Ask(asked)),
            (Kind::Approval, Deed::Approve(signed(ann))),
            (Kind::Approval, Deed::Approve(signed(ben))),
            (Kind::Release, done),
        ]);
    }
}

/// Draws numbers that grow, so that rows stay in the order of the file that they are compared with.
struct InOrder(u64);

impl TryRng for InOrder {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.0 += 1;
        Ok(u32::try_from(self.0 & u64::from(u32::MAX)).unwrap())
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0 += 1;
        Ok(self.0)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for number in bytes.chunks_mut(8) {
            self.0 += 1;
            number.copy_from_slice(self.0.to_be_bytes().get(..number.len()).unwrap());
        }
        Ok(())
    }
}

impl TryCryptoRng for InOrder {}

fn read_files(folder: &Path) -> u64 {
    let mut bytes = 0;
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        bytes += if path.is_dir() {
            read_files(&path)
        } else {
            std::fs::read(&path).unwrap().len() as u64
        };
    }
    bytes
}

/// 1 January 2016, in seconds since 1970.
const BEGUN: u64 = 1_451_606_400;
const TEN_YEARS: u64 = 3_652 * 86_400;
/// The name of the ledger, as the bench makes it.
const ORIGIN: &str = "bench.example/vault";
