"""The same promises on real data, where it is there.

Places, dates and texts stay as they are. Two columns are changed, so that every row can be found
again in the copy: `individualCount` becomes the number of the row, and some names become those of
listed species, so that every category turns up among the real places.
"""

import csv
import io
import itertools
import re
import zipfile
from pathlib import Path

import pytest

from circles import Truth, check, with_places
from inputs import SPECIES, write_rules, write_table
from packages import archive_path, every_byte, tables

ROOT = Path(__file__).resolve().parent.parent

CATEGORIES = ("none", "none", "low", "none", "medium", "none", "high", "none", "metres", "none")


def test_circles_hold_the_truth_on_the_fly_survey(run, tmp_path, real_data):
    source = real_data("inbo-dolichopodidae-events")
    read = lambda name: list(csv.DictReader((source / name).open(encoding="utf-8")))  # noqa: E731
    events, records = read("event.csv"), read("occurrence.csv")
    place = {event["eventID"]: event for event in events}
    truths = {}
    for number, (record, category) in enumerate(zip(records, itertools.cycle(CATEGORIES)), start=1):
        record["individualCount"] = number
        if category != "none":
            record["scientificName"] = SPECIES[category]
        event = place.get(record["eventID"])
        if event and event["decimalLatitude"]:
            truths[number] = Truth(
                float(event["decimalLatitude"]),
                float(event["decimalLongitude"]),
                float(event["coordinateUncertaintyInMeters"] or 0),
                category,
            )
    inputs = [
        write_table(tmp_path / "event.csv", events),
        write_table(tmp_path / "occurrence.csv", records),
    ]
    shared = run(*inputs, rules=write_rules(tmp_path / "rules.csv"))
    joined = with_places(tables(shared.package))
    told = check(joined, truths)
    assert len(told) > len(records) // 2


def test_the_fly_survey_is_shared_as_it_is_with_a_state_list(run, real_data):
    source = real_data("inbo-dolichopodidae-events")
    lists = real_data("ala-state-sensitive-lists")
    boundaries = real_data("boundaries-natural-earth")
    shared = run(
        source / "event.csv",
        source / "occurrence.csv",
        rules=lists / "QLD-dr493-sensitive.csv",
        extra=[
            *["--map", ROOT / "rules" / "ala" / "qld.toml"],
            *["--area", boundaries / "ne_50m_admin_1_states_provinces.json"],
        ],
    )
    found = tables(shared.package)
    # No fly of Portugal is in Queensland; six records name events that are not there.
    assert len(found["occurrence"]) == 2137 - 6
    assert found["occurrence"]["occurrenceID"].str.startswith("PT:").all()
    assert len(found["event"]) == 682


