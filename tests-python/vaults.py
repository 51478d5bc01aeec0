"""A vault and its people, for the tests of it."""

import csv

RECORDS = """occurrenceID,scientificName,decimalLatitude,decimalLongitude,eventDate,recordedBy,note
b1,Botaurus stellaris,51.61234,4.61234,2021-05-14,A. Warden,"under the third willow, left"
h1,Ardea cinerea,51.41234,4.41234,2021-05-14,A. Warden,
"""
RULES = """scientificName,category
Botaurus stellaris,high
"""
PASSPHRASE = "the bittern booms at night"


def officer(call, name):
    """An officer with a folder of their own."""
    (call.folder / name).mkdir()
    call("officer", "new", f"{name}/key", "--name", f"{name}-2026", "--person", f"staff {name}")
    return f"{name}/key"


def reserve():
    """A grid of sites with a tit each year, and bitterns at some of them."""
    lines = ["occurrenceID,eventID,scientificName,eventDate,decimalLatitude,decimalLongitude,"
             "geodeticDatum,coordinateUncertaintyInMeters,recordedBy,locality,occurrenceRemarks"]
    for year in (2019, 2020, 2021):
        for site in range(64):
            lat, lon = 52.0123 + site // 8 * 0.0081, 4.5123 + site % 8 * 0.0111
            for name, prefix in [("Parus major", "t"), ("Botaurus stellaris", "b")]:
                if prefix == "t" or site % 7 == 2:
                    lines.append(f"{prefix}{site}-{year},e{site}-{year},{name},{year}-05-14,{lat:.5f},"
                                 f"{lon:.5f},WGS84,20,A. Warden,site {site},"
                                 + ("under the third willow" if prefix == "b" else ""))
    return "\n".join(lines) + "\n"


def enrolled(call, *options):
    """A vault with three officers and rules that two of them approved."""
    call("vault", "init", "v", "--origin", "reserve.example/v", *options)
    for name in ("ann", "ben", "cem"):
        officer(call, name)
    call("officer", "enrol", "v", "ann/key.card")
    call("officer", "enrol", "v", "ben/key.card")
    assert "two other officers" in call("officer", "enrol", "v", "cem/key.card", code=1)
    for other in ("ann", "ben"):
        call("officer", "vouch", "cem/key.card", "--key", f"{other}/key")
    call("officer", "enrol", "v", "cem/key.card")
    call.rules = rules(call, RULES)
    return call


def rules(call, text, by=("ann", "ben")):
    """Lets officers approve rules, each by themselves; gives the digest."""
    (call.folder / "rules.csv").write_text(text)
    (call.folder / "approval").unlink(missing_ok=True)
    for name in by:
        call("rules", "approve", "--rules", "rules.csv", "--approval", "approval", "--by", f"{name}/key",
             "--origin", "reserve.example/v")
    said = call("--output", "plain", "rules", "approve", "--rules", "rules.csv", "--approval",
                "approval", "--vault", "v")
    return dict(line.split("\t") for line in said.splitlines())["digest"]


def take_in(call, file, name, *options, code=0):
    return call("vault", "import", "--vault", "v", file, "--dataset", name, "--rules", call.rules,
                *options, code=code)


def request(call, name, *columns, by="cem", code=0):
    return call("request", "v", "--dataset", "bitterns", "--columns", *columns,
                "--purpose", "nest protection", "--key", f"{by}/key", "-o", name, code=code)


def approve(call, name, who, code=0):
    return call("approve", "v", name, "--key", f"{who}/key", "--yes",
                "-o", f"{name}.{who}", code=code)


def unseal(call, name, *who, out="opened", code=0):
    return call("unseal", "v", name, "--answers", *[f"{name}.{one}" for one in who],
                "-o", out, code=code)


def ask_for_copy(call, name="copy", to="Reedmoor University", by="cem", *options, code=0):
    return call("request", "v", "--dataset", "moor", "--to", to, "--terms", "terms.md",
                "--purpose", "reedbed research", "--key", f"{by}/key", "-o", name, *options, code=code)


def release(call, name="copy", who=("ann", "ben"), out="out", code=0, terms="terms.md"):
    return call("release", "v", name, "--answers", *[f"{name}.{one}" for one in who],
                "--terms", terms, "--purpose", "research", "-o", out, code=code)


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
