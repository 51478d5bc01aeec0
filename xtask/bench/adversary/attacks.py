"""A second adversary, written from the description of the attacks and not from the first one.

Attacks 1 to 5, 8 and 12 of the list: the same event, site, recorder and day, or individual as a
record that is told exactly; the neighbours of a record in a series of numbers or in the order of
rows; a gap in a series. (12, the difference to a known copy, is only counted: see `linked`.)

The rule is the same for all: what exact records give a hint have to lie within a quarter of the
floor's width of each other and inside of the region that the record states. How far such a rule
can be trusted is measured for each kind of hint by itself: it is tried on exact records, whose
place the attacker knows, as if they were generalised as the protected ones are. Only kinds that
are right at least half of the time make a claim.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy
import pandas

import tables

FLOOR_M = 11_132.0
NEAR_M = FLOOR_M / 4
EXACT_M = 1_000.0
METRES_PER_DEGREE = 111_320.0
# Neighbours in a series are so many numbers away at most.
FARTHEST = 5
# A kind of hint makes claims where its trials show, at 90 %, that it is right at least so often.
SURE = 0.5
MOST_TRIALS = 20_000
ROUNDS = 5
SEED = 7

KEYS = {
    "same event": ["eventID"],
    "same site": ["locationID", "locality", "verbatimLocality"],
    "same individual": ["organismID", "individualID"],
}
NUMBERED = ["occurrenceID", "catalogNumber", "recordNumber", "fieldNumber", "eventID"]
SAYS_NOTHING = r"^(?:withheld|restricted|obscured|hidden|masked|not supplied)"
HINTS = ["row", "lat", "lon"]


@dataclass
class Copy:
    """What the attacker has: hints from exact rows, and the rows that are attacked."""

    exact: pandas.DataFrame
    wanted: pandas.DataFrame
    columns: list[str]
    # Whether rows that are on no list were generalised too.
    siblings_are_gone: bool


def distance_m(lat, lon, other_lat, other_lon):
    """Distances on a sphere."""
    a, b = numpy.radians(lat), numpy.radians(other_lat)
    half = numpy.sin((b - a) / 2) ** 2
    turn = numpy.radians(other_lon - lon) / 2
    half = half + numpy.cos(a) * numpy.cos(b) * numpy.sin(turn) ** 2
    return 2 * 6_371_009.0 * numpy.arcsin(numpy.sqrt(half))


def day(frame: pandas.DataFrame) -> pandas.Series:
    """The day, where a row tells one."""
    empty = pandas.Series("", index=frame.index)
    text = frame.get("eventDate", empty).astype(object)
    found = text.where(text.str.match(r"^\d{4}-\d\d-\d\d(?:T[^/]*)?$"), "").str.slice(0, 10)
    first, last = text.str.slice(0, 10), text.str.extract(r"/(\d{4}-\d\d-\d\d)")[0]
    found = found.where(first != last, first)
    parts = [frame.get(name, empty).astype(object) for name in ("year", "month", "day")]
    if all(name in frame for name in ("year", "month", "day")):
        joined = parts[0] + "-" + parts[1].str.zfill(2) + "-" + parts[2].str.zfill(2)
        whole = (parts[0] != "") & (parts[1] != "") & (parts[2] != "")
        found = found.where((found != "") | ~whole, joined)
    return found


def look(frame: pandas.DataFrame, table: str) -> pandas.DataFrame:
    """What the attacks need of each row of a flat table."""
    seen = tables.places(frame)
    seen["row"] = numpy.arange(len(frame))
    seen["table"] = table
    seen["species"] = tables.species(frame) if "scientificName" in frame else ""
    names = {*NUMBERED, *(name for names in KEYS.values() for name in names)}
    for name in names:
        if name in frame:
            text = frame[name].astype(object).str.strip()
            seen[name] = text.where(~text.str.match(SAYS_NOTHING, case=False), "")
    days = day(frame)
    recorder = frame["recordedBy"].astype(object) if "recordedBy" in frame else days * 0
    told = (recorder != "") & ~recorder.str.match(SAYS_NOTHING, case=False) & (days != "")
    seen["recorder and day"] = (recorder.str.casefold() + "\0" + days).where(told, "")
    dates = frame["eventDate"].astype(object) if "eventDate" in frame else days
    last = dates.str.extract(r"/(\d{4})")[0].astype(object)
    year = dates.str.slice(0, 4)
    seen["year"] = year.where(last.isna() | (last == year), "")
    box = pandas.DataFrame(numpy.nan, index=seen.index, columns=["south", "north", "west", "east"])
    if "footprintWKT" in frame:
        outlined = frame["footprintWKT"].astype(object)
        outlined = outlined[outlined.str.startswith("POLYGON")]
        if len(outlined):
            box.loc[outlined.index] = [edges(text) for text in outlined]
    return pandas.concat([seen, box], axis=1)


def edges(outline: str) -> list[float]:
    """South, north, west and east of a polygon without holes."""
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", outline)]
    return [min(numbers[1::2]), max(numbers[1::2]), min(numbers[::2]), max(numbers[::2])]


def open_copy(folder: Path, is_protected: pandas.Series) -> Copy:
    """Reads a copy; `is_protected` is by row of its records."""
    records = tables.load(folder)
    seen = look(records, "occurrence")
    has_place = seen["lat"].notna() & seen["lon"].notna()
    is_exact = has_place & ~(seen["radius"] > EXACT_M)
    exact = seen[is_exact & ~is_protected.to_numpy()]
    events = tables.find(folder, "event")
    if events:
        others = look(tables.read(events), "event")
        others = others[others["lat"].notna() & ~(others["radius"] > EXACT_M)]
        exact = pandas.concat([exact, others], ignore_index=True)
    says_so = pandas.Series(False, index=records.index)
    for name in ("dataGeneralizations", "informationWithheld"):
        if name in records:
            says_so |= records[name] != ""
    gone = int((says_so & ~is_protected.to_numpy()).sum()) > int(is_protected.sum()) // 10
    columns = [name for name in seen if name in NUMBERED]
    return Copy(exact, seen[is_protected.to_numpy()], columns, gone)


def agree(hints: pandas.DataFrame, wanted: pandas.DataFrame) -> pandas.DataFrame:
    """The claims that hints (row, lat, lon) make about wanted rows: a place for each."""
    regions = wanted[["row", "lat", "lon", "radius", "south", "north", "west", "east"]]
    regions = regions.rename(columns={"lat": "from_lat", "lon": "from_lon"})
    joined = hints[HINTS].merge(regions, on="row")
    away = distance_m(joined["lat"], joined["lon"], joined["from_lat"], joined["from_lon"])
    inside = joined["from_lat"].isna() | (away <= joined["radius"].fillna(numpy.inf))
    in_box = joined["lat"].between(joined["south"], joined["north"]) & joined["lon"].between(
        joined["west"], joined["east"]
    )
    joined["inside"] = in_box.where(joined["south"].notna(), inside)
    middle = joined.groupby("row")[["lat", "lon"]].transform("median")
    joined["off"] = distance_m(joined["lat"], joined["lon"], middle["lat"], middle["lon"])
    found = joined.groupby("row").agg(
        lat=("lat", "median"), lon=("lon", "median"), inside=("inside", "all"), off=("off", "max")
    )
    return found[found["inside"] & (found["off"] <= NEAR_M / 2)].reset_index()[HINTS]


def by_key(exact: pandas.DataFrame, wanted: pandas.DataFrame, name: str) -> pandas.DataFrame:
    keyed = exact.loc[exact[name] != "", [name, "lat", "lon"]].drop_duplicates()
    return wanted.loc[wanted[name] != "", ["row", name]].merge(keyed, on=name)


def numbers(frame: pandas.DataFrame, name: str) -> pandas.DataFrame:
    """The last number of each text, and what stands around it."""
    parts = frame[name].str.extract(r"^(.*?)(\d{1,15})(\D*)$")
    told = parts[1].notna()
    return pandas.DataFrame(
        {
            "row": frame.loc[told, "row"],
            "lat": frame.loc[told, "lat"],
            "lon": frame.loc[told, "lon"],
            "series": parts.loc[told, 0] + "\0" + parts.loc[told, 2],
            "number": parts.loc[told, 1].astype("int64"),
        }
    ).astype({"series": object})


def ordered(frame: pandas.DataFrame) -> pandas.DataFrame:
    """The order of rows as a series of numbers."""
    frame = frame[frame["table"] == "occurrence"]
    return (
        frame[["row", "lat", "lon"]]
        .assign(series="", number=frame["row"])
        .astype({"series": object, "number": "int64"})
    )


def neighbours(exact: pandas.DataFrame, wanted: pandas.DataFrame) -> dict[str, pandas.DataFrame]:
    """The nearest exact rows below and above in the series, by how far the nearer one is."""
    exact = exact.sort_values("number", kind="stable").assign(nearest=lambda rows: rows["number"])
    wanted = wanted[["row", "series", "number"]].sort_values("number", kind="stable")
    sides = [
        pandas.merge_asof(
            wanted,
            exact[["series", "number", "nearest", "lat", "lon"]],
            on="number",
            by="series",
            direction=direction,
            tolerance=FARTHEST,
            allow_exact_matches=False,
        ).dropna(subset=["lat"])
        for direction in ("backward", "forward")
    ]
    found = pandas.concat(sides, ignore_index=True)
    on_both = found["row"].duplicated(keep=False)
    lag = (found["nearest"] - found["number"]).abs().groupby(found["row"]).transform("min")
    return {
        f"{lags} away on {'both sides' if both else 'one side'}": found[
            (on_both == both) & (lag == lags)
        ]
        for lags in range(1, FARTHEST + 1)
        for both in (True, False)
    }


def gaps(exact: pandas.DataFrame, wanted: pandas.DataFrame, name: str) -> pandas.DataFrame:
    """Gaps in a series that the wanted rows, which are in no series, may have left."""
    known = numbers(exact, name)
    known["year"] = exact["year"]
    known = known.sort_values(["series", "number"], kind="stable")
    after = known.groupby("series")[["number", "lat", "lon"]].shift(-1)
    step = after["number"] - known["number"]
    near = distance_m(known["lat"], known["lon"], after["lat"], after["lon"]) <= NEAR_M / 2
    holes = known[(step >= 2) & (step <= FARTHEST) & near].sort_values("lat")
    holes = holes.drop_duplicates(["lat", "lon", "year"])
    lats, points = holes["lat"].to_numpy(), holes[["lat", "lon"]].to_numpy()
    years = holes["year"].to_numpy()
    lost = wanted[~wanted[name].str.contains(r"\d", regex=True) | is_keyed(wanted[name])]
    found: list[tuple[int, float, float]] = []
    for region, rows in lost.groupby(["lat", "lon", "radius", "year"])["row"]:
        lat, lon, radius, year = region
        reach = radius / METRES_PER_DEGREE * 1.01
        begin, end = numpy.searchsorted(lats, [lat - reach, lat + reach])
        possible = points[begin:end]
        away = distance_m(possible[:, 0], possible[:, 1], lat, lon)
        fits = (away <= radius) & ((years[begin:end] == year) | (year == ""))
        # One that fits is a hint; of many, which do not lie together, none is.
        for hint in possible[fits][:50]:
            found.extend((row, *hint) for row in rows)
    return pandas.DataFrame(found, columns=HINTS)


def is_keyed(texts: pandas.Series) -> pandas.Series:
    """Whether an identifier looks like a pseudonym: a long word of letters and digits."""
    return texts.str.contains(r"[0-9a-z]{20,}$", regex=True)


def hints(copy: Copy, exact: pandas.DataFrame, wanted: pandas.DataFrame):
    """All hints about wanted rows, by kind."""
    for attack, names in [*KEYS.items(), ("same recorder and day", ["recorder and day"])]:
        for name in names:
            if name in exact and name in wanted:
                yield f"{attack}: {name}", by_key(exact, wanted, name)
    for name in copy.columns:
        for side, found in neighbours(numbers(exact, name), numbers(wanted, name)).items():
            yield f"number series: {name}, {side}", found
        yield f"gap in a series: {name}", gaps(exact, wanted, name)
    for side, found in neighbours(ordered(exact), ordered(wanted)).items():
        yield f"order of rows: {side}", found


def trials(copy: Copy) -> dict[str, float]:
    """How often each kind of hint is right, tried on exact records."""
    random = numpy.random.default_rng(SEED)
    records = copy.exact[copy.exact["table"] == "occurrence"]
    size = min(MOST_TRIALS, max(len(copy.wanted), 50), len(records) // 2)
    right: dict[str, int] = {}
    made: dict[str, int] = {}
    if size == 0:
        return {}
    least = sites_inside(copy.exact, copy.wanted).quantile(0.1)
    for _ in range(1 if size >= MOST_TRIALS // 4 else ROUNDS):
        held = all_of_some_species(records, size, random)
        others = as_scarce(copy, held)
        wanted = disguised(copy, held, random)
        # A method may choose regions so that many sites lie in each: then those on trial have to.
        wanted = wanted[sites_inside(copy.exact, wanted) >= least]
        for kind, found in hints(copy, others, wanted):
            claims = agree(found, wanted).merge(held[HINTS], on="row", suffixes=("", "_true"))
            away = distance_m(claims["lat"], claims["lon"], claims["lat_true"], claims["lon_true"])
            right[kind] = right.get(kind, 0) + int((away <= NEAR_M).sum())
            made[kind] = made.get(kind, 0) + len(claims)
    return {kind: at_least(right[kind], made[kind]) for kind in made if made[kind]}


def at_least(right: int, made: int) -> float:
    """The lower end of Wilson's interval, one-sided at 90 %."""
    z, share = 1.2816, right / made
    spread = z * (share * (1 - share) / made + z**2 / (4 * made**2)) ** 0.5
    return (share + z**2 / (2 * made) - spread) / (1 + z**2 / made)