def test_circles_hold_the_truth_on_a_herbarium(run, tmp_path, real_data):
    source = real_data("dwca-gbif/archive-occ.zip")
    with zipfile.ZipFile(source) as archive:
        text = archive.read("archive-occ/DarwinCore.txt").decode("utf-8")
        meta = archive.read("archive-occ/meta.xml").decode("utf-8")
        metadata = archive.read("archive-occ/eml.xml")
    rows = list(csv.DictReader(io.StringIO(text)))
    truths = {}
    for number, (row, category) in enumerate(zip(rows, itertools.cycle(CATEGORIES)), start=1):
        row["INDIVIDUAL_COUNT"] = number
        if category != "none":
            row["SCIENTIFIC_NAME"] = SPECIES[category]
            row["GENUS"], row["SPECIFIC_EPITHET"] = SPECIES[category].split(" ")
        truths[number] = Truth(
            float(row["DECIMAL_LATITUDE"]), float(row["DECIMAL_LONGITUDE"]), 0, category
        )
    table = io.StringIO()
    writer = csv.DictWriter(table, list(rows[0]), quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    counted = (
        f'<field index="{len(rows[0]) - 1}" term="http://rs.tdwg.org/dwc/terms/individualCount"/>'
    )
    changed = tmp_path / "herbarium.zip"
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("DarwinCore.txt", table.getvalue())
        archive.writestr("meta.xml", meta.replace("</core>", counted + "</core>"))
        archive.writestr("eml.xml", metadata)
    shared = run(changed, rules=write_rules(tmp_path / "rules.csv"))
    (records,) = tables(shared.package).values()
    records = records.rename(columns=lambda name: name[0].lower() + name[1:])
    told = check(records, truths)
    assert len(told) > len(rows) // 2


def rows_of(source, member: str | None, delimiter: str) -> list[dict]:
    """A table of the real data, read without Reedbed."""
    if member is None:
        content = source.read_bytes()
    else:
        with zipfile.ZipFile(source) as archive:
            content = archive.read(member)
    text = content.decode("utf-8-sig", errors="replace")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize(
    ("name", "member", "delimiter", "listed", "latitude"),
    [
        ("archive-occ.zip", "archive-occ/DarwinCore.txt", ",", "Ballota", "DECIMAL_LATITUDE"),
        ("checklist_980.zip", "occurrences.csv", ";", "Araneus diadematus", "decimalLatitude"),
        ("csv_optional_quotes_puma.csv", None, ",", "Puma concolor", "DecimalLatitude"),
    ],
)
def test_real_archives_that_hold_places_are_shared_and_open(
    run, tmp_path, real_data, name, member, delimiter, listed, latitude
):
    source = real_data(f"dwca-gbif/{name}")
    rank = "species" if " " in listed else "genus"
    rules = tmp_path / "rules.csv"
    rules.write_text(f"scientificName,taxonRank,category\n{listed},{rank},high\n", "utf-8")
    shared = run(source, rules=rules)
    found = tables(shared.package)
    assert found and sum(len(frame) for frame in found.values()) > 0

    # The name stands in one column or is spread over two, as the checklist has it.
    def is_listed(row: dict) -> bool:
        names = [row.get(key) or "" for key in ("SCIENTIFIC_NAME", "ScientificName")]
        names.append(f"{row.get('genus')} {row.get('specificEpithet')}")
        return any(name.startswith(listed) for name in names)

    rows = rows_of(source, member, delimiter)
    places = {row[latitude] for row in rows if is_listed(row)}
    places -= {row[latitude] for row in rows if not is_listed(row)}
    hidden = [place for place in places if re.fullmatch(r"-?\d+\.\d{4,}", place)]
    assert hidden, "the listed taxon has places in this archive"
    content = b"\n".join(every_byte(shared.package).values()).decode("utf-8", "replace")
    for place in hidden:
        assert place not in content


@pytest.mark.parametrize(
    "name", ["archive-dwc", "archive-tax.zip", "issues/csv-json-escaped-quotes", "multifile-psv"]
)
def test_real_archives_without_places_are_shared_and_open(run, tmp_path, real_data, name):
    shared = run(real_data(f"dwca-gbif/{name}"), rules=write_rules(tmp_path / "rules.csv"))
    assert archive_path(shared.package).name in ("dataset.zip", "dataset")
    assert sum(len(frame) for frame in tables(shared.package).values()) > 0


@pytest.mark.parametrize("state", ["ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"])
def test_every_state_list_loads_as_it_is(run, tmp_path, real_data, state):
    folder = real_data("ala-state-sensitive-lists")
    (rules,) = folder.glob(f"{state}-*-sensitive.csv")
    with rules.open(encoding="utf-8-sig") as file:
        names = [row["scientificName"] for row in csv.DictReader(file) if row["scientificName"]]
    plain = next(name for name in names if re.fullmatch(r"[A-Z][a-z]+ [a-z]+", name))
    row = {
        "occurrenceID": "O1",
        "scientificName": plain,
        "decimalLatitude": "-27.46794",
        "decimalLongitude": "149.02809",
        "geodeticDatum": "WGS84",
        "stateProvince": "",
    }
    table = write_table(tmp_path / "occurrence.csv", [row])
    mapping = ROOT / "rules" / "ala" / f"{state.lower()}.toml"
    shared = run(table, rules=rules, extra=["--map", mapping])
    records = tables(shared.package)["occurrence"]
    assert not records["decimalLatitude"].eq("-27.46794").any(), f"{plain} leaves as held"
