"""Archives that leave open in python-dwca-reader, and their parts fit together."""

import tarfile
import zipfile
from xml.etree import ElementTree

import pytest
from dwca.read import DwCAReader

from inputs import DWC, EXTENDED_MEASUREMENT, SPECIES, eml, tarred, write_archive, write_rules, zipped
from packages import archive_path, tables

TEXT = "{http://rs.tdwg.org/dwc/text/}"


def occurrence_archive(folder):
    records = [
        {
            "occurrenceID": f"O{number}",
            "scientificName": SPECIES["high" if number % 4 == 0 else "none"],
            "individualCount": number,
            "eventDate": "2024-05-01",
            "decimalLatitude": 52.1 + number / 1000,
            "decimalLongitude": 1.2 + number / 1000,
            "geodeticDatum": "WGS84",
        }
        for number in range(1, 41)
    ]
    measured = [
        {
            "occurrenceID": f"O{number}",
            "measurementType": "wing length",
            "measurementValue": 80 + number,
        }
        for number in range(1, 41)
        if number % 4
    ]
    return write_archive(
        folder,
        ("occurrence.txt", DWC + "Occurrence", records),
        [("measurement.txt", DWC + "MeasurementOrFact", measured)],
        eml("Occurrences"),
    )


def event_archive(folder):
    events = [
        {
            "eventID": f"E{number}",
            "parentEventID": "" if number == 1 else "E1",
            "eventDate": "2024-05-01",
            "locality": f"place {number}",
            "decimalLatitude": 52.1 + number / 500,
            "decimalLongitude": 1.2 + number / 500,
            "geodeticDatum": "WGS84",
        }
        for number in range(1, 21)
    ]
    records = [
        {
            "eventID": f"E{number}",
            "occurrenceID": f"O{number}-{which}",
            "scientificName": SPECIES[which],
            "individualCount": number,
        }
        for number in range(2, 21)
        for which in (("high", "none") if number % 5 == 0 else ("none",))
    ]
    measured = [
        {
            "eventID": record["eventID"],
            "occurrenceID": record["occurrenceID"],
            "measurementType": "body mass",
            "measurementValue": 12,
        }
        for record in records
    ]
    return write_archive(
        folder,
        ("event.txt", DWC + "Event", events),
        [
            ("occurrence.txt", DWC + "Occurrence", records),
            ("emof.txt", EXTENDED_MEASUREMENT, measured),
        ],
        eml("Events"),
    )


@pytest.mark.parametrize("make", [occurrence_archive, event_archive])
@pytest.mark.parametrize("pack", [zipped, tarred, lambda folder: folder], ids=["zip", "tar", "dir"])
def test_an_archive_opens_and_its_extensions_hang_together(run, tmp_path, make, pack):
    archive = pack(make(tmp_path / "archive"))
    shared = run(archive, rules=write_rules(tmp_path / "rules.csv", siblings="coarsen"))
    path = archive_path(shared.package)
    assert path.suffix == archive.suffix, "a copy has the form that came in"
    with DwCAReader(str(path)) as opened:
        ids = [row.id for row in opened.rows]
        assert ids and all(ids) and len(set(ids)) == len(ids)
        assert not any(opened.orphaned_extension_rows().values())
        assert opened.descriptor.core.type.endswith(make.__name__.split("_")[0].capitalize())
        assert sum(len(row.extensions) for row in opened.rows) > 0
        assert opened.metadata is not None


@pytest.mark.parametrize("make", [occurrence_archive, event_archive])
def test_the_descriptor_fits_the_files(run, tmp_path, make):
    shared = run(make(tmp_path / "archive"), rules=write_rules(tmp_path / "rules.csv", siblings="coarsen"))
    folder = archive_path(shared.package)
    root = ElementTree.parse(folder / "meta.xml").getroot()
    described = set()
    for table in root.iter():
        if table.tag not in (TEXT + "core", TEXT + "extension"):
            continue
        terms = [field.get("term") for field in table.iter(TEXT + "field")]
        assert len(set(terms)) == len(terms), "no term is there twice"
        assert all(term.startswith("http") for term in terms)
        widest = max(int(field.get("index", 0)) for field in table.iter(TEXT + "field"))
        for location in table.iter(TEXT + "location"):
            described.add(location.text)
            lines = (folder / location.text).read_text(encoding="utf-8").splitlines()
            assert all(len(line.split("\t")) > widest for line in lines if line)
    files = {path.name for path in folder.iterdir()}
    assert files == described | {"meta.xml", "eml.xml"}


def test_a_protected_record_of_an_event_hangs_from_an_event_of_its_own(run, tmp_path):
    shared = run(event_archive(tmp_path / "archive"), rules=write_rules(tmp_path / "rules.csv", siblings="coarsen"))
    found = tables(shared.package)
    events, records = found["event"], found["occurrence"]
    protected = records[records["scientificName"] == SPECIES["high"]]
    assert len(protected) == 4
    own = events[events["eventID"].isin(protected["eventID"])]
    assert (own["parentEventID"] == "").all()
    assert not own["eventID"].str.fullmatch(r"E\d+").any(), "identifiers are pseudonyms"
    assert (own["decimalLatitude"].astype(float) * 10).round(6).mod(1).isin([0]).all()
    assert set(records["eventID"]) <= set(events["eventID"])


def test_rows_are_all_accounted_for(run, tmp_path):
    import json

    shared = run(event_archive(tmp_path / "archive"), rules=write_rules(tmp_path / "rules.csv", siblings="coarsen"))
    report = json.loads((shared.steward / "report.json").read_text(encoding="utf-8"))
    assert len(report["tables"]) == 3
    rows_written = {kind: len(frame) for kind, frame in tables(shared.package).items()}
    for table in report["tables"]:
        incoming = table["read"] + table["added"]
        assert incoming == table["written"] + table["withheld"] + table["rejected"]
    assert sorted(table["written"] for table in report["tables"]) == sorted(rows_written.values())
    assert sum(table["read"] for table in report["tables"]) == 20 + 23 + 23


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_members_of_an_archive_carry_no_trace_of_the_machine(run, tmp_path, pack):
    archive = pack(event_archive(tmp_path / "archive"))
    shared = run(archive, rules=write_rules(tmp_path / "rules.csv", siblings="coarsen"))
    path = archive_path(shared.package)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as opened:
            assert all("/" not in name and "\\" not in name for name in opened.namelist())
            assert opened.comment == b""
    else:
        with tarfile.open(path) as opened:
            members = opened.getmembers()
            assert {member.uname for member in members} <= {"", "root"}
            assert not any(member.name.startswith(("/", "..")) for member in members)
