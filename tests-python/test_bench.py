"""The Python side of the benches: what they grade by, and hold us against, has to be right itself."""

import subprocess
import sys

import numpy
import pandas
import pytest

from conftest import REPO
from inputs import SPECIES, write_rules, write_table
from packages import tables as tables_of

sys.path.insert(0, str(REPO / "xtask" / "bench" / "adversary"))

import attacks
import methods
import tables
import utility

KEY = "00112233445566778899aabbccddeeff" * 2


def record(number, species="none", event="", **more):
    """A record of one of 60 sites, each with three records of an event, a person and a day."""
    site = number // 3
    return {
        "occurrenceID": f"obs:{number * 100}",
        "eventID": event or f"visit {site * 50} x",
        "scientificName": SPECIES[species],
        "decimalLatitude": f"{50 + site * 0.03:.5f}",
        "decimalLongitude": f"{4 + site * 7 % 60 * 0.03:.5f}",
        "coordinateUncertaintyInMeters": "30",
        "locality": f"pond {site}",
        "eventDate": f"2020-05-{site % 28 + 1:02}",
        "recordedBy": f"Observer {site // 28}",
        "individualCount": str(number),
        **more,
    }


def records():
    """One record of each tenth site is protected."""
    return [record(n, "high" if n % 30 == 0 else "none") for n in range(180)]


@pytest.fixture
def dataset(tmp_path):
    folder = tmp_path / "input"
    folder.mkdir()
    write_table(folder / "occurrence.csv", records())
    return folder, write_rules(tmp_path / "rules.csv")


@pytest.fixture
def copies(dataset, tmp_path):
    methods.write_copies(*dataset, tmp_path / "copies")
    return tmp_path / "copies"


def attacked(dataset, copy):
    is_listed = tables.listed(tables.load(dataset[0]), dataset[1])
    return attacks.attack(attacks.open_copy(copy, is_listed)), is_listed


def test_a_shared_event_gives_every_rounded_record_away(dataset, copies):
    claims, is_listed = attacked(dataset, copies / "rounded")
    assert sorted(claims["row"]) == list(numpy.flatnonzero(is_listed))
    true = tables.places(tables.load(dataset[0])).take(claims["row"])
    away = attacks.distance_m(
        claims["lat"].to_numpy(), claims["lon"].to_numpy(), true["lat"], true["lon"]
    )
    assert (away < 1).all()


def test_nothing_shared_gives_nothing_away(dataset, tmp_path):
    rows = tables.load(dataset[0])
    is_listed = tables.listed(rows, dataset[1])
    rows = methods.ala(rows, is_listed)
    for name in ("occurrenceID", "recordedBy"):
        rows.loc[is_listed, name] = "withheld"
    # Behind all others, in one block: the order of rows tells nothing either.
    order = numpy.argsort(is_listed.to_numpy(), kind="stable")
    tables.write(rows.take(order), tmp_path / "occurrence.csv")
    copy = attacks.open_copy(tmp_path, is_listed.take(order).reset_index(drop=True))
    assert len(attacks.attack(copy)) == 0


@pytest.mark.parametrize(
    ("texts", "claimed"),
    [(["PT:7", "PT:9"], 1), (["PT:7", "QQ:9"], 1), (["PT:70", "PT:90"], 0)],
)
def test_neighbours_in_a_series_are_near_numbers_of_the_same_kind(texts, claimed):
    place = {"lat": 50.0, "lon": 4.0, "table": "occurrence"}
    exact = pandas.DataFrame([{"row": n, "id": text, **place} for n, text in enumerate(texts)])
    wanted = pandas.DataFrame([{"row": 9, "id": "PT:8", **place}])
    found = attacks.neighbours(attacks.numbers(exact, "id"), attacks.numbers(wanted, "id"))
    assert sum(hints["row"].nunique() for hints in found.values()) == claimed


def test_the_other_methods_change_what_they_say_and_no_more(dataset, copies):
    original = tables.load(dataset[0])
    is_listed = tables.listed(original, dataset[1])
    ala, inat = (tables.load(copies / name) for name in ("ala", "inaturalist"))
    assert (ala.loc[is_listed, ["eventID", "eventDate", "locality"]] == "").all(axis=None)
    assert (ala.loc[is_listed, "year"] == "2020").all()
    assert ala.loc[~is_listed, list(original)].equals(original[~is_listed])
    # All three records of the site were made by one person on one day.
    changed = (inat[list(original)] != original).any(axis=1)
    assert int(changed.sum()) == 3 * int(is_listed.sum())
    assert (inat.loc[changed, "eventDate"] == "2020-05").all()


def test_a_moved_row_costs_nothing_and_a_lost_one_all_its_cells(dataset):
    original = tables.load(dataset[0])
    is_listed = tables.listed(original, dataset[1])
    moved = original.iloc[::-1].reset_index(drop=True)
    found = utility.match(original, moved, KEY)
    cost = utility.compare(original, moved, found, is_listed)
    assert (cost.cells_lost, cost.records_changed, cost.counts_lost) == (0, 0, 0)
    shorter = original.drop(index=1).reset_index(drop=True)
    found = utility.match(original, shorter, KEY)
    cost = utility.compare(original, shorter, found, is_listed)
    assert cost.cells_lost == cost.records_lost == 1 / int((~is_listed).sum())


def test_every_record_is_found_again_in_a_copy(run, dataset, tmp_path):
    key = tmp_path / "key"
    key.write_text(KEY)
    folder, rules = dataset
    shared = run(folder / "occurrence.csv", rules=rules, extra=["--key", key])
    original, copy = tables.load(folder), tables_of(shared.package)["occurrence"]
    found = utility.match(original, copy, KEY)
    there = found >= 0
    assert there.sum() == len(copy) == len(set(found[there]))
    counts = copy["individualCount"].take(found[there]).to_numpy()
    assert (counts == original["individualCount"][there].to_numpy()).all()


def test_the_plain_parquet_that_a_vault_is_held_against_has_all_rows_as_they_were(tmp_path):
    source, target = tmp_path / "in.tsv", tmp_path / "out.parquet"
    rows = [[f"obs:{n}", f"5{n % 10}.10", '6" pipe', "" if n % 3 else "pond"] for n in range(1_000)]
    heads = ["occurrenceID", "decimalLatitude", "remarks", "locality"]
    source.write_text("".join("\t".join(row) + "\n" for row in [heads, *rows]))
    script = REPO / "xtask" / "bench" / "vault" / "parquet.py"
    subprocess.run([sys.executable, script, source, target], check=True)
    written = pandas.read_parquet(target)
    assert list(written) == heads
    assert written.fillna("").to_numpy().tolist() == rows
