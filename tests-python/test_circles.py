"""On every published row, the stated circle contains the true place."""

import json
import random

import pyproj
import pytest

from circles import Truth, check, with_places
from inputs import DWC, SPECIES, eml, write_archive, write_rules, write_table, zipped
from packages import tables

PROTECTED = ("low", "medium", "high", "metres")

# Places where naive rounding goes wrong: edges and corners of cells, zero, the poles, the
# antimeridian, both sides of each.
CORNERS = [
    (52.65, 1.55),
    (52.6499999, 1.5499999),
    (52.05, 0.05),
    (0.0001, 0.0001),
    (-0.05, -0.05),
    (0.0005, -0.0005),
    (-33.95, 18.45),
    (89.9999, 12.3),
    (-89.97, -170.0),
    (90.0, 0.0),
    (10.0, 180.0),
    (10.0, -180.0),
    (-17.43, 179.9996),
    (-17.43, -179.9996),
    (64.15, -21.95),
    (71.123456789, 25.987654321),
]


def row(number: int, category: str, latitude, longitude, **more) -> dict:
    return {
        "occurrenceID": f"T:{number}",
        "basisOfRecord": "HumanObservation",
        "scientificName": SPECIES[category],
        "individualCount": number,
        "eventDate": f"20{10 + number % 15}-0{1 + number % 9}-1{number % 10}",
        "decimalLatitude": latitude,
        "decimalLongitude": longitude,
        **more,
    }


def many_rows() -> tuple[list[dict], dict[int, Truth]]:
    """Rows all over the world, each at a place of its own, so that none is another's sibling."""
    chance = random.Random(7)
    places = [(a, b) for a, b in CORNERS for _ in PROTECTED]
    places += [(chance.uniform(-89.9, 89.9), chance.uniform(-180, 180)) for _ in range(400)]
    rows, truths = [], {}
    for number, (latitude, longitude) in enumerate(places, start=1):
        category = PROTECTED[number % 4] if number % 5 or number <= 4 * len(CORNERS) else "none"
        uncertainty = chance.choice([None, 3, 30, 1000, 25_000])
        latitude, longitude = round(latitude, 9), round(longitude, 9)
        more = {"geodeticDatum": "WGS84"}
        if uncertainty is not None:
            more["coordinateUncertaintyInMeters"] = uncertainty
        rows.append(row(number, category, latitude, longitude, **more))
        truths[number] = Truth(latitude, longitude, uncertainty or 0, category)
    return rows, truths


@pytest.mark.parametrize("audience", ["public", "partner"])
def test_circles_of_a_table_hold_the_truth(run, tmp_path, audience):
    rows, truths = many_rows()
    table = write_table(tmp_path / "occurrence.csv", rows)
    extra = ["--for", audience]
    if audience == "partner":
        extra += ["--to", "University of Testing"]
        for truth in truths.values():
            # A partner is told less than the public's cell; only the circle is checked.
            truth.category = "any" if truth.category != "none" else "none"
    shared = run(table, rules=write_rules(tmp_path / "rules.csv"), extra=extra)
    records = tables(shared.package)["occurrence"]
    assert_told_or_withheld(shared, check(records, truths), truths)


def assert_told_or_withheld(shared, told, truths):
    """Each record leaves, or is counted as withheld; all that are on no list leave."""
    assert told >= {number for number, truth in truths.items() if truth.category == "none"}
    report = json.loads((shared.steward / "report.json").read_text(encoding="utf-8"))
    withheld = sum(category["withheld"] for category in report["categories"])
    assert len(truths) - len(told) == withheld
    protected = [number for number, truth in truths.items() if truth.category != "none"]
    assert len(set(protected) & told) * 4 > len(protected), "most are withheld"


