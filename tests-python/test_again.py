"""Sharing again: the same copy comes out, and a copy of a copy is not moved."""

from inputs import SPECIES, write_rules, write_table
from packages import every_byte, tables
from test_circles import many_rows

PLACE = ["decimalLatitude", "decimalLongitude", "coordinateUncertaintyInMeters", "footprintWKT"]


def test_the_same_input_and_key_give_the_same_bytes(run, tmp_path):
    rows, _ = many_rows()
    table = write_table(tmp_path / "occurrence.csv", rows)
    rules = write_rules(tmp_path / "rules.csv", siblings="coarsen")
    first = run(table, rules=rules)
    key = first.steward / "pseudonyms.key"
    second = run(table, rules=rules, extra=["--key", key])
    assert every_byte(first.package) == every_byte(second.package)


def test_pseudonyms_differ_between_keys_and_between_audiences(run, tmp_path):
    rows, _ = many_rows()
    table = write_table(tmp_path / "occurrence.csv", rows)
    rules = write_rules(tmp_path / "rules.csv", siblings="coarsen")
    first = run(table, rules=rules)
    key = first.steward / "pseudonyms.key"
    copies = [
        first,
        run(table, rules=rules),
        run(table, rules=rules, extra=["--key", key, "--for", "partner", "--to", "A"]),
        run(table, rules=rules, extra=["--key", key, "--for", "partner", "--to", "B"]),
    ]
    told = []
    for copy in copies:
        records = tables(copy.package)["occurrence"]
        told.append(set(records[records["scientificName"] == SPECIES["high"]]["occurrenceID"]))
    for at, one in enumerate(told):
        assert one and all(not one & other for other in told[at + 1 :])


def test_a_copy_of_a_copy_keeps_its_places(run, tmp_path):
    rows, _ = many_rows()
    table = write_table(tmp_path / "occurrence.csv", rows)
    rules = write_rules(tmp_path / "rules.csv", siblings="coarsen")
    first = run(table, rules=rules)
    key = first.steward / "pseudonyms.key"
    copied = first.package / "occurrence.csv"
    second = run(copied, rules=rules, extra=["--key", key])
    before = tables(first.package)["occurrence"].set_index("individualCount")[PLACE]
    after = tables(second.package)["occurrence"].set_index("individualCount")[PLACE]
    assert before.equals(after.loc[before.index])


def test_bad_input_fails_with_one_sentence_and_leaves_nothing(run, tmp_path):
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 and then nothing of use")
    shared = run(broken, rules=write_rules(tmp_path / "rules.csv", siblings="coarsen"), code=1)
    assert not shared.out.exists() or not any(shared.out.iterdir())
    assert shared.stderr.startswith(b"error: ") and shared.stdout == b""
