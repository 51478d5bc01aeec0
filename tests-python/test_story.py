"""What becomes of a reserve's data, as one story: a steward, three officers on folders of their own, a thief
with a backup, two partners, a file on the web, and an auditor without a network."""

import csv
import random
import shutil
import subprocess
import sys
import zipfile

import pyarrow.parquet as parquet
import pytest
from vaults import PASSPHRASE, RULES, approve, enrolled, release, rows_of, rules

META = """<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">
<core encoding="UTF-8" fieldsTerminatedBy="," linesTerminatedBy="\\n" fieldsEnclosedBy='"' ignoreHeaderLines="1"
 rowType="http://rs.tdwg.org/dwc/terms/Occurrence"><files><location>occurrence.txt</location></files><id index="0"/>
{fields}</core></archive>"""
COLUMNS = ["occurrenceID", "scientificName", "eventDate", "decimalLatitude", "decimalLongitude",
           "geodeticDatum", "coordinateUncertaintyInMeters", "recordedBy", "reproductiveCondition"]
COMMON = ["Parus major", "Anas platyrhynchos", "Fulica atra", "Turdus merula", "Ardea cinerea",
          "Sturnus vulgaris", "Corvus corone", "Phragmites australis"]


def archive(path):
    """20,000 common records at 2,000 places, 40 bittern nests, 60 spoonbills; gives the exact places of the
    nests."""
    chance = random.Random(11)
    sites = [(52.3 + (at // 50) * 0.012 + chance.uniform(-0.002, 0.002),
              4.2 + (at % 50) * 0.012 + chance.uniform(-0.002, 0.002)) for at in range(2_000)]
    lines, nests = [",".join(COLUMNS)], []
    for number in range(20_000):
        lat, lon = sites[number % 2_000]
        year, name = 2015 + number % 9, COMMON[number % 8]
        lines.append(f"c{number},{name},{year}-0{4 + number % 5}-1{number % 9},{lat:.5f},{lon:.5f},WGS84,25,"
                     f"Recorder {number % 12},")
    for number, (lat, lon) in enumerate(chance.sample(sites, 40)):
        lat, lon = f"{lat + chance.uniform(0.001, 0.004):.7f}", f"{lon + chance.uniform(0.001, 0.004):.7f}"
        nests.append((lat, lon))
        lines.append(f"n{number},Botaurus stellaris,2021-05-1{number % 9},{lat},{lon},WGS84,10,W. Warden,nest")
    for number, (lat, lon) in enumerate(chance.sample(sites, 60)):
        lines.append(f"s{number},Platalea leucorodia,2022-06-1{number % 9},{lat + 0.0012345:.7f},"
                     f"{lon - 0.0012345:.7f},WGS84,10,W. Warden,")
    fields = "".join(f'<field index="{at}" term="http://rs.tdwg.org/dwc/terms/{name}"/>'
                     for at, name in enumerate(COLUMNS))
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("meta.xml", META.format(fields=fields))
        file.writestr("eml.xml", "<eml><dataset><title>Reedmoor</title></dataset></eml>")
        file.writestr("occurrence.txt", "\n".join(lines) + "\n")
    return nests


def holds(folder, texts):
    """Which of some texts the files of a folder hold, as they are, in any of their bytes."""
    content = b"\0".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return [text for text in texts if text.encode() in content]


def test_the_story_of_a_reserve(call, reedbed):
    folder = call.folder
    nests = archive(folder / "reedmoor.zip")
    exact = [text for nest in nests for text in nest]
    (folder / "terms.md").write_text("For the study of reedbeds. Not to be passed on.\n")

    # A steward drops an archive with forty nests among 20,000 common records.
    enrolled(call, "--delay", 0)
    call.rules = rules(call, RULES + "Platalea leucorodia,high\n")
    call("vault", "import", "--vault", "v", "reedmoor.zip", "--dataset", "moor", "--rules", call.rules)
    call("vault", "export", "v", "moor", "-o", "public")
    rows = rows_of(folder / "public/package/occurrence.csv")
    told = [row for row in rows if row["scientificName"] == "Botaurus stellaris"]
    assert len(told) == 40 and len(rows) == 20_100
    assert not holds(folder / "public", exact)
    # The same by `share`, with a report that says what was changed, and the adversary's attempts.
    call("share", "reedmoor.zip", "--rules", "rules.csv", "-o", "shared")
    report = (folder / "shared/steward/report.html").read_text()
    assert "none located any of the 100 protected records" in " ".join(report.split())
    call("vault", "backup", "v", "backup")

    # Ann is bribed: alone there is nothing exact to sell, and nothing that leaves without a trace.
    (folder / "thief").mkdir()
    shutil.copytree(folder / "v", folder / "thief/disk")
    shutil.copytree(folder / "ann", folder / "thief/ann")
    shutil.copytree(folder / "backup", folder / "thief/backup")
    assert not holds(folder / "thief", exact)
    assert not holds(folder / "thief", ["W. Warden", "Botaurus", "Recorder 7"])
    for table in folder.glob("thief/disk/data/moor/1/*.parquet"):
        with pytest.raises(Exception, match="(?i)encrypt|decrypt"):
            parquet.read_table(table)
    # On a copy of the disk the thief decides alone what the ledger says, with the passphrase too.
    for place in ("disk", "restored"):
        if place == "restored":
            call("vault", "restore", "thief/backup", "thief/restored", "--known",
                 "thief/backup/ledger/log/checkpoint")
        else:
            call("ledger", "checkpoint", "thief/disk/ledger", "--known",
                 "thief/disk/ledger/log/checkpoint")
        call("request", f"thief/{place}", "--dataset", "moor", "--columns", "decimalLatitude", "--purpose",
             "x", "--key", "thief/ann/key", "-o", f"thief/{place}.req")
        # The thief's own device forgets what it saw.
        (folder / "thief/ann/key.seen").unlink(missing_ok=True)
        call("approve", f"thief/{place}", f"thief/{place}.req", "--key", "thief/ann/key", "--yes", "-o",
             f"thief/{place}.answer")
        call("unseal", f"thief/{place}", f"thief/{place}.req", "--answers", f"thief/{place}.answer", "-o",
             f"thief/{place}.out", code=1)
        # What was taken at once tells floor cells, and the public level what everyone has.
        call("vault", "break-glass", f"thief/{place}", "--dataset", "moor", "--columns", "decimalLatitude",
             "decimalLongitude", "scientificName", "--purpose", "x", "--key", "thief/ann/key", "-o",
             f"thief/{place}.taken")
        taken = [row for row in rows_of(next((folder / f"thief/{place}.taken").glob("*.csv")))
                 if row["scientificName"] == "Botaurus stellaris"]
        assert len(taken) == 40 and not holds(folder / f"thief/{place}.taken", exact)
        assert not (folder / f"thief/{place}.out").exists()
    # In the vault itself, what Ann does alone stands in the ledger for everybody to see.
    before = call("vault", "status", "v")
    call("vault", "break-glass", "v", "--dataset", "moor", "--columns", "scientificName", "--purpose",
         "counting", "--key", "ann/key", "-o", "taken")
    assert "TAKEN AT ONCE: `staff ann`" in call("vault", "status", "v") and "TAKEN" not in before
    call("vault", "review", "v", "", "--by", "ben/key", "cem/key")

    # Two partners get copies of their own; two officers approve each on devices of their own.
    for partner in ("Reedmoor University", "Fenland Trust", "Bureau of Birds"):
        name = partner.split()[0]
        call("request", "v", "--dataset", "moor", "--to", partner, "--terms", "terms.md", "--purpose",
             "reedbed research", "--key", "cem/key", "-o", name)
        for who in ("ann", "ben"):
            approve(call, name, who)
        release(call, name, out=f"for-{name}")
        assert not holds(folder / f"for-{name}/package", exact)
    package = folder / "for-Fenland/package"
    assert "Proved: the holder of the key `ben-2026` approved" in call("verify", "for-Fenland/package")

    # A file turns up on the web: rounded again, sorted, a third of it missing.
    rows = rows_of(package / "occurrence.csv")
    random.Random(5).shuffle(rows)
    rows = sorted([row["scientificName"], row["eventDate"], f"{float(row['decimalLatitude']):.2f}",
                   f"{float(row['decimalLongitude']):.2f}"]
                  for row in rows[: len(rows) * 2 // 3] if row["decimalLatitude"])
    with (folder / "leak.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["species", "date", "latitude", "longitude"], *rows])
    said = call("trace", "leak.csv", "--vault", "v")
    assert said.startswith("NAMED: the file came from a copy of `Fenland Trust`")
    assert said.count("NAMED") == 1
    # Where it cannot tell, it says so; nor does it name anybody for data that came from nobody's copy.
    for name, few in [("few.csv", rows[:5]), ("coarse.csv", [[*row[:2], row[2][:3], row[3][:2]] for row in rows])]:
        with (folder / name).open("w", newline="") as file:
            csv.writer(file).writerows([["species", "date", "latitude", "longitude"], *few])
        assert call("trace", name, "--vault", "v").startswith("CANNOT TELL")
    assert call("trace", "reedmoor.zip", "--vault", "v").startswith("CANNOT TELL")
    assert call("trace", "public/package", "--vault", "v").startswith("CANNOT TELL")

    # An auditor with the network cable out, a copy of the ledger, and what officers' devices saw.
    (folder / "auditor").mkdir()
    call("ledger", "export", "v/ledger", "-o", "auditor/ledger")
    for who in ("ann", "ben"):
        shutil.copy(folder / who / "key.seen", folder / f"auditor/seen-by-{who}")
    shutil.copytree(package, folder / "auditor/package")

    def offline(*line):
        """Runs a program where there is no network at all."""
        return subprocess.run(["unshare", "-rn", *map(str, line)], cwd=folder / "auditor", timeout=120,
                              capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"})

    if offline("true").returncode != 0:
        pytest.skip("this machine gives nobody a world without a network; all before that passed")
    assert offline("python3", "-c", "import socket; socket.create_connection(('192.0.2.1', 9), 2)").returncode
    audit = offline(reedbed, "ledger", "audit", "ledger", "--known", "seen-by-ann", "seen-by-ben")
    assert audit.returncode == 0 and "continues the 2 heads" in audit.stdout, audit.stderr
    assert "7 release" in audit.stdout and "break-glass" in audit.stdout
    assert offline(reedbed, "verify", "package", "--policy", "ledger/policy").returncode == 0
    assert offline(sys.executable, "package/proof/verify.py", "package/proof").returncode == 0
    # The thief's ledger, in which Ann's answer stands, is not the one that Ben's device saw.
    call("ledger", "export", "thief/disk/ledger", "-o", "auditor/other")
    assert offline(reedbed, "ledger", "audit", "other", "--known", "seen-by-ben").returncode == 3
    # Nothing of all this lies about.
    assert PASSPHRASE.encode() not in b"".join(
        path.read_bytes() for path in (folder / "v").rglob("*") if path.is_file())