def sites_inside(exact: pandas.DataFrame, wanted: pandas.DataFrame) -> pandas.Series:
    """How many exact sites lie in the region and year that each row states."""
    sites = exact[["lat", "lon", "year"]].drop_duplicates().sort_values("lat")
    lats, lons, years = (sites[name].to_numpy() for name in ("lat", "lon", "year"))
    reach = wanted["radius"].fillna(0) / METRES_PER_DEGREE
    across = reach / numpy.cos(numpy.radians(wanted["lat"]))
    bounds = zip(
        wanted["south"].fillna(wanted["lat"] - reach),
        wanted["north"].fillna(wanted["lat"] + reach),
        wanted["west"].fillna(wanted["lon"] - across),
        wanted["east"].fillna(wanted["lon"] + across),
        wanted["year"],
        strict=True,
    )
    counts = []
    for south, north, west, east, year in bounds:
        begin, end = numpy.searchsorted(lats, [south, north])
        inside = (lons[begin:end] >= west) & (lons[begin:end] <= east)
        if year:
            inside &= years[begin:end] == year
        counts.append(int(inside.sum()))
    return pandas.Series(counts, index=wanted.index, dtype="int64")


def all_of_some_species(records: pandas.DataFrame, size: int, random) -> pandas.DataFrame:
    """At least so many records, where there are: of some species all, as a list protects them."""
    counts = records["species"].value_counts().sort_index().sample(frac=1, random_state=random)
    some = counts.index[: int((counts.cumsum() < size).sum()) + 1]
    held = records[records["species"].isin(some)]
    # Of a few species that make up most of the records there would be no exact ones left.
    return held if len(held) <= len(records) // 2 else records.sample(size, random_state=random)


