"""What protection costs, worked out in the same way for every method.

Counted is what became of records that are on no list: of their cells in the columns of the
original, and of whole records. Rows may stand in another order. An empty cell of the original
that stays empty counts as kept, as does a column that was added.
"""

import hashlib
import hmac
from dataclasses import dataclass

import numpy
import pandas

import tables

ALPHABET = "0123456789abcdfghjklmnpqrstvwxyz"


@dataclass
class Utility:
    """Shares, 0 to 1, of what was there before."""

    cells_lost: float
    records_changed: float
    records_lost: float
    protected_withheld: float
    counts_lost: float


def compare(
    original: pandas.DataFrame,
    copy: pandas.DataFrame,
    found: numpy.ndarray,
    is_listed: pandas.Series,
) -> Utility:
    """Compares a copy; `found` has the row of the copy for each row of the original, or -1."""
    others = numpy.flatnonzero(~is_listed.to_numpy())
    there = others[found[others] >= 0]
    changed = numpy.zeros(len(there), dtype=bool)
    cells = 0
    for name in original:
        before = original[name].take(there).to_numpy()
        if name in copy:
            differs = before != copy[name].take(found[there]).to_numpy()
        else:
            differs = before != ""
        changed |= differs
        cells += int(differs.sum())
    lost = len(others) - len(there)
    listed = numpy.flatnonzero(is_listed.to_numpy())
    return Utility(
        cells_lost=share(cells + lost * original.shape[1], len(others) * original.shape[1]),
        records_changed=share(int(changed.sum()) + lost, len(others)),
        records_lost=share(lost, len(others)),
        # By their number: under pseudonyms not each of them is found again.
        protected_withheld=share(len(listed) - (len(copy) - len(there)), len(listed)),
        counts_lost=counts_lost(original, copy),
    )


def share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def counts_lost(original: pandas.DataFrame, copy: pandas.DataFrame) -> float:
    """Share of the records that species × cell of 0.1 degree × month no longer counts."""
    before, after = counts(original), counts(copy)
    kept = numpy.minimum(before, after.reindex(before.index, fill_value=0))
    return 1 - share(int(kept.sum()), int(before.sum()))


def counts(frame: pandas.DataFrame) -> pandas.Series:
    place = tables.places(frame)
    dates = frame["eventDate"].astype(object)
    # A range tells a month where it begins and ends in one.
    month, end = dates.str.slice(0, 7), dates.str.extract(r"/(\d{4}-\d\d)")[0].astype(object)
    is_month = month.str.match(r"^\d{4}-\d\d$") & (end.isna() | (end == month))
    if "month" in frame and "year" in frame:
        parts = frame["year"].astype(object) + "-" + frame["month"].astype(object).str.zfill(2)
        told = (frame["year"] != "") & (frame["month"] != "") & ~is_month
        month, is_month = month.where(~told, parts), is_month | told
    # Wider than a cell, a circle is in none.
    told = place["lat"].notna() & is_month & ~(place["radius"] > 11_132)
    keys = [
        tables.species(frame)[told],
        (place["lat"][told] * 10).round().astype(int).rename("lat"),
        (place["lon"][told] * 10).round().astype(int).rename("lon"),
        month[told].rename("month"),
    ]
    return pandas.concat(keys, axis=1).value_counts(sort=False)


def same_rows(original: pandas.DataFrame) -> numpy.ndarray:
    """The match of a copy that keeps all rows in their order."""
    return numpy.arange(len(original))


def match(original: pandas.DataFrame, copy: pandas.DataFrame, key: str) -> numpy.ndarray:
    """For each row of the original the row of the copy, or -1.

    By the record's identifier; else by its pseudonym, for the bench knows the key; else by all
    columns that hold no new values, rows that look the same in their order.
    """
    found = numpy.full(len(original), -1)
    is_free = numpy.ones(len(copy), dtype=bool)

    def take(ours: pandas.Series, theirs: pandas.Series) -> None:
        ours = ours[(found[ours.index] < 0) & (ours != "").to_numpy()]
        theirs = theirs[is_free[theirs.index] & (theirs != "").to_numpy()]
        left = pandas.DataFrame({"text": ours, "nth": ours.groupby(ours).cumcount()})
        right = pandas.DataFrame({"text": theirs, "nth": theirs.groupby(theirs).cumcount()})
        both = (
            left.rename_axis("ours")
            .reset_index()
            .merge(right.rename_axis("theirs").reset_index(), on=["text", "nth"])
        )
        found[both["ours"].to_numpy()] = both["theirs"].to_numpy()
        is_free[both["theirs"].to_numpy()] = False

    theirs = copy["occurrenceID"].astype(object)
    take(original["occurrenceID"].astype(object), theirs)
    left = original["occurrenceID"][found < 0].astype(object)
    take(left.map(lambda identifier: pseudonym(key, identifier)), theirs.str.slice(0, 19))
    if is_free.any() and (found < 0).any():
        take(*looks(original[found < 0], copy[is_free]))
    return found


def looks(ours: pandas.DataFrame, theirs: pandas.DataFrame) -> tuple[pandas.Series, pandas.Series]:
    """Rows as texts of the columns in which `theirs` has only values of `ours`."""
    names = [name for name in ours if name in theirs and theirs[name].isin(set(ours[name])).all()]
    texts = []
    for frame in (ours, theirs):
        text = tables.species(frame).astype(object)
        for name in names:
            text = text + "\0" + frame[name].astype(object)
        texts.append(text)
    return texts[0], texts[1]


def pseudonym(key: str, identifier: str) -> str:
    """The part of a record's pseudonym that tells it from others."""
    derived = hmac.new(bytes.fromhex(key), digestmod=hashlib.sha256)
    for part in (b"name", b"dataset", b"public"):
        derived.update(len(part).to_bytes(8, "big") + part)
    name = hmac.new(derived.digest(), b"occurrence\0" + identifier.encode(), hashlib.sha256)
    number = int.from_bytes(name.digest()[:10], "big")
    return "rb-" + "".join(ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))