def test_circles_of_an_event_archive_hold_the_truth(run, tmp_path):
    chance = random.Random(11)
    events, records, truths = [], [], {}
    number = 0
    for at in range(120):
        latitude = round(52 + chance.random(), 6)
        longitude = round(1 + chance.random(), 6)
        events.append(
            {
                "eventID": f"E{at}",
                "eventDate": f"2024-05-{1 + at % 28:02}",
                "locality": f"place number {at}",
                "decimalLatitude": latitude,
                "decimalLongitude": longitude,
                "geodeticDatum": "EPSG:4326",
                "coordinateUncertaintyInMeters": 10,
            }
        )
        category = PROTECTED[at % 4]
        # Half of the events hold only common records, the others one that is protected too.
        for category in [category, "none", "none"] if at % 2 else ["none", "none"]:
            number += 1
            records.append(
                {
                    "eventID": f"E{at}",
                    "occurrenceID": f"T:{number}",
                    "scientificName": SPECIES[category],
                    "individualCount": number,
                }
            )
            truths[number] = Truth(latitude, longitude, 10, category)
    archive = write_archive(
        tmp_path / "archive",
        ("event.txt", DWC + "Event", events),
        [("occurrence.txt", DWC + "Occurrence", records)],
        eml("Events"),
    )
    shared = run(zipped(archive), rules=write_rules(tmp_path / "rules.csv"))
    told = check(with_places(tables(shared.package)), truths)
    assert_told_or_withheld(shared, told, truths)


@pytest.mark.parametrize("told_as", ["high", "medium"])
def test_notations_and_systems_other_than_decimal_degrees_are_held_too(run, tmp_path, told_as):
    rows, truths = [], {}

    def add(category, latitude, longitude, stated_latitude="", stated_longitude="", **more):
        number = len(rows) + 1
        rows.append(row(number, category, stated_latitude, stated_longitude, **more))
        truths[number] = Truth(latitude, longitude, 0, category)

    latitude, longitude = 52 + 38 / 60 + 54.6 / 3600, -(1 + 32 / 60 + 17.4 / 3600)
    for north, west in [
        ("52°38'54.6\"N", "1°32'17.4\"W"),
        ("52° 38' 54.6'' N", "1° 32' 17.4'' W"),
        ("N 52 38 54.6", "W 1 32 17.4"),
        ("52d38m54.6sN", "1d32m17.4sW"),
        ("52º38′54.6″N", "1º32′17.4″W"),
    ]:
        # Of one category: a record that is told finely would give one away that is told coarsely.
        add(told_as, latitude, longitude, verbatimLatitude=north, verbatimLongitude=west)
    for epsg in (4258, 4269, 4283):
        add(told_as, 48.5, 9.5, 48.5, 9.5, geodeticDatum=f"EPSG:{epsg}")
    for epsg in (25832, 32632, 3035):
        back = pyproj.Transformer.from_crs(epsg, 4326, always_xy=True)
        east, north = (4_321_000, 2_800_000) if epsg == 3035 else (530_000, 5_372_000)
        true_longitude, true_latitude = back.transform(east, north)
        add(
            told_as,
            true_latitude,
            true_longitude,
            north,
            east,
            geodeticDatum=f"EPSG:{epsg}",
        )
    table = write_table(tmp_path / "occurrence.csv", rows)
    shared = run(table, rules=write_rules(tmp_path / "rules.csv"))
    records = tables(shared.package)["occurrence"]
    # Datums of the same plate differ by less than two metres.
    told = check(records, truths, slack_m=2.0)
    assert told >= set(range(1, 6)), "degrees, minutes and seconds are read in every spelling"


def test_a_place_in_an_unknown_system_is_withheld_and_not_guessed(run, tmp_path):
    rows = [
        row(1, "high", 52.6481, 1.5381, geodeticDatum="Atlantis 1911"),
        row(2, "none", 52.1234, 1.2345, geodeticDatum="WGS84"),
    ]
    table = write_table(tmp_path / "occurrence.csv", rows)
    shared = run(table, rules=write_rules(tmp_path / "rules.csv"))
    records = tables(shared.package)["occurrence"]
    protected = records[records["scientificName"] == SPECIES["high"]]
    assert (protected["decimalLatitude"] == "").all()
    assert (protected["decimalLongitude"] == "").all()
