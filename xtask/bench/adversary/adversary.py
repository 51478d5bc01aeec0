"""The Python side of `cargo xtask bench adversary`.

    adversary.py prepare SOURCE INPUT     the input of all methods, and its species by number
    adversary.py copies INPUT RULES OUT   the copies of the other methods
    adversary.py judge INPUT RULES METHOD COPY FINDINGS KEY
                                          figures of one copy, one `name value` a line

The truth, which is the input, serves only to tell which claims are right. What it prints names
files and lines, never places.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy
import pandas

import attacks
import methods
import tables
import utility

SHOWN = 10


def prepare(source: Path, out: Path) -> None:
    """Records that name an event that is not there have no place and no date: no method can use
    them, and they are left out for all.
    """
    out.mkdir(parents=True, exist_ok=True)
    path = tables.find(source, "occurrence")
    events = tables.find(source, "event")
    records = tables.read(path)
    usable = pandas.Series(True, index=records.index)
    if events:
        usable = records["eventID"].isin(set(tables.read(events)["eventID"]))
        shutil.copyfile(events, out / events.name)
    if usable.all():
        shutil.copyfile(path, out / path.name)
    else:
        tables.write(records[usable], out / path.name)
    names = tables.species(records[usable])
    counted = names[names != ""].value_counts().rename_axis("name").reset_index(name="records")
    counted = counted.sort_values(["records", "name"], ascending=[False, True])
    text = "".join(f"{records}\t{name}\n" for name, records in counted.itertuples(index=False))
    (out / "species.txt").write_text(text, encoding="utf-8")
    say("records", int(usable.sum()))
    say("left_out", int((~usable).sum()))


def judge(
    folder: Path, rules: Path, method: str, copy_folder: Path, findings: Path, key: str
) -> None:
    original, copy = tables.load(folder), tables.load(copy_folder)
    is_listed = tables.listed(original, rules)
    if method == "reedbed":
        found = utility.match(original, copy, key)
    else:
        found = utility.same_rows(original)
    cost = utility.compare(original, copy, found, is_listed)

    # By row of the copy: the row of the original, for protected records.
    rows = numpy.flatnonzero(is_listed.to_numpy() & (found >= 0))
    truth = pandas.Series(rows, index=found[rows])
    place = tables.places(original)
    table = tables.find(copy_folder, "occurrence")
    line_of = tables.lines(table, len(copy))
    row_of = {line: row for row, line in enumerate(line_of)}

    told = json.loads(findings.read_text(encoding="utf-8"))
    claims = [claim for claim in told["claims"] if claim["file"] == table.name]
    located = {row_of[claim["line"]]: claim for claim in claims if claim["line"] in row_of}
    ours = {row: claim for row, claim in located.items() if row in truth.index}
    right = sum(
        float(
            attacks.distance_m(
                claim["latitude"],
                claim["longitude"],
                place["lat"].iloc[truth[row]],
                place["lon"].iloc[truth[row]],
            )
        )
        <= claim["radiusM"] + 1
        for row, claim in ours.items()
    )
    narrowing = [ours[row]["narrowing"] if row in ours else 1.0 for row in truth.index]

    is_protected = pandas.Series(copy.index.isin(truth.index))
    second = attacks.attack(attacks.open_copy(copy_folder, is_protected))
    true = place.take(truth[second["row"]].to_numpy()) if len(second) else place.head(0)
    away = attacks.distance_m(
        second["lat"].to_numpy(dtype=float),
        second["lon"].to_numpy(dtype=float),
        true["lat"].to_numpy(),
        true["lon"].to_numpy(),
    )
    second["right"] = away <= attacks.NEAR_M
    # A claim that is wrong has located nothing; nor has a kind of hint that was more often wrong than
    # right here, whatever its trials promised.
    holds = second.groupby("kind")["right"].transform("mean") >= attacks.SURE
    missed = second[holds & second["right"] & ~second["row"].isin(located.keys())]

    # The listing of claims may end before the claims do. Then what is not on it is not comparable.
    unlisted = told["located"] - len(told["claims"])
    all_are_ours = len(ours) == len(told["claims"])
    say("protected", int(is_listed.sum()))
    say("located", len(ours) + (unlisted if all_are_ours else 0))
    say("right", right)
    say("narrowing", float(numpy.median(narrowing)) if narrowing else 1.0)
    say("unlisted", unlisted)
    say("second", len(second))
    say("second_right", int(second["right"].sum()))
    say("missed", max(0, len(missed) - unlisted))
    say("doubted", int((~holds).sum()))
    say("linked", attacks.linked(original, copy, truth))
    say("cells_lost", cost.cells_lost)
    say("records_changed", cost.records_changed)
    say("records_lost", cost.records_lost)
    say("withheld", cost.protected_withheld)
    say("counts_lost", cost.counts_lost)
    shown = missed.head(0) if unlisted else missed.sort_values("row").head(SHOWN)
    for _, claim in shown.iterrows():
        line = line_of[int(claim["row"])]
        print(
            f"! {table.name} line {line} by {claim['kind']} (right in {claim['chance']:.0%} of trials)"
        )


def say(name: str, value: float) -> None:
    print(name, value)


def main() -> None:
    verb, *words = sys.argv[1:]
    match verb:
        case "prepare":
            prepare(*map(Path, words))
        case "copies":
            methods.write_copies(*map(Path, words))
        case "judge":
            folder, rules, method, copy, findings, key = words
            judge(Path(folder), Path(rules), method, Path(copy), Path(findings), key)
        case _:
            sys.exit(f"`{verb}` is not understood")


main()
