"""Workbooks, Parquet and GeoParquet in and out, with pandas, openpyxl, pyarrow and geopandas; layers with
ogrinfo where it is installed.
"""

import json
import shutil
import subprocess

import geopandas
import openpyxl
import pandas
import pyarrow.parquet
import pytest

RECORDS = [
    {
        "occurrenceID": f"A{number:03}",
        "scientificName": name,
        "decimalLatitude": 51.5 + number * 0.013,
        "decimalLongitude": 4.5 - number * 0.007,
        "eventDate": f"2021-05-{number:02}",
        "catalogNumber": f"00{number}",
        "occurrenceRemarks": remark,
    }
    for number, (name, remark) in enumerate(
        [("Anas crecca", "=1+1")] * 11 + [("Botaurus stellaris", "on nest")] + [("Anas crecca", "")] * 8,
        start=1,
    )
]
LAYER = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": str(number),
            "properties": {"scientificName": name, "hectares": 2.5},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[4.6, lat], [4.61, lat], [4.61, lat + 0.01], [4.6, lat]]],
            },
        }
        for number, (name, lat) in enumerate([("Anas crecca", 51.2), ("Botaurus stellaris", 51.61234)])
    ],
}


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.csv"
    path.write_text("scientificName,category\nBotaurus stellaris,high\n")
    return path


@pytest.fixture
def layer(tmp_path):
    path = tmp_path / "layer.geojson"
    path.write_text(json.dumps(LAYER))
    return path


def as_text(frame):
    return frame.astype(str).replace({"nan": "", "None": "", "<NA>": ""})


def test_a_workbook_goes_in_and_comes_out(run, tmp_path, rules):
    # pandas writes what begins with an equals sign as a formula; a field team types text.
    table = tmp_path / "records.csv"
    pandas.DataFrame(RECORDS).to_csv(table, index=False)
    first = run(table, rules=rules, extra=["--format", "xlsx"]).package / "dataset.xlsx"
    package = run(first, rules=rules, extra=["--format", "xlsx"]).package
    book = openpyxl.load_workbook(package / "dataset.xlsx")
    rows = list(book["occurrence"].iter_rows())
    heading = [cell.value for cell in rows[0]]
    remarks, number = heading.index("occurrenceRemarks"), heading.index("catalogNumber")
    assert [rows[1][remarks].value, rows[1][remarks].data_type] == ["=1+1", "s"]
    assert rows[1][number].value == "001"
    cells = [cell.value for row in rows for cell in row]
    assert "on nest" not in cells and len(rows) in (20, 21)


def test_parquet_goes_in_and_geoparquet_comes_out(run, tmp_path, rules, layer):
    source = tmp_path / "records.parquet"
    pandas.DataFrame(RECORDS).to_parquet(source)
    package = run(source, layer, rules=rules, extra=["--format", "parquet"]).package
    frame = geopandas.read_parquet(package / "occurrence.parquet")
    ducks = frame[frame["scientificName"] == "Anas crecca"]
    assert len(ducks) == 19 and ducks.geometry.notna().all() and "CRS84" in frame.crs.name
    first = ducks[ducks["occurrenceID"] == "A001"].iloc[0]
    assert (first.geometry.y, first.geometry.x) == pytest.approx((51.513, 4.493))
    assert b"geo" in pyarrow.parquet.read_metadata(package / "occurrence.parquet").metadata
    features = geopandas.read_parquet(package / "layer" / "layer.parquet")
    told = features[features["scientificName"] == "Botaurus stellaris"].iloc[0]
    # The cell of 0.1 degrees that its box lies in.
    assert told.geometry.bounds == pytest.approx((4.55, 51.55, 4.65, 51.65))
    assert b"51.612" not in (package / "layer" / "layer.parquet").read_bytes()


def test_cells_that_look_like_formulas_get_an_apostrophe_only_where_asked(run, tmp_path, rules):
    source = tmp_path / "records.csv"
    pandas.DataFrame(RECORDS).to_csv(source, index=False)
    plain = (run(source, rules=rules).package / "occurrence.csv").read_text()
    neutral = run(source, rules=rules, extra=["--neutral-csv"]).package / "occurrence.csv"
    assert ",=1+1" in plain and ",'=1+1" in neutral.read_text()


def test_ogrinfo_reads_a_layer(run, tmp_path, rules, layer):
    if shutil.which("ogrinfo") is None:
        pytest.skip("ogrinfo is not installed")
    package = run(layer, rules=rules).package
    told = subprocess.run(
        ["ogrinfo", "-al", "-so", package / "layer" / "layer.geojson"], capture_output=True, check=True
    ).stdout.decode()
    assert "Feature Count: 2" in told and "WGS 84" in told and "Polygon" in told


def test_a_geopackage_and_a_shapefile_made_by_gdal_are_shared(run, tmp_path, rules, layer):
    if shutil.which("ogr2ogr") is None:
        pytest.skip("ogr2ogr is not installed")
    for name in ("layer.gpkg", "layer.shp"):
        made = tmp_path / name
        command = ["ogr2ogr", "-t_srs", "EPSG:3035", made, layer]
        subprocess.run(command, capture_output=True, check=True)
        package = run(made, rules=rules).package
        told = json.loads((package / "layer" / "layer.geojson").read_text())["features"]
        west, south = told[0]["geometry"]["coordinates"][0][0]
        assert (west, south) == pytest.approx((4.6, 51.2), abs=1e-5)
        if name == "layer.shp":
            # A shapefile cuts headings after ten letters: what is left is a text that names a taxon.
            assert len(told) == 1
        else:
            assert told[1]["geometry"]["coordinates"][0][0] == pytest.approx([4.55, 51.55])


def test_a_layer_goes_in_as_geoparquet_as_it_does_as_geojson(run, tmp_path, rules, layer):
    columnar = tmp_path / "layer.parquet"
    geopandas.read_file(layer).to_parquet(columnar)
    first = run(layer, rules=rules)
    key = first.steward / "pseudonyms.key"
    second = run(columnar, rules=rules, extra=["--key", key])
    told = [geopandas.read_file(out.package / "layer" / "layer.geojson") for out in (first, second)]
    assert len(told[0]) == len(told[1]) == 2
    for one, other in zip(told[0].geometry, told[1].geometry):
        assert one.equals_exact(other, 1e-9)
    assert b"51.612" not in (second.package / "layer" / "layer.geojson").read_bytes()
