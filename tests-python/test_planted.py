"""Unique values planted in protected records turn up in no byte that leaves."""

import pytest

from inputs import (
    DWC,
    EXTENDED_MEASUREMENT,
    SPECIES,
    eml,
    tarred,
    write_archive,
    write_rules,
    write_table,
    zipped,
)
from packages import every_byte

# Each value as a record holds it, with the pieces that must not leave. A piece is long enough not to
# turn up by chance, and short enough to find a value that was cut or rounded a little.
PLACE = {
    "decimalLatitude": ("52.648371", ["52.648", "52.6483"]),
    "decimalLongitude": ("1.538269", ["1.538", "1.5382"]),
    "verbatimLatitude": ("52°38'54.1\"N", ["38'54"]),
    "verbatimLongitude": ("1°32'17.8\"E", ["32'17"]),
    "verbatimCoordinates": ("31U 401233 5834771", ["401233", "5834771"]),
    "footprintWKT": ("POINT (1.538269 52.648371)", []),
    "locality": ("Eel Sett Quankerby, TG 39482 13377", ["quankerby", "39482", "13377"]),
    "verbatimLocality": ("40 m W of Zwillington Mill", ["zwillington"]),
    "municipality": ("Oxnabrook", ["oxnabrook"]),
    "locationID": ("LOC-774411", ["774411"]),
    "locationRemarks": ("behind the Yarlquist barn", ["yarlquist"]),
    "georeferenceRemarks": ("read off the map of Pelligrew", ["pelligrew"]),
    "verbatimElevation": ("3.71 m a.s.l.", ["3.71"]),
    "habitat": ("reed of the Vondelquay estate", ["vondelquay"]),
}
TIME = {
    "eventDate": ("2024-05-17", ["2024-05-17", "17/05", "17.05", "-05-17"]),
    "eventTime": ("04:37:21", ["04:37"]),
    "verbatimEventDate": ("Friday before Whitsun 2024", ["whitsun"]),
    "eventRemarks": ("together with the Brimblecut survey", ["brimblecut"]),
    "fieldNumber": ("FN-662233", ["662233"]),
    "fieldNotes": ("see notebook Marrowdale", ["marrowdale"]),
}
RECORD = {
    "recordedBy": ("Corisande Vane-Zarkoff", ["zarkoff", "corisande"]),
    "recordedByID": ("https://orcid.org/0000-0009-8765-4321", ["0009-8765"]),
    "identifiedBy": ("Bertil Osgoodovic", ["osgoodovic"]),
    "catalogNumber": ("PLANT-553311", ["553311"]),
    "recordNumber": ("RN-991177", ["991177"]),
    "otherCatalogNumbers": ("OLD-448822", ["448822"]),
    "occurrenceRemarks": ("nest 12 m from the Humberquoit sluice", ["humberquoit"]),
    "associatedMedia": ("https://pictures.example/Drellwick.jpg", ["drellwick"]),
    "associatedReferences": ("https://paper.example/Ottershamble", ["ottershamble"]),
    "associatedTaxa": ("beside the nest of Jolyander", ["jolyander"]),
    "references": ("https://records.example/883355", ["883355"]),
    "organismID": ("RING-337799", ["337799"]),
    "organismName": ("Old Grizelda", ["grizelda"]),
    "dynamicProperties": ('{"nest": "Tamberlisk"}', ["tamberlisk"]),
    "behavior": ("nesting under the Fennimold willow", ["fennimold"]),
    "warden's note": ("ask at Quillhampton farm", ["quillhampton"]),
}
IDENTIFIERS = ["PLANTED-OCC-118822", "PLANTED-EVT-229933"]


def pieces() -> list[str]:
    found = list(IDENTIFIERS)
    for values in (PLACE, TIME, RECORD):
        found += [piece for _, some in values.values() for piece in some]
    return found


def values(*groups: dict) -> dict:
    return {term: value for group in groups for term, (value, _) in group.items()}


def bystander(number: int) -> dict:
    """An unprotected record somewhere else, which fills the same columns."""
    filled = {term: f"common {number}" for group in (PLACE, TIME, RECORD) for term in group}
    filled |= {
        "occurrenceID": f"COMMON-{number}",
        "eventID": f"COMMON-EVT-{number}",
        "scientificName": SPECIES["none"],
        "basisOfRecord": "HumanObservation",
        "decimalLatitude": f"51.{1000 + number}",
        "decimalLongitude": f"0.{1000 + number}",
        "geodeticDatum": "WGS84",
        "eventDate": f"2023-03-0{number}",
        "eventTime": "10:00",
        "footprintWKT": "",
        "verbatimLatitude": "",
        "verbatimLongitude": "",
        "verbatimCoordinates": "",
    }
    return filled


def planted(category: str) -> dict:
    return values(PLACE, TIME, RECORD) | {
        "occurrenceID": IDENTIFIERS[0],
        "eventID": IDENTIFIERS[1],
        "scientificName": SPECIES[category],
        "basisOfRecord": "HumanObservation",
        "geodeticDatum": "WGS84",
    }


def sibling() -> dict:
    """A common record of the same event: it shares place, time and text, and has its own observer."""
    shared = planted("none")
    own = bystander(9)
    return shared | {term: own[term] for term in RECORD} | {"occurrenceID": "COMMON-SIBLING"}


def table_rows(category: str) -> list[dict]:
    return [bystander(1), planted(category), sibling(), bystander(2)]


def may_leave(category: str, audience: str) -> set[str]:
    """Pieces that the grid or the calendar of a copy may share with the planted values by right."""
    told = set()
    if category in ("medium", "metres") and audience == "partner":
        # A partner is told the day of a record of category medium (DESIGN D2).
        told |= {"2024-05-17", "-05-17"}
    if category in ("metres", "medium"):
        # Edges and centres of cells this wide may begin with the same three decimals.
        told |= {"52.648", "1.538"}
    return told