def as_scarce(copy: Copy, held: pandas.DataFrame) -> pandas.DataFrame:
    """The exact rows without those on trial. Where siblings of protected rows were generalised too,
    a trial has to do without the siblings of its rows as well.
    """
    others = copy.exact.drop(held.index)
    if copy.siblings_are_gone:
        for name in ("eventID", "recorder and day"):
            if name in others:
                others = others[(others[name] == "") | ~others[name].isin(set(held[name]))]
    return others


def disguised(copy: Copy, held: pandas.DataFrame, random) -> pandas.DataFrame:
    """Trial rows that tell as little as protected ones: each has the region of one of these, moved
    so that its true place is anywhere in it, and lacks the numbers and the year that it lacks.
    """
    pattern = copy.wanted.sample(len(held), replace=True, random_state=random)
    wanted = held.reset_index(drop=True)
    pattern = pattern.reset_index(drop=True)
    has_box = pattern["south"].notna()
    across, along = random.random(len(wanted)), random.random(len(wanted))
    height = pattern["north"] - pattern["south"]
    width = pattern["east"] - pattern["west"]
    away = pattern["radius"] * numpy.sqrt(across)
    turn = 2 * numpy.pi * along
    shrink = numpy.cos(numpy.radians(wanted["lat"]))
    south = wanted["lat"] - across * height
    west = wanted["lon"] - along * width
    lat = wanted["lat"] + away * numpy.sin(turn) / METRES_PER_DEGREE
    lon = wanted["lon"] + away * numpy.cos(turn) / METRES_PER_DEGREE / shrink
    wanted = wanted.assign(
        lat=(south + height / 2).where(has_box, lat),
        lon=(west + width / 2).where(has_box, lon),
        radius=pattern["radius"],
        south=south,
        north=south + height,
        west=west,
        east=west + width,
        year=wanted["year"].where(pattern["year"] != "", ""),
    )
    for name in copy.columns:
        wanted[name] = wanted[name].where(~is_keyed(pattern[name]) & (pattern[name] != ""), "")
    return wanted


def attack(copy: Copy) -> pandas.DataFrame:
    """The surest claim about each row: row, lat, lon, kind and chance."""
    chances = trials(copy)
    made = []
    for kind, found in hints(copy, copy.exact, copy.wanted):
        if chances.get(kind, 0) >= SURE:
            made.append(agree(found, copy.wanted).assign(kind=kind, chance=chances[kind]))
    if not made:
        return pandas.DataFrame(columns=[*HINTS, "kind", "chance"])
    claims = pandas.concat(made, ignore_index=True).sort_values("chance", kind="stable")
    return claims.drop_duplicates("row", keep="last")


def linked(original: pandas.DataFrame, copy: pandas.DataFrame, truth: pandas.Series) -> int:
    """How many rows of a copy have an identifier that leads to themselves in the original.

    `truth` is the row of the original for each row of the copy that is asked about.
    """
    names = [name for name in ("occurrenceID", "catalogNumber", "gbifID") if name in original]
    found = pandas.Series(False, index=truth.index)
    for name in names:
        ours = copy[name].take(truth.index).to_numpy()
        theirs = original[name].take(truth.to_numpy()).to_numpy()
        found |= (ours == theirs) & (ours != "")
    return int(found.sum())
