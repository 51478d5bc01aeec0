"""What stands in the EML of a copy, and in the steward's report."""

import json
import re
from xml.etree import ElementTree

from inputs import DWC, SPECIES, eml, write_archive, write_rules, write_table
from packages import archive_path, tables

TERMS = "The Quorndale terms: purpose research only; not to be passed on & <kept> in one place.\n"


def records(*categories: str) -> list[dict]:
    return [
        {
            "occurrenceID": f"O{number}",
            "scientificName": SPECIES[category],
            "eventDate": "2024-05-01",
            "decimalLatitude": 52.12345 + number / 7,
            "decimalLongitude": 1.23456 + number / 7,
            "geodeticDatum": "WGS84",
            "license": "https://creativecommons.org/licenses/by/4.0/",
        }
        for number, category in enumerate(categories, start=1)
    ]


def archive(folder, *categories: str):
    core = ("occurrence.txt", DWC + "Occurrence", records(*categories))
    return write_archive(folder, core, [], eml("Everything at Brackwater"))


def text_of(path) -> str:
    return " ".join(" ".join(ElementTree.parse(path).getroot().itertext()).split())


def test_eml_says_once_that_silence_is_not_absence(run, tmp_path):
    rules = write_rules(tmp_path / "rules.csv")
    said = []
    # The sentence is there whether or not anything was withheld: else it would tell.
    for number, categories in enumerate([("high", "none"), ("none", "none")]):
        shared = run(archive(tmp_path / f"archive{number}", *categories), rules=rules)
        text = text_of(archive_path(shared.package) / "eml.xml").lower()
        sentences = [one for one in re.split(r"[.:;] ", text) if "protected taxa" in one]
        assert len(sentences) == 1, "protected taxa are spoken of once"
        assert "absence" in text
        said.append(sentences)
    assert said[0] == said[1]


def test_coverage_is_that_of_published_values(run, tmp_path):
    shared = run(archive(tmp_path / "archive", "high"), rules=write_rules(tmp_path / "rules.csv"))
    root = ElementTree.parse(archive_path(shared.package) / "eml.xml").getroot()
    bounds = {
        side: float(root.find(f".//{side}BoundingCoordinate").text)
        for side in ("west", "east", "north", "south")
    }
    # The record's public cell is 0.1 degrees wide: its edges, and nothing nearer.
    assert bounds["north"] - bounds["south"] >= 0.1 - 1e-9
    assert bounds["east"] - bounds["west"] >= 0.1 - 1e-9
    assert bounds["south"] <= 52.12345 + 1 / 7 <= bounds["north"]
    assert "Brackwater" not in text_of(archive_path(shared.package) / "eml.xml")


def test_a_partner_gets_the_terms_and_no_open_licence(run, tmp_path):
    terms = tmp_path / "terms.md"
    terms.write_text(TERMS, encoding="utf-8")
    shared = run(
        archive(tmp_path / "archive", "high", "none"),
        rules=write_rules(tmp_path / "rules.csv"),
        extra=["--for", "partner", "--to", "University of Testing", "--terms", terms],
    )
    path = archive_path(shared.package)
    text = text_of(path / "eml.xml")
    assert " ".join(TERMS.split()) in text
    for file in path.iterdir():
        assert "creativecommons" not in file.read_text(encoding="utf-8").lower(), file.name
    licences = tables(shared.package)["occurrence"]["license"]
    assert (licences != "").all()


def test_tables_get_metadata_beside_them(run, tmp_path):
    table = write_table(tmp_path / "occurrence.csv", records("high", "none"))
    shared = run(table, rules=write_rules(tmp_path / "rules.csv"))
    assert "protected taxa" in text_of(shared.package / "eml.xml").lower()


def test_protected_rows_say_what_was_done_and_others_say_nothing(run, tmp_path):
    table = write_table(tmp_path / "occurrence.csv", records("high", "none", "medium"))
    shared = run(table, rules=write_rules(tmp_path / "rules.csv"))
    rows = tables(shared.package)["occurrence"].set_index("scientificName")
    for category in ("high", "medium"):
        row = rows.loc[SPECIES[category]]
        assert row["dataGeneralizations"] and row["informationWithheld"]
        assert "Test list" in row["dataGeneralizations"] + row["informationWithheld"]
        assert row["footprintWKT"].startswith(("POLYGON", "MULTIPOLYGON"))
    clear = rows.loc[SPECIES["none"]]
    assert not clear["dataGeneralizations"] and not clear["informationWithheld"]


def test_the_report_is_one_file_without_anything_from_outside(run, tmp_path):
    table = write_table(tmp_path / "occurrence.csv", records("high", "none", "extreme"))
    shared = run(table, rules=write_rules(tmp_path / "rules.csv"))
    page = (shared.steward / "report.html").read_text(encoding="utf-8")
    assert "<svg" in page
    loads = re.findall(r"""(?:src|href|action|data)\s*=\s*["']([^"'#][^"']*)""", page)
    assert all(load.startswith("data:") for load in loads), loads
    assert "@import" not in page and "<script src" not in page
    json.loads((shared.steward / "report.json").read_text(encoding="utf-8"))
    assert (shared.steward / "rejects.csv").is_file()
    assert (shared.steward / "pseudonyms.key").is_file()
