"""How others protect a dataset: three copies, each a flat table of records.

The tables are flat, each record with the columns of its event, because that is what these
platforms hand out. It is also what is kindest to them: an event table beside the records would tell
the exact place of every event, and of those that have protected records only.

- `rounded`: the coordinates of listed taxa rounded to 0.1 degree, nothing else. The uncertainty is
  raised by what rounding can move a place, as otherwise the copy would state circles that are wrong.
- `ala`: what the Atlas of Living Australia clears. Coordinates generalised to 0.1 degree (by plain
  rounding, which keeps the distance that is stated; its own way does not always), uncertainty raised
  by 10 km; verbatim coordinates, locality, remarks on the location, footprint, event identifier,
  date, day, event time, month and verbatim date cleared; year, municipality, state and country kept.
  Columns of the dataset's own, which it does not know, stay.
- `inaturalist`: a random point in the cell of 0.2 degrees, drawn once for each record; the month
  instead of the date; the same for all that the same observer recorded that day. Texts about the
  place are cleared. iNaturalist has no columns of its own for datasets, so those that repeat the date
  or the site are cleared too.
"""

import math
from pathlib import Path

import numpy
import pandas

import tables

ROUNDING_M = 7_870
ALA_M = 10_000
INAT_CELL = 0.2
SEED = 20_260_401

VERBATIM_PLACE = ["verbatimCoordinates", "verbatimLatitude", "verbatimLongitude"]
TEXTS = ["locality", "verbatimLocality", "locationRemarks", "footprintWKT"]
ALA_CLEARED = [
    *VERBATIM_PLACE,
    *TEXTS,
    *["eventID", "eventDate", "day", "eventTime", "month", "verbatimEventDate"],
]
INAT_CLEARED = [
    *VERBATIM_PLACE,
    *TEXTS,
    *["locationID", "day", "eventTime", "verbatimEventDate"],
    # Of the fly survey: the date and the site once more.
    *["sampling_date_b", "sampling_date_e", "sampling_site_cd"],
]


def rounded(frame: pandas.DataFrame, rows: pandas.Series) -> pandas.DataFrame:
    copy = frame.copy()
    place = tables.places(frame)[rows]
    round_places(copy, place, ROUNDING_M)
    return copy


def ala(frame: pandas.DataFrame, rows: pandas.Series) -> pandas.DataFrame:
    copy = frame.copy()
    place = tables.places(frame)[rows]
    round_places(copy, place, ALA_M)
    if "year" not in copy:
        copy["year"] = ""
    copy.loc[rows, "year"] = copy.loc[rows, "year"].where(
        copy.loc[rows, "year"] != "", copy.loc[rows, "eventDate"].str.slice(0, 4)
    )
    clear(copy, rows, ALA_CLEARED)
    say(copy, rows, "Location generalised to 0.1 degrees. Sensitive in the list: high.")
    return copy


def inaturalist(frame: pandas.DataFrame, rows: pandas.Series) -> pandas.DataFrame:
    copy = frame.copy()
    days = frame["recordedBy"] + "\0" + frame["eventDate"].str.slice(0, 10)
    known = (frame["recordedBy"] != "") & (frame["eventDate"].str.len() >= 10)
    rows = rows | (known & days.isin(set(days[rows & known])))
    place = tables.places(frame)[rows]
    draw = numpy.random.default_rng(SEED).random((len(place), 2))
    lat = (numpy.floor(place["lat"] / INAT_CELL) + draw[:, 0]) * INAT_CELL
    lon = (numpy.floor(place["lon"] / INAT_CELL) + draw[:, 1]) * INAT_CELL
    middle = numpy.radians((numpy.floor(place["lat"] / INAT_CELL) + 0.5) * INAT_CELL)
    diagonal = 111_320 * INAT_CELL * numpy.sqrt(1 + numpy.cos(middle) ** 2)
    put(copy, "decimalLatitude", lat.map("{:.6f}".format).where(lat.notna(), ""))
    put(copy, "decimalLongitude", lon.map("{:.6f}".format).where(lon.notna(), ""))
    radius = numpy.maximum(place["radius"].fillna(0), diagonal)
    put(copy, "coordinateUncertaintyInMeters", radius.map(metres).where(lat.notna(), ""))
    copy.loc[rows, "eventDate"] = copy.loc[rows, "eventDate"].str.slice(0, 7)
    clear(copy, rows, INAT_CLEARED)
    say(copy, rows, "Coordinates obscured.")
    return copy


METHODS = {"rounded": rounded, "ala": ala, "inaturalist": inaturalist}


def write_copies(folder: Path, rules: Path, out: Path) -> None:
    """Writes one folder for each method."""
    frame = tables.load(folder)
    rows = tables.listed(frame, rules)
    name = tables.find(folder, "occurrence").name
    for method, make in METHODS.items():
        (out / method).mkdir(parents=True, exist_ok=True)
        tables.write(make(frame, rows), out / method / name)


def round_places(copy: pandas.DataFrame, place: pandas.DataFrame, by_m: int) -> None:
    known = place["lat"].notna() & place["lon"].notna()
    for name, axis in (("decimalLatitude", "lat"), ("decimalLongitude", "lon")):
        put(copy, name, place[axis].map("{:.1f}".format).where(known, ""))
    radius = place["radius"].fillna(0) + by_m
    put(copy, "coordinateUncertaintyInMeters", radius.map(metres).where(known, ""))


def put(copy: pandas.DataFrame, name: str, values: pandas.Series) -> None:
    copy.loc[values.index, name] = values.astype(tables.TEXT)


def metres(radius: float) -> str:
    return "" if math.isnan(radius) else str(math.ceil(radius))


def clear(copy: pandas.DataFrame, rows: pandas.Series, names: list[str]) -> None:
    for name in names:
        if name in copy:
            copy.loc[rows, name] = ""


def say(copy: pandas.DataFrame, rows: pandas.Series, what: str) -> None:
    for name in ("dataGeneralizations", "informationWithheld"):
        if name not in copy:
            copy[name] = ""
        copy.loc[rows, name] = what
