//! What happens to the reserve's data afterwards, played in a minute: a vault, three officers, a thief, two
//! partners, a leaked file, an auditor. Each does what they do with the same commands as anybody.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use super::super::{Output, terminal};
use super::quoted;
use crate::demo::DemoPaths;
use crate::vault::places_of;

/// Plays it in a folder.
pub(super) fn play(dir: &Path, reserve: &DemoPaths, output: Output) -> Result<(), anyhow::Error> {
    let stage = Stage { dir: dir.to_owned(), output, program: std::env::current_exe()? };
    for folder in [OFFICERS, THIEF, AUDITOR] {
        crate::keys::create_dir(&stage.at(folder))?;
    }
    std::fs::write(stage.at(PASSPHRASE), "the bittern booms before the sun\n")?;
    stage.take_in(reserve)?;
    stage.steal(reserve)?;
    stage.hand_over(reserve)?;
    stage.leak()?;
    stage.audit()
}

struct Stage {
    dir: PathBuf,
    output: Output,
    /// This program, which each of them has.
    program: PathBuf,
}

impl Stage {
    fn at(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn say(&self, text: &str) -> Result<(), anyhow::Error> {
        if self.output == Output::Human { Ok(terminal::print(text)?) } else { Ok(()) }
    }

    /// Runs a command; gives whether it did what it was to do, and what it said.
    fn run(&self, arguments: &[OsString]) -> Result<(bool, String), anyhow::Error> {
        let done = Command::new(&self.program).args(arguments).output();
        let done = done.with_context(|| format!("`{}` cannot be run", self.program.display()))?;
        let mut said = String::from_utf8_lossy(&done.stdout).into_owned();
        if !done.status.success() {
            said.push_str(&String::from_utf8_lossy(&done.stderr));
        }
        Ok((done.status.success(), said))
    }

    /// Runs a command that must do what it is to do, without a word.
    fn quietly(&self, line: &[&str]) -> Result<String, anyhow::Error> {
        let arguments = self.arguments(line);
        let (is_done, said) = self.run(&arguments)?;
        if !is_done {
            bail!("`reedbed {}` failed: {said}", line.join(" "));
        }
        Ok(said)
    }

    /// Shows a command and what it says, of which some first lines are enough.
    fn show(&self, line: &[&str], lines: usize) -> Result<(), anyhow::Error> {
        self.tell_line(line)?;
        let said = self.quietly(line)?;
        self.tell_lines(&said, lines)
    }

    /// Shows a command that must be refused, and the reason.
    fn refused(&self, line: &[&str]) -> Result<(), anyhow::Error> {
        self.tell_line(line)?;
        let (is_done, said) = self.run(&self.arguments(line))?;
        if is_done {
            bail!("`reedbed {}` was to be refused, and was not", line.join(" "));
        }
        self.tell_lines(&said, 2)
    }

    fn tell_line(&self, line: &[&str]) -> Result<(), anyhow::Error> {
        let shown: Vec<String> =
            self.arguments(line).iter().map(|part| quoted(&part.to_string_lossy())).collect();
        self.say(&format!("$ reedbed {}", shown.join(" ")))
    }

    fn tell_lines(&self, said: &str, lines: usize) -> Result<(), anyhow::Error> {
        said.lines().take(lines).try_for_each(|line| self.say(&format!("    {line}")))
    }

    /// What begins with `@` is a place in the folder of the demo.
    fn arguments(&self, line: &[&str]) -> Vec<OsString> {
        let resolved = line.iter().map(|part| match part.strip_prefix('@') {
            Some(name) => self.at(name).into_os_string(),
            None => OsString::from(part),
        });
        resolved.collect()
    }

    /// A vault, three officers with folders of their own, rules that two of them approve, an import.
    fn take_in(&self, reserve: &DemoPaths) -> Result<(), anyhow::Error> {
        self.say(
            "\nA vault keeps the exact data where no machine can read them. Ann, Ben and Cem are its \
             officers, each with keys on a device of their own; two of the three must agree. (A day's \
             delay before anything opens is left out here.)",
        )?;
        let passphrase = ["--passphrase-file", "@passphrase"];
        let init = ["vault", "init", "@vault", "--origin", ORIGIN, "--delay", "0"];
        self.show(&[&init[..], &passphrase].concat(), 2)?;
        for name in NAMES {
            let key = format!("@{OFFICERS}/{name}/key");
            let person = format!("staff {name}");
            self.quietly(&["officer", "new", &key, "--name", name, "--person", &person])?;
        }
        let vouch = |by: &str| format!("@{OFFICERS}/{by}/key");
        for by in ["ann", "ben"] {
            let card = format!("@{OFFICERS}/cem/key.card");
            self.quietly(&["officer", "vouch", &card, "--key", &vouch(by)])?;
        }
        for name in NAMES {
            let card = format!("@{OFFICERS}/{name}/key.card");
            self.quietly(&["officer", "enrol", "@vault", &card])?;
        }
        self.say(
            "Rules decide what becomes coarser, so two approve them too; data come in under rules that \
             were approved, and under no others.",
        )?;
        let (rules, area) = (text(&reserve.rules), text(&reserve.boundaries));
        let of =
            ["rules", "approve", "--rules", &rules, "--area", &area, "--approval", "@approval"];
        let of = [&of[..], &["--origin", ORIGIN]].concat();
        for by in ["ann", "ben"] {
            self.quietly(&[&of[..], &["--by", &vouch(by)]].concat())?;
        }
        let kept = [&["--output", "plain"], &of[..], &["--vault", "@vault"]].concat();
        let kept = self.quietly(&kept)?;
        let digest = kept.lines().find_map(|line| line.strip_prefix("digest\t"));
        let digest =
            digest.and_then(|digest| digest.get(..12)).context("the rules have no digest")?;
        let archive = text(&reserve.archive);
        let import = ["vault", "import", "--vault", "@vault", &archive, "--dataset", DATASET];
        self.show(&[&import[..], &["--rules", digest], &passphrase].concat(), 5)
    }

    /// A bribed officer, and a copy of the disk.
    fn steal(&self, reserve: &DemoPaths) -> Result<(), anyhow::Error> {
        self.say(
            "\nA thief copies the whole disk of the vault, knows its passphrase, and has bribed Ann, who \
             gives away her keys. On the copy the thief is the administrator.",
        )?;
        let copy = self.at(THIEF).join("disk");
        copy_all(&self.at("vault"), &copy)?;
        // A copied ledger goes on for whoever has a head of it.
        let head = "@thief/disk/ledger/log/checkpoint";
        self.quietly(&["ledger", "checkpoint", "@thief/disk/ledger", "--known", head])?;
        std::fs::copy(self.at(OFFICERS).join("ann/key"), self.at(THIEF).join("key-of-ann"))?;
        let key = "@thief/key-of-ann";
        let ask = ["request", "@thief/disk", "--dataset", DATASET, "--columns", "decimalLatitude"];
        let ask = [&ask[..], &["--purpose", "none", "--key", key, "-o", "@thief/request"]].concat();
        self.quietly(&ask)?;
        let approve = ["approve", "@thief/disk", "@thief/request", "--key", key, "--yes"];
        self.quietly(&[&approve[..], &["-o", "@thief/answer"]].concat())?;
        let unseal = ["unseal", "@thief/disk", "@thief/request", "--answers", "@thief/answer"];
        self.refused(&[&unseal[..], &["-o", "@thief/opened"]].concat())?;
        let needles = exact_places(&reserve.archive)?;
        let (files, bytes, found) = search(&copy, &needles)?;
        let whole_megabytes = bytes.div_ceil(1_000_000);
        if found > 0 {
            bail!("{found} exact places were found in the vault's files");
        }
        self.say(&format!(
            "The thief searches all {files} files ({whole_megabytes} MB) for the {} exact places that came \
             in: {found} found. What the passphrase opens is what partners may be told, and nothing finer.",
            needles.len()
        ))
    }

    /// Two partners get copies that two officers approved.
    fn hand_over(&self, reserve: &DemoPaths) -> Result<(), anyhow::Error> {
        self.say(
            "\nTwo partners ask for data. Cem writes the requests; Ann and Ben see in words what would \
             leave, and sign exactly that. Each partner's copy is its own: the blocks that hold the \
             places are chosen by a key.",
        )?;
        let terms = text(&reserve.terms);
        for (partner, short) in PARTNERS {
            let (request, key) = (format!("@{short}.request"), format!("@{OFFICERS}/cem/key"));
            let ask =
                ["request", "@vault", "--dataset", DATASET, "--to", partner, "--terms", &terms];
            let ask = [&ask[..], &["--purpose", "a study of reedbeds", "--key", &key]].concat();
            self.quietly(&[&ask[..], &["-o", &request]].concat())?;
            let mut answers = Vec::new();
            for name in ["ann", "ben"] {
                let (key, answer) =
                    (format!("@{OFFICERS}/{name}/key"), format!("{request}.{name}"));
                let approve =
                    ["approve", "@vault", &request, "--key", &key, "--yes", "-o", &answer];
                self.quietly(&approve)?;
                answers.push(answer);
            }
            let out = format!("@{short}");
            let mut release = vec!["release", "@vault", &request, "--answers"];
            release.extend(answers.iter().map(String::as_str));
            release.extend(["--terms", &terms, "--purpose", "research", "-o", &out]);
            release.extend(["--passphrase-file", "@passphrase"]);
            self.show(&release, 1)?;
        }
        self.say("The university checks what it got, without asking anybody:")?;
        self.show(&["verify", "@university/package"], 7)
    }

    /// A file turns up.
    fn leak(&self) -> Result<(), anyhow::Error> {
        self.say(
            "\nA file turns up on the web: species, dates and places only, rounded again, sorted, a third of \
             the rows missing.",
        )?;
        let places = places_of(&self.at("university").join("package"))?;
        for (name, digits) in [("found-on-the-web.csv", 3), ("found-later.csv", 1)] {
            let mut rows: Vec<String> = places
                .iter()
                .enumerate()
                .filter(|(at, _)| at % 3 != 0)
                .flat_map(|(_, (point, records))| records.iter().map(move |record| (point, record)))
                .map(|(point, (taxon, date))| {
                    let (lat, lon) = (point.lat().degrees(), point.lon().degrees());
                    format!("{taxon},{date},{lat:.digits$},{lon:.digits$}\n")
                })
                .collect();
            rows.sort();
            let table = format!("species,date,latitude,longitude\n{}", rows.concat());
            std::fs::write(self.at(name), table)?;
        }
        let unlock = ["--vault", "@vault", "--passphrase-file", "@passphrase"];
        self.show(&[&["trace", "@found-on-the-web.csv"], &unlock[..]].concat(), 6)?;
        self.say("Where too little is left, it says so:")?;
        self.show(&[&["trace", "@found-later.csv"], &unlock[..]].concat(), 2)
    }

    /// Somebody who trusts nobody checks all of it.
    fn audit(&self) -> Result<(), anyhow::Error> {
        self.say(
            "\nAn auditor without a network has a copy of the ledger, and the head that Ben's device saw \
             when he approved.",
        )?;
        self.quietly(&["ledger", "export", "@vault/ledger", "-o", "@auditor/ledger"])?;
        std::fs::copy(
            self.at(OFFICERS).join("ben").join("key.seen"),
            self.at(AUDITOR).join("seen-by-ben"),
        )?;
        let audit = ["ledger", "audit", "@auditor/ledger", "--known", "@auditor/seen-by-ben"];
        self.show(&audit, 3)?;
        self.say("Had anybody changed one letter of it since:")?;
        let tile = first_tile(&self.at(AUDITOR).join("ledger").join("tile").join("entries"))?;
        let mut bytes = std::fs::read(&tile)?;
        if let Some(byte) = bytes.get_mut(40) {
            *byte ^= 1;
        }
        std::fs::write(&tile, bytes)?;
        self.refused(&audit)
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Copies a folder with all that is in it.
fn copy_all(from: &Path, to: &Path) -> Result<(), anyhow::Error> {
    crate::keys::create_dir(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// The latitudes of all visits, as they are written in the archive.
fn exact_places(archive: &Path) -> Result<Vec<String>, anyhow::Error> {
    let events = std::fs::read_to_string(archive.join("event.txt"))?;
    let mut lines = events.lines();
    let heading = lines.next().unwrap_or_default();
    let at = heading.split('\t').position(|name| name == "decimalLatitude");
    let at = at.context("the visits of the demo have no latitude")?;
    let mut found: Vec<String> = lines
        .filter_map(|line| line.split('\t').nth(at))
        // Fewer digits might stand anywhere by accident.
        .filter(|value| value.len() >= 7)
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    if found.is_empty() {
        bail!("the visits of the demo state no place");
    }
    Ok(found)
}

/// Searches the bytes of all files of a folder; gives how many files and bytes there are, and how many of
/// the texts were found.
fn search(folder: &Path, needles: &[String]) -> Result<(usize, usize, usize), anyhow::Error> {
    let (mut files, mut size, mut found) = (0, 0, std::collections::BTreeSet::new());
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            let (below, bytes, more) = search(&path, needles)?;
            (files, size) = (files + below, size + bytes);
            if more > 0 {
                found.insert(path.display().to_string());
            }
            continue;
        }
        let bytes = std::fs::read(&path)?;
        (files, size) = (files + 1, size + bytes.len());
        let is_there = |needle: &&String| {
            bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
        };
        found.extend(needles.iter().filter(is_there).cloned());
    }
    Ok((files, size, found.len()))
}

/// A file below a folder.
fn first_tile(folder: &Path) -> Result<PathBuf, anyhow::Error> {
    let mut at = folder.to_owned();
    while at.is_dir() {
        let mut all: Vec<PathBuf> = at
            .read_dir()?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        all.sort();
        at = all.into_iter().next().context("the ledger has no tile")?;
    }
    Ok(at)
}

const DATASET: &str = "reedmoor";
const ORIGIN: &str = "reedmoor.example/vault";
const OFFICERS: &str = "officers";
const THIEF: &str = "thief";
const AUDITOR: &str = "auditor";
const PASSPHRASE: &str = "passphrase";
const NAMES: [&str; 3] = ["ann", "ben", "cem"];
const PARTNERS: [(&str, &str); 2] =
    [("Reedmoor University", "university"), ("Fenland Trust", "trust")];
