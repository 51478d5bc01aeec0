"""Whose copy a file came from: that nobody is named who has no part in it, and how a copy is found again."""

import random

from vaults import approve, enrolled, release, rows_of, take_in

PARTNERS = ["Reedmoor University", "Fenland Trust", "Bureau of Birds", "Delta Institute"]


def sparse():
    """A site in each floor cell: a block holds four, and what two blocks have in common holds one or two."""
    lines = ["occurrenceID,scientificName,eventDate,decimalLatitude,decimalLongitude,geodeticDatum,"
             "coordinateUncertaintyInMeters"]
    for site in range(900):
        lat, lon = 52.0 + site // 30 * 0.02 + 0.001, 4.5 + site % 30 * 0.02 + 0.001
        lines.append(f"t{site},Parus major,2021-05-14,{lat:.5f},{lon:.5f},WGS84,20")
        if site % 5 == 2:
            lines.append(f"b{site},Botaurus stellaris,2021-05-14,{lat:.5f},{lon:.5f},WGS84,20")
    return "\n".join(lines) + "\n"


def handed_over(call):
    (call.folder / "sparse.csv").write_text(sparse())
    (call.folder / "terms.md").write_text("For the study of reedbeds.\n")
    enrolled(call, "--delay", 0)
    take_in(call, "sparse.csv", "moor")
    for partner in PARTNERS:
        name = partner.split()[0]
        call("request", "v", "--dataset", "moor", "--to", partner, "--terms", "terms.md", "--purpose", "x",
             "--key", "cem/key", "-o", name)
        for who in ("ann", "ben"):
            approve(call, name, who)
        release(call, name, out=f"for-{name}")


def traced(call, file):
    """Who is named; and by partner, cells that fit, cells, and the chance of it."""
    lines = call("--output", "plain", "trace", file, "--vault", "v").splitlines()
    fits = {}
    for line in lines[1:]:
        _, rest = line.split("\t")
        name, fitting, cells, chance = rest.rsplit(" ", 3)
        fits[name] = (int(fitting), int(cells), float(chance))
    return [line.split("\t")[1].rsplit(" ", 3)[0] for line in lines if line.startswith("named")], fits


def test_nobody_is_named_for_a_copy_that_was_made_with_theirs_in_view(call):
    handed_over(call)
    for partner in PARTNERS:
        named, fits = traced(call, f"for-{partner.split()[0]}/package")
        assert set(named) <= {partner}, fits
        for other, (fitting, cells, chance) in fits.items():
            assert other == partner or chance > 1e-3, (partner, fits)
    # The first partner was told the most, and is found.
    assert traced(call, "for-Reedmoor/package")[0] == [PARTNERS[0]]
    # Two who lay their copies together: whoever is named had a part in it.
    rows = []
    for name in ("Reedmoor", "Fenland"):
        rows += [row for row in rows_of(call.folder / f"for-{name}/package/occurrence.csv")
                 if row["scientificName"] == "Botaurus stellaris" and row["decimalLatitude"]]
    random.Random(3).shuffle(rows)
    lines = ["species,date,lat,lon"]
    lines += [f"{row['scientificName']},{row['eventDate']},{row['decimalLatitude']},{row['decimalLongitude']}"
              for row in rows]
    (call.folder / "both.csv").write_text("\n".join(lines) + "\n")
    named, fits = traced(call, "both.csv")
    assert set(named) <= set(PARTNERS[:2]), fits
