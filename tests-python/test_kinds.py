"""Other people's software reads what leaves of camera traps, tracks and weather: frictionless, gpxpy,
pandas, and exiftool where it is installed.
"""

import json
import shutil
import subprocess

import gpxpy
import pandas
import pytest
from frictionless import Package

TEXT = {"dtype": str, "keep_default_na": False}


def list_of(tmp_path, *rules):
    path = tmp_path / "rules.csv"
    path.write_text("scientificName,category,publicPeriod,kind\n" + "".join(f"{r}\n" for r in rules))
    return path


def validated(folder, schemas):
    """The report of frictionless on a package, its tables held against the standard's schemas."""
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in described["resources"]:
        schema = schemas / f"{resource['name']}-table-schema.json"
        resource["schema"] = json.loads(schema.read_text(encoding="utf-8"))
    described.pop("profile")
    return Package.from_descriptor(described, basepath=str(folder)).validate()


def test_a_camera_package_is_valid_and_its_scope_is_that_of_its_tables(run, tmp_path, real_data):
    source = real_data("camtrap-dp-example")
    rules = list_of(tmp_path, "Mustela putorius,high,held,camera trap", "Martes foina,high,,")
    folder = run(source, rules=rules).package / "camera-trap"
    report = validated(folder, source / "schema")
    assert report.valid, [error.message for task in report.tasks for error in task.errors]
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    profile = json.loads((source / "schema" / "camtrap-dp-profile.json").read_text(encoding="utf-8"))
    required = [part["required"] for part in profile["allOf"] if "required" in part]
    assert all(key in described for key in required[0])
    deployments = pandas.read_csv(folder / "deployments.csv")
    observations = pandas.read_csv(folder / "observations.csv")
    assert 0 < len(deployments) <= 4 and set(observations["deploymentID"]) <= set(
        deployments["deploymentID"]
    )
    west, south = described["spatial"]["coordinates"][0][0]
    assert (deployments["latitude"] >= south).all() and (deployments["longitude"] >= west).all()
    named = {taxon["scientificName"] for taxon in described["taxonomic"]}
    assert named == set(observations["scientificName"].dropna())


def test_a_changed_package_is_found_invalid(run, tmp_path, real_data):
    source = real_data("camtrap-dp-example")
    rules = list_of(tmp_path, "Mustela putorius,high,held,camera trap")
    folder = run(source, rules=rules).package / "camera-trap"
    deployments = folder / "deployments.csv"
    deployments.write_text(deployments.read_text().replace("2020-05-30T04:57:37+02:00", "2020"))
    assert not validated(folder, source / "schema").valid


def test_exiftool_finds_no_tag_of_a_camera(run, tmp_path, real_data):
    source = real_data("camtrap-dp-example")
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool is not installed")
    rules = list_of(tmp_path, "Mustela putorius,high,held,camera trap")
    media = run(source, rules=rules).package / "camera-trap" / "media"

    def groups(folder):
        told = subprocess.run(
            ["exiftool", "-json", "-G0", "-a", folder], capture_output=True, check=True
        )
        tags = {tag for image in json.loads(told.stdout) for tag in image}
        return {tag.split(":")[0] for tag in tags if ":" in tag}

    # What exiftool itself says of the file, and what it computes of the picture's size.
    assert groups(media) == {"ExifTool", "File", "Composite"}
    assert {"EXIF", "MakerNotes"} <= groups(source / "media")


def test_open_tracks_are_read_by_gpxpy_with_every_point(run, tmp_path, real_data):
    source = real_data("gpx-gpxpy")
    rules = list_of(tmp_path, "Lutra lutra,high,,")
    names = ["Mojstrovka.gpx", "korita-zbevnica.gpx", "route.gpx", "unicode.gpx"]
    package = run(*[source / name for name in names], rules=rules).package / "track"
    for number, name in enumerate(names, start=1):
        copy = package / ("track.gpx" if number == 1 else f"track-{number}.gpx")
        with (source / name).open(encoding="utf-8") as before, copy.open(encoding="utf-8") as after:
            told = [gpxpy.parse(one) for one in (before, after)]
        points = [
            [
                (round(point.latitude, 7), round(point.longitude, 7), point.elevation, point.time)
                for point in [
                    *gpx.waypoints,
                    *(point for route in gpx.routes for point in route.points),
                    *(point for point, *_ in gpx.walk()),
                ]
            ]
            for gpx in told
        ]
        assert points[0] == points[1] and points[0], name


def test_protected_birds_leave_as_cells_and_months(run, tmp_path, real_data):
    source = real_data("movebank-o_assen")
    rules = list_of(tmp_path, "Haematopus ostralegus,medium,month,track")
    package = run(source, rules=rules).package / "track"
    cells = pandas.read_csv(package / "cells.csv", **TEXT)
    assert len(cells) > 50 and cells["eventDate"].str.match(r"^\d{4}-\d\d-01/\d{4}-\d\d-\d\d$").all()
    fixes = pandas.concat(
        pandas.read_csv(source / f"O_ASSEN-gps-{year}.csv.gz") for year in (2018, 2019)
    )
    # Every fix lies in a cell that is told, and no cell is told in vain.
    told = {(round(float(a), 2), round(float(b), 2)) for a, b in zip(cells["decimalLatitude"], cells["decimalLongitude"])}
    near = lambda value: ((value * 100 + 0.5) // 1) / 100  # noqa: E731
    held = {
        (round(near(lat), 2), round(near(lon), 2))
        for lat, lon in zip(fixes["location-lat"], fixes["location-long"])
    }
    assert told == held
    assert len(pandas.read_csv(package / "events.csv")) == 0


def test_weather_is_read_by_pandas_with_units_and_flags(run, tmp_path, real_data):
    source = real_data("weather-ghcnd")
    stations = tmp_path / "stations.csv"
    stations.write_text(
        "stationID,stationName,latitude,longitude,elevation\nUSC00411885,Colorado,31.0,-98.5,300\n"
    )
    rules = list_of(tmp_path, "Lutra lutra,high,,")
    package = run(source, stations, rules=rules).package / "weather"
    values = pandas.read_csv(package / "values.csv", parse_dates=["time"])
    assert len(values) == 264_159 and values["value"].notna().all()
    highest = values[(values["quantity"] == "TMAX")]
    assert set(highest["unit"]) == {"Cel"} and highest["value"].between(-40, 50).all()
    assert set(highest["standardName"]) == {"air_temperature"}
    listed = pandas.read_csv(package / "stations.csv")
    assert set(values["station"]) == set(listed["station"])


def test_tracks_come_out_of_parquet_as_out_of_text(run, tmp_path, real_data):
    source = real_data("movebank-o_assen")
    rules = list_of(tmp_path, "Haematopus ostralegus,medium,month,track")
    text = source / "O_ASSEN-gps-2018.csv.gz"
    columnar = tmp_path / "gps.parquet"
    pandas.read_csv(text, **TEXT).to_parquet(columnar)
    first = run(text, rules=rules)
    key = first.steward / "pseudonyms.key"
    second = run(columnar, rules=rules, extra=["--key", key])
    cells = [pandas.read_csv(out.package / "track" / "cells.csv", **TEXT) for out in (first, second)]
    assert len(cells[0]) > 20 and cells[0].equals(cells[1])
