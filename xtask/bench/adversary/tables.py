"""Tables as the bench reads and writes them, and which of their records are on a list.

Every cell stays text. A dataset is a folder with `occurrence.csv` or `.tsv`, and `event.csv` where
events have a table of their own; it is looked at as one flat table, in which each record has the
columns of its event besides its own.
"""

import csv
from pathlib import Path

import pandas
import pyarrow
from pyarrow import csv as arrow_csv

TEXT = pandas.StringDtype("pyarrow", na_value=float("nan"))


def find(folder: Path, name: str) -> Path | None:
    """The table of that name, in whichever form it is."""
    for suffix in (".csv", ".tsv", ".txt"):
        if (folder / (name + suffix)).exists():
            return folder / (name + suffix)
    return None


def delimiter(path: Path) -> str:
    return "," if path.suffix == ".csv" else "\t"


def read(path: Path) -> pandas.DataFrame:
    with path.open(encoding="utf-8", newline="") as file:
        headings = next(csv.reader(file, delimiter=delimiter(path)))
    table = arrow_csv.read_csv(
        path,
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter(path), newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: pyarrow.string() for name in headings}, strings_can_be_null=False
        ),
    )
    return table.to_pandas(types_mapper={pyarrow.string(): TEXT}.get)


def write(frame: pandas.DataFrame, path: Path) -> None:
    frame.to_csv(path, sep=delimiter(path), index=False, lineterminator="\n")


def lines(path: Path, rows: int) -> list[int]:
    """The line on which each row of a table begins, from 1."""
    with path.open("rb") as file:
        count = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    if count == rows + 1:
        return list(range(2, rows + 2))
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter(path))
        next(reader)
        begins, begin = [], reader.line_num + 1
        for _ in reader:
            begins.append(begin)
            begin = reader.line_num + 1
    return begins


def flat(records: pandas.DataFrame, events: pandas.DataFrame | None) -> pandas.DataFrame:
    """Records with what their events say and they do not, in their order."""
    if events is None:
        return records
    events = events.drop_duplicates("eventID")
    joined = records.merge(events, on="eventID", how="left", suffixes=("", "\0")).fillna("")
    for name in [name for name in joined if name.endswith("\0")]:
        own = name.removesuffix("\0")
        joined[own] = joined[own].where(joined[own] != "", joined[name])
    return joined[[name for name in joined if not name.endswith("\0")]]


def load(folder: Path) -> pandas.DataFrame:
    """The records of a dataset, flat."""
    events = find(folder, "event")
    return flat(read(find(folder, "occurrence")), read(events) if events else None)


def species(frame: pandas.DataFrame) -> pandas.Series:
    """Genus and epithet of each record; empty where the name has no epithet."""
    found = frame["scientificName"].str.extract(r"^(\S+ [a-zà-ÿ-]+)(?:\s|$)")[0]
    return found.fillna("")


def listed(frame: pandas.DataFrame, rules: Path) -> pandas.Series:
    """Whether a record is of a species on the rule list."""
    with rules.open(encoding="utf-8", newline="") as file:
        names = {row["scientificName"] for row in csv.DictReader(file)}
    return species(frame).isin(names)


def places(frame: pandas.DataFrame) -> pandas.DataFrame:
    """Latitude, longitude and stated radius as numbers, missing where there is none."""

    def number(name: str) -> pandas.Series:
        if name not in frame:
            return pandas.Series(float("nan"), index=frame.index)
        return pandas.to_numeric(frame[name], errors="coerce").astype(float)

    return pandas.DataFrame(
        {
            "lat": number("decimalLatitude"),
            "lon": number("decimalLongitude"),
            "radius": number("coordinateUncertaintyInMeters"),
        }
    )