def assert_clean(shared, category: str, audience: str) -> None:
    streams = {"stdout": shared.stdout, "stderr": shared.stderr}
    for name, content in (every_byte(shared.package) | streams).items():
        for text in (name, content.decode("utf-8", errors="replace")):
            low = text.lower()
            for piece in set(pieces()) - may_leave(category, audience):
                assert piece.lower() not in low, f"`{piece}` leaves in {name}"


def event_archive(folder, category: str):
    """The same records as an event archive with measurements and media of record and event."""
    rows = table_rows(category)
    event_terms = ["eventID", *PLACE, *TIME, "geodeticDatum"]
    record_terms = ["eventID", "occurrenceID", "scientificName", "basisOfRecord", *RECORD]
    record_terms.remove("warden's note")
    events = {row["eventID"]: {term: row[term] for term in event_terms} for row in rows}
    records = [{term: row[term] for term in record_terms} for row in rows]
    event, record = IDENTIFIERS[1], IDENTIFIERS[0]
    measured = [
        ["eventID", "occurrenceID", "measurementType", "measurementValue", "measurementRemarks"],
        [event, record, "distance to nest", "Sluice Ambercraft 12.77", "Wexcombe"],
        [event, "", "water level at nest", "77.1234 cm", "Corbelmere"],
        ["COMMON-EVT-1", "COMMON-1", "wing length", "81 mm", ""],
    ]
    media = [
        ["eventID", "identifier", "title"],
        [event, "https://pictures.example/Larkspindle.jpg", "nest at Haverquill"],
    ]
    as_rows = lambda table: [dict(zip(table[0], line)) for line in table[1:]]  # noqa: E731
    return write_archive(
        folder,
        ("event.txt", DWC + "Event", list(events.values())),
        [
            ("occurrence.txt", DWC + "Occurrence", records),
            ("emof.txt", EXTENDED_MEASUREMENT, as_rows(measured)),
            ("media.txt", "http://rs.gbif.org/terms/1.0/Multimedia", as_rows(media)),
        ],
        eml(
            "The nest of Eel Sett Quankerby",
            "<coverage><geographicCoverage><geographicDescription>Zwillington Mill"
            "</geographicDescription><boundingCoordinates><westBoundingCoordinate>1.538269"
            "</westBoundingCoordinate><eastBoundingCoordinate>1.538269</eastBoundingCoordinate>"
            "<northBoundingCoordinate>52.648371</northBoundingCoordinate><southBoundingCoordinate>"
            "52.648371</southBoundingCoordinate></boundingCoordinates></geographicCoverage>"
            "</coverage>",
        ),
    )


EXTENSION_PIECES = [
    *["ambercraft", "12.77", "wexcombe", "77.1234", "corbelmere", "larkspindle", "haverquill"],
]
AUDIENCES = {
    "public": ["--for", "public"],
    "partner": ["--for", "partner", "--to", "University of Testing"],
}


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("category", ["medium", "high", "extreme", "metres"])
@pytest.mark.parametrize(("name", "delimiter"), [("occurrence.csv", ","), ("occurrence.tsv", "\t")])
def test_nothing_planted_leaves_in_a_table(run, tmp_path, name, delimiter, category, audience):
    table = write_table(tmp_path / name, table_rows(category), delimiter)
    shared = run(table, rules=write_rules(tmp_path / "rules.csv", siblings="coarsen"), extra=AUDIENCES[audience])
    assert_clean(shared, category, audience)


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("category", ["medium", "high", "extreme"])
@pytest.mark.parametrize("pack", [zipped, tarred, lambda folder: folder], ids=["zip", "tar", "dir"])
def test_nothing_planted_leaves_in_an_event_archive(run, tmp_path, pack, category, audience):
    archive = pack(event_archive(tmp_path / "archive", category))
    shared = run(archive, rules=write_rules(tmp_path / "rules.csv", siblings="coarsen"), extra=AUDIENCES[audience])
    assert_clean(shared, category, audience)
    for name, content in every_byte(shared.package).items():
        for piece in EXTENSION_PIECES:
            assert piece not in content.decode("utf-8", "replace").lower(), f"`{piece}` in {name}"


@pytest.mark.parametrize("output", ["human", "plain", "json"])
def test_nothing_planted_is_said(run, tmp_path, output):
    table = write_table(tmp_path / "occurrence.csv", table_rows("high"))
    rules = write_rules(tmp_path / "rules.csv", siblings="coarsen")
    assert_clean(run(table, rules=rules, before=["--output", output]), "high", "public")


def test_a_low_category_keeps_the_day_and_hides_the_place(run, tmp_path):
    row = planted("low") | {"decimalLatitude": "52.648371", "decimalLongitude": "1.538269"}
    table = write_table(tmp_path / "occurrence.csv", [bystander(1), row])
    shared = run(table, rules=write_rules(tmp_path / "rules.csv", siblings="coarsen"))
    content = b"\n".join(every_byte(shared.package).values()).decode().lower()
    for piece in ["52.6483", "1.5382", "38'54", "401233", "quankerby", "zwillington"]:
        assert piece not in content
    assert "2024-05-17" in content


def test_the_search_finds_what_is_not_hidden(run, tmp_path):
    """A list that protects nothing lets the planted values leave: the search above can fail."""
    table = write_table(tmp_path / "occurrence.csv", [bystander(1), planted("none")])
    shared = run(table, rules=write_rules(tmp_path / "rules.csv", siblings="coarsen"))
    content = b"\n".join(every_byte(shared.package).values()).decode().lower()
    assert "quankerby" in content and "52.648371" in content
