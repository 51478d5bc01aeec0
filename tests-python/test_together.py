"""Every folder of real data, shared by itself and all together under one list of rules, opens in
other people's software: each file in the one that its users would take for it.
"""

import json
import shutil
import subprocess
from pathlib import Path

import geopandas
import gpxpy
import openpyxl
import pandas
import pyarrow.parquet
import pytest
from dwca.read import DwCAReader

from test_kinds import TEXT, validated

RULES = """scientificName,category,kind,publicPeriod,reason
Haematopus ostralegus,high,,,threatenedPopulation
Anas platyrhynchos,high,,,threatenedPopulation
Mustela putorius,high,camera trap,held,threatenedPopulation
Dolichopus ungulatus,high,,,threatenedPopulation
Campsicnemus scambus,high,,,threatenedPopulation
Puma concolor,high,,,threatenedPopulation
*,medium,weather,,nearThreatened
"""

# The inputs of each folder.
FOLDERS = {
    "boundaries-natural-earth": ["boundaries-natural-earth"],
    "camtrap-dp-example": ["camtrap-dp-example"],
    "dwca-gbif": ["dwca-gbif/archive-occ.zip"],
    "gpx-gpxpy": ["gpx-gpxpy"],
    "inbo-dolichopodidae-events": [
        "inbo-dolichopodidae-events/event.csv",
        "inbo-dolichopodidae-events/occurrence.csv",
    ],
    "inbo-waterbird-sites": ["inbo-waterbird-sites"],
    "movebank-o_assen": ["movebank-o_assen"],
    "weather-ghcnd": ["weather-ghcnd"],
}
# An archive is a dataset by itself; the plain tables of records are another.
TOGETHER = {
    "with an archive": [name for name in FOLDERS if not name.startswith("inbo-dol")],
    "with plain tables": [name for name in FOLDERS if not name.startswith("dwca")],
}
# Tags that exiftool makes up itself, of the file and of the picture's size.
OWN_TAGS = {"ExifTool", "File", "Composite"}


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.csv"
    path.write_text(RULES)
    return path


def tool(name):
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def rows_of(path, schemas):
    """Opens a file of a copy as its users would; the rows in it, or none where it is no table."""
    name, ending = path.name, path.suffix.lower()
    if name == "dataset.zip":
        with DwCAReader(path) as archive:
            return len(archive.pd_read(archive.descriptor.core.file_location, dtype=str))
    if ending == ".csv":
        return len(pandas.read_csv(path, **TEXT))
    if ending == ".parquet":
        frame = pyarrow.parquet.read_table(path)
        if b"geo" in (frame.schema.metadata or {}):
            assert len(geopandas.read_parquet(path)) == len(frame)
        return len(frame)
    if ending == ".xlsx":
        book = openpyxl.load_workbook(path)
        return sum(sheet.max_row - 1 for sheet in book)
    if ending == ".geojson":
        told = subprocess.run(
            [tool("ogrinfo"), "-al", "-so", path], capture_output=True, check=True
        ).stdout.decode()
        features = len(geopandas.read_file(path))
        assert f"Feature Count: {features}" in told
        return features
    if ending == ".gpx":
        told = gpxpy.parse(path.read_text(encoding="utf-8"))
        return len(told.waypoints) + sum(
            len(segment.points) for track in told.tracks for segment in track.segments
        ) + sum(len(route.points) for route in told.routes)
    if name == "datapackage.json":
        if path.parent.name == "camera-trap" and (path.parent / "deployments.csv").is_file():
            report = validated(path.parent, schemas)
            assert report.valid, [e.message for task in report.tasks for e in task.errors]
        return None
    if ending in (".jpg", ".jpeg", ".png"):
        told = subprocess.run(
            [tool("exiftool"), "-json", "-G0", "-a", path], capture_output=True, check=True
        )
        groups = {tag.split(":")[0] for tag in json.loads(told.stdout)[0] if ":" in tag}
        assert groups == OWN_TAGS, path
        return None
    assert name in ("eml.xml", "metadata.json", "datapackage.json"), f"nothing opens {path}"
    return None


def opened(package, schemas):
    """Opens every file; the rows of each table."""
    rows = {}
    for path in sorted(package.rglob("*")):
        if path.is_file():
            count = rows_of(path, schemas)
            if count is not None:
                where = str(path.relative_to(package))
                rows[where] = count
    return rows


def told_of(shared):
    return json.loads((shared.steward / "report.json").read_text(encoding="utf-8"))


def check(shared, rows):
    """The rows that software reads are those that the report counts, and no attack succeeds."""
    told = told_of(shared)
    counted = sum(table["written"] for table in told["tables"])
    assert sum(rows.values()) == counted > 0, rows
    attempts = told["attempts"]
    if attempts is not None:
        assert all(attack["located"] == 0 for attack in attempts["attacks"])
    return told


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_is_shared_and_opens(run, rules, real_data, folder, form):
    schemas = real_data("camtrap-dp-example") / "schema"
    inputs = [real_data(name) for name in FOLDERS[folder]]
    shared = run(*inputs, rules=rules, extra=["--format", form])
    check(shared, opened(shared.package, schemas))


@pytest.mark.parametrize(
    ("which", "form"), [("with an archive", "parquet"), ("with plain tables", "csv")]
)
def test_all_folders_are_one_dataset_and_no_attack_succeeds(
    run, reedbed, rules, real_data, which, form
):
    schemas = real_data("camtrap-dp-example") / "schema"
    inputs = [real_data(name) for folder in TOGETHER[which] for name in FOLDERS[folder]]
    shared = run(*inputs, rules=rules, extra=["--format", form])
    told = check(shared, opened(shared.package, schemas))
    assert {kind["kind"] for kind in told["kinds"]} == {"camera trap", "track", "weather", "layer"}
    assert told["attempts"]["protected"] >= 16
    # What a recipient can do with the finished copy, they cannot locate anything either.
    done = subprocess.run(
        [reedbed, "attack", shared.package, "--rules", rules], capture_output=True, timeout=900
    )
    assert done.returncode == 0, done.stderr.decode()
    found = done.stdout.decode()
    assert "0 of" in found and "0 of 0" not in found, found
    # Nor with one part of it: what lies beside must not have made an attack less sure.
    parts = [path for path in shared.package.iterdir() if path.name != "eml.xml"]
    for part in parts:
        done = subprocess.run(
            [reedbed, "attack", part, "--rules", rules], capture_output=True, timeout=900
        )
        assert done.returncode == 0, f"{part.name}: {done.stdout.decode()}{done.stderr.decode()}"
