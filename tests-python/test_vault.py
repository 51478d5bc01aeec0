"""A vault with three officers on folders of their own, a bribed one among them, and a thief."""

import csv
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

RECORDS = """occurrenceID,scientificName,decimalLatitude,decimalLongitude,eventDate,recordedBy,note
b1,Botaurus stellaris,51.61234,4.61234,2021-05-14,A. Warden,"under the third willow, left"
h1,Ardea cinerea,51.41234,4.41234,2021-05-14,A. Warden,
"""
RULES = """scientificName,category
Botaurus stellaris,high
"""
PASSPHRASE = "the bittern booms at night"
SECRETS = [b"51.61234", b"third willow", b"Botaurus", b"A. Warden"]


@pytest.fixture
def call(reedbed, tmp_path):
    """Runs `reedbed` in a folder of its own."""

    def run(*arguments, code=0, env=None):
        done = subprocess.run(
            [reedbed, *map(str, arguments)], cwd=tmp_path, capture_output=True, timeout=300,
            env=os.environ | {"REEDBED_PASSPHRASE": PASSPHRASE} | (env or {}),
        )
        said = done.stdout.decode() + done.stderr.decode()
        assert done.returncode == code, said
        assert "panicked" not in said
        return said

    run.folder = tmp_path
    return run


def officer(call, name):
    """An officer with a folder of their own."""
    (call.folder / name).mkdir()
    call("officer", "new", f"{name}/key", "--name", f"{name}-2026", "--person", f"staff {name}")
    return f"{name}/key"


def reserve():
    """A grid of sites with a tit each year, and bitterns at some of them."""
    lines = ["occurrenceID,eventID,scientificName,eventDate,decimalLatitude,decimalLongitude,"
             "geodeticDatum,coordinateUncertaintyInMeters,recordedBy,locality"]
    for year in (2019, 2020, 2021):
        for site in range(64):
            lat, lon = 52.0123 + site // 8 * 0.0081, 4.5123 + site % 8 * 0.0111
            for name, prefix in [("Parus major", "t"), ("Botaurus stellaris", "b")]:
                if prefix == "t" or site % 7 == 2:
                    lines.append(f"{prefix}{site}-{year},e{site}-{year},{name},{year}-05-14,{lat:.5f},"
                                 f"{lon:.5f},WGS84,20,A. Warden,site {site}")
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
        call("rules", "approve", "--rules", "rules.csv", "--approval", "approval", "--by", f"{name}/key")
    said = call("--output", "plain", "rules", "approve", "--rules", "rules.csv", "--approval",
                "approval", "--vault", "v")
    return dict(line.split("\t") for line in said.splitlines())["digest"]


def take_in(call, file, name, code=0):
    return call("vault", "import", "--vault", "v", file, "--dataset", name, "--rules", call.rules,
                code=code)


@pytest.fixture
def vault(call):
    """A vault with three officers, and a dataset in it."""
    (call.folder / "r.csv").write_text(RECORDS)
    enrolled(call, "--delay", 0)
    take_in(call, "r.csv", "bitterns")
    return call


@pytest.fixture
def full(call):
    """A vault that holds a reserve."""
    (call.folder / "reserve.csv").write_text(reserve())
    (call.folder / "terms.md").write_text("For the study of reedbeds. Not to be passed on.\n")
    enrolled(call, "--delay", 0)
    take_in(call, "reserve.csv", "moor")
    return call


def request(call, name, *columns, by="cem", code=0):
    return call("vault", "request", "v", "--dataset", "bitterns", "--columns", *columns,
                "--purpose", "nest protection", "--key", f"{by}/key", "-o", name, code=code)


def approve(call, name, who, code=0):
    return call("officer", "approve", "v", name, "--key", f"{who}/key", "--yes",
                "-o", f"{name}.{who}", code=code)


def unseal(call, name, *who, out="opened", code=0):
    return call("vault", "unseal", "v", name, "--answers", *[f"{name}.{one}" for one in who],
                "-o", out, code=code)


def test_two_officers_open_what_a_third_asked_for(vault):
    request(vault, "req", "scientificName", "decimalLatitude", "note")
    # What is to be signed is shown before.
    shown = vault("officer", "approve", "v", "req", "--key", "ann/key")
    assert "all columns about: place, taxon" in shown
    assert "EXACT DATA" in shown and "nest protection" in shown and "Nothing was signed" in shown
    approve(vault, "req", "ann")
    assert "1 shares of 2" in unseal(vault, "req", "ann", code=1)
    approve(vault, "req", "ben")
    unseal(vault, "req", "ann", "ben")
    with (vault.folder / "opened/exact-0.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {"scientificName": "Botaurus stellaris", "decimalLatitude": "51.61234",
                       "note": "under the third willow, left"}
    assert len(rows) == 2
    # All of it stands in the ledger, which an outsider can check.
    said = vault("ledger", "audit", "v/ledger")
    assert "3 officer" in said and "1 release" in said
    # And it is done once.
    assert "closed" in unseal(vault, "req", "ann", "ben", out="again", code=1)


def test_one_officer_alone_opens_nothing_and_who_asks_does_not_approve(vault):
    request(vault, "req", "decimalLatitude", by="ann")
    approve(vault, "req", "ben")
    said = unseal(vault, "req", "ben", code=1)
    assert "1 shares of 2" in said and not (vault.folder / "opened").exists()
    # The bribed officer approves their own request, and answers twice.
    approve(vault, "req", "ann")
    assert "does not approve" in unseal(vault, "req", "ben", "ann", code=1)
    assert "given before" in unseal(vault, "req", "ben", "ben", code=1)
    # With a third who has no part in it, it opens.
    approve(vault, "req", "cem")
    unseal(vault, "req", "ben", "cem")


def test_a_request_that_was_edited_is_another(vault):
    request(vault, "req", "scientificName")
    approve(vault, "req", "ann")
    approve(vault, "req", "ben")
    path = vault.folder / "req"
    path.write_text(path.read_text().replace("columns scientificName", "columns decimalLatitude"))
    assert "another request" in unseal(vault, "req", "ann", "ben", code=1)
    assert "not made in this vault" in approve(vault, "req", "cem", code=1)


def test_answers_are_of_use_to_whoever_made_the_request_and_to_nobody_else(vault):
    request(vault, "req", "scientificName")
    request(vault, "other", "scientificName")
    for who in ("ann", "ben"):
        approve(vault, "req", who)
    # Somebody who holds the answers, and another key.
    shutil.copy(vault.folder / "other.key", vault.folder / "req.key")
    assert "not sealed to" in unseal(vault, "req", "ann", "ben", code=1)
    assert not (vault.folder / "opened").exists()


def test_a_false_share_is_found_out(vault):
    request(vault, "req", "scientificName")
    for who in ("ann", "ben"):
        approve(vault, "req", who)
    # The operator puts Cem's sealed share in the place of Ben's: it is not sealed to him.
    shares = vault.folder / "v/data/bitterns/1/shares"
    bens = sorted(shares.glob("exact-0.parquet.taxon.*"))
    sealed = [path.read_bytes() for path in bens]
    for path, content in zip(bens, sealed[1:] + sealed[:1]):
        path.write_bytes(content)
    (vault.folder / "req.ben").unlink()
    assert "not sealed to" in approve(vault, "req", "ben", code=1)


def test_a_thief_of_the_disk_finds_nothing_exact(vault):
    (vault.folder / "r.csv").unlink()
    files = [path for path in (vault.folder / "v").rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        content = path.read_bytes()
        for secret in SECRETS:
            assert secret not in content, path
    # Nor does another program read the level file.
    with pytest.raises(Exception, match="(?i)encrypt|decrypt"):
        parquet.read_table(vault.folder / "v/data/bitterns/1/exact-0.parquet")


def approve_and_unseal(call):
    approve(call, "req", "cem")
    return unseal(call, "req", "ben", "cem", code=1)


def test_who_is_revoked_opens_nothing_any_more(vault):
    keys = [line.split("\t")[1] for line in
            vault("--output", "plain", "officer", "list", "v").splitlines()]
    request(vault, "req", "scientificName")
    approve(vault, "req", "ann")
    approve(vault, "req", "ben")
    said = vault("officer", "revoke", "v", keys[0], "--by", "ben/key", code=1)
    assert "two other officers" in said
    vault("officer", "revoke", "v", keys[0], "--by", "ben/key", "cem/key")
    unseal(vault, "req", "ann", "ben", code=1)
    assert "does not approve" in approve_and_unseal(vault)
    # Nor does the same person come in again by a second card.
    vault("officer", "new", "ann/second", "--name", "ann2", "--person", "Staff Ben")
    for other in ("ben", "cem"):
        vault("officer", "vouch", "ann/second.card", "--key", f"{other}/key")
    assert "enrolled already" in vault("officer", "enrol", "v", "ann/second.card", code=1)


def test_what_cannot_be_read_again_freezes_the_vault(vault):
    request(vault, "req", "scientificName")
    approve(vault, "req", "ann")
    approve(vault, "req", "ben")
    kinds = {path: path.read_text().splitlines()[2] for path in (vault.folder / "v/events").iterdir()}
    assert sorted(kinds.values()) == ["ask", "enrol", "enrol", "enrol", "found", "import", "rules"]
    for event, kind in kinds.items():
        held = event.read_bytes()
        for change in (lambda: event.write_bytes(held.replace(b"at ", b"at 1")), event.unlink):
            change()
            if kind == "ask":
                # What may have changed requests closes them, and nothing else.
                assert "all requests from before it are closed" in vault("vault", "status", "v")
                assert "cannot be read again" in vault("vault", "check", "v", code=3)
                unseal(vault, "req", "ann", "ben", code=1)
            else:
                assert "nothing can be done" in vault("vault", "status", "v", code=1)
            event.write_bytes(held)
    assert "2 of 3 officers" in vault("vault", "status", "v")
    unseal(vault, "req", "ann", "ben")


def test_a_request_lies_until_its_delay_is_over(call):
    (call.folder / "r.csv").write_text(RECORDS)
    enrolled(call, "--delay", 24)
    take_in(call, "r.csv", "bitterns")
    request(call, "req", "decimalLatitude", by="cem")
    for who in ("ann", "ben"):
        approve(call, "req", who)
    assert "until its delay is over" in unseal(call, "req", "ann", "ben", code=1)
    assert not (call.folder / "opened").exists()
    # Any officer may stop it meanwhile, and nobody else.
    call("officer", "new", "stranger", "--name", "x", "--person", "y")
    call("officer", "stop", "v", "req", "--key", "stranger", code=1)
    call("officer", "stop", "v", "req", "--key", "ben/key")
    assert "closed" in call("officer", "stop", "v", "req", "--key", "ann/key", code=1)
    assert "closed" in unseal(call, "req", "ann", "ben", code=1)


def test_bad_input_is_refused_and_nothing_is_half_done(vault):
    for wrong in ("../x", "a/b", "", "x" * 65, "ä"):
        take_in(vault, "r.csv", wrong, code=1)
    vault("vault", "request", "v", "--dataset", "bitterns", "--columns", "nowhere", "--purpose", "x",
          "--key", "ann/key", "-o", "none", code=1)
    assert not (vault.folder / "none").exists()
    vault("vault", "request", "v", "--dataset", "otters", "--columns", "x", "--purpose", "x",
          "--key", "ann/key", "-o", "none", code=1)
    assert "already" in vault("vault", "init", "v", "--origin", "x.example/v", code=1)
    vault("vault", "status", "nowhere", code=1)
    for text in ("", "x", "reedbed-request/v1\n"):
        (vault.folder / "wrong").write_text(text)
        vault("officer", "approve", "v", "wrong", "--key", "ann/key", code=1)
        vault("officer", "enrol", "v", "wrong", code=1)
    settings = vault.folder / "v/reedbed.toml"
    settings.write_text(settings.read_text().replace("format = 1", "format = 2"))
    assert "newer" in vault("vault", "status", "v", code=1)


def ask_for_copy(call, name="copy", to="Reedmoor University", by="cem", *options, code=0):
    return call("vault", "request", "v", "--dataset", "moor", "--to", to, "--terms", "terms.md",
                "--purpose", "reedbed research", "--key", f"{by}/key", "-o", name, *options, code=code)


def release(call, name="copy", who=("ann", "ben"), out="out", code=0, terms="terms.md"):
    return call("vault", "release", "v", name, "--answers", *[f"{name}.{one}" for one in who],
                "--terms", terms, "--purpose", "research", "-o", out, code=code)


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_partner_gets_a_copy_that_two_approved_and_can_check_it_offline(full):
    ask_for_copy(full)
    shown = full("officer", "approve", "v", "copy", "--key", "ann/key")
    assert "A copy is to be handed over" in shown and "Reedmoor University" in shown
    assert hashlib.sha256((full.folder / "terms.md").read_bytes()).hexdigest() in shown
    approve(full, "copy", "ann")
    assert "too few people" in release(full, who=["ann"], code=1)
    approve(full, "copy", "ben")
    release(full)
    package = full.folder / "out/package"
    assert "Proved: entry" in full("ledger", "verify", "out/package")
    rows = rows_of(package / "occurrence.csv")
    bitterns = [row for row in rows if row["scientificName"] == "Botaurus stellaris"]
    assert len(rows) > 192 and len(bitterns) > 20
    assert all(float(row["coordinateUncertaintyInMeters"]) >= 2_000 for row in bitterns)
    assert not any(row["eventID"].startswith("e") for row in bitterns)
    # The request with its approvals, the terms and the proof are part of it.
    signed = (package / "agreement/request.txt").read_text()
    assert signed.count("\n\u2014 ") == 2 and "beneficiary Reedmoor University" in signed
    assert (package / "agreement/terms.md").read_text() == (full.folder / "terms.md").read_text()
    # It is done once, and everybody can see later who has what.
    assert "closed" in release(full, out="again", code=1)
    said = full("vault", "recall", "v", "moor")
    assert "Reedmoor University" in said and "version 1; all" in said
    # Whoever changes the copy or what was agreed is found out.
    (package / "agreement/terms.md").write_text("Do as you like.\n")
    full("ledger", "verify", "out/package", code=3)


def test_a_copy_under_other_terms_or_of_another_version_does_not_leave(full):
    ask_for_copy(full)
    for who in ("ann", "ben"):
        approve(full, "copy", who)
    (full.folder / "other.md").write_text("Do as you like.\n")
    assert "terms are not those" in release(full, terms="other.md", code=1)
    take_in(full, "reserve.csv", "moor")
    assert "newer version" in release(full, code=1)
    assert not (full.folder / "out").exists()


def test_copies_for_two_partners_differ_and_meet_in_the_floor_only(full):
    told = []
    for partner in ("Reedmoor University", "Fenland Trust"):
        name = partner.split()[0]
        ask_for_copy(full, name, partner)
        for who in ("ann", "ben"):
            approve(full, name, who)
        release(full, name, out=f"out-{name}")
        rows = rows_of(full.folder / f"out-{name}/package/occurrence.csv")
        told.append([row for row in rows if row["scientificName"] == "Botaurus stellaris"])
    places = [{(row["decimalLatitude"], row["decimalLongitude"]) for row in rows} for rows in told]
    ids = [{row["occurrenceID"] for row in rows} for rows in told]
    assert places[0] != places[1] and not ids[0] & ids[1]


def test_the_public_level_is_handed_out_and_recorded(full):
    full("vault", "export", "v", "moor", "-o", "public")
    full("ledger", "verify", "public/package")
    rows = rows_of(full.folder / "public/package/occurrence.csv")
    bitterns = [row for row in rows if row["scientificName"] == "Botaurus stellaris"]
    assert all(float(row["coordinatePrecision"]) >= 0.1 for row in bitterns)
    assert sum(row["scientificName"] == "Parus major" for row in rows) == 192
    assert not (full.folder / "public/package/.telling").exists()
    content = b"".join(p.read_bytes() for p in (full.folder / "public/package").rglob("*") if p.is_file())
    assert b"e2-2019" in content and b"b2-2019" not in content


def test_other_data_of_the_vault_do_not_give_a_copy_away(full):
    # Another dataset tells exactly where each event was, and no copy of the first names its events.
    lines = ["occurrenceID,eventID,scientificName,eventDate,decimalLatitude,decimalLongitude,"
             "geodeticDatum,fieldNumber"]
    for year in (2019, 2020, 2021):
        for site in range(64):
            lat, lon = 52.0123 + site // 8 * 0.0081, 4.5123 + site % 8 * 0.0111
            lines.append(f"d{site}-{year},e{site}-{year},Libellula depressa,{year}-05-14,{lat:.5f},"
                         f"{lon:.5f},WGS84,b{site}-{year}")
    (full.folder / "dragonflies.csv").write_text("\n".join(lines) + "\n")
    take_in(full, "dragonflies.csv", "dragonflies")
    ask_for_copy(full)
    for who in ("ann", "ben"):
        approve(full, "copy", who)
    release(full)
    copy = (full.folder / "out/package/occurrence.csv").read_text()
    bitterns = [line for line in copy.splitlines() if "Botaurus" in line]
    assert bitterns and not any(f"e{site}-20" in line for line in bitterns for site in range(64))


def test_rules_that_nobody_or_one_person_approved_are_not_used(full):
    (full.folder / "lax.csv").write_text("scientificName,category\nOtis tarda,low\n")
    said = full("rules", "approve", "--rules", "lax.csv", "--by", "ann/key", "--vault", "v", code=1)
    assert "too few people" in said
    digest = full("--output", "plain", "rules", "approve", "--rules", "lax.csv", "--approval", "lax",
                  "--by", "ann/key").splitlines()[0].split("\t")[1]
    said = full("vault", "import", "--vault", "v", "reserve.csv", "--dataset", "moor", "--rules", digest,
                code=1)
    assert "no rules with the digest" in said
    # A list that was edited is another one.
    (full.folder / "lax.csv").write_text("scientificName,category\nOtis tarda,high\n")
    said = full("rules", "approve", "--rules", "lax.csv", "--approval", "lax", "--by", "ben/key", code=1)
    assert "approves other rules" in said


def test_a_category_that_rises_works_from_the_partner_level_and_lists_who_has_copies(full):
    ask_for_copy(full)
    for who in ("ann", "ben"):
        approve(full, "copy", who)
    release(full)
    (full.folder / "reserve.csv").unlink()
    digest = rules(full, RULES + "Parus major,medium\n")
    said = full("vault", "relevel", "v", "moor", "--rules", digest)
    assert "version 2" in said and "Reedmoor University" in said
    ask_for_copy(full, "second", "Fenland Trust")
    for who in ("ann", "ben"):
        approve(full, "second", who)
    # What was told exactly before is not told more coarsely now: it is refused, in words.
    said = release(full, "second", out="second-out", code=2)
    assert "earlier" in said
    # The exact level is there still.
    full("vault", "request", "v", "--dataset", "moor", "--columns", "decimalLatitude", "--purpose",
         "nests", "--key", "cem/key", "-o", "exact")
    for who in ("ann", "ben"):
        approve(full, "exact", who)
    unseal(full, "exact", "ann", "ben")
    assert len(rows_of(full.folder / "opened/exact-0.csv")) == 219


def test_rows_and_columns_are_those_that_were_asked_for(full):
    full("vault", "request", "v", "--dataset", "moor", "--columns", "scientificName", "eventDate",
         "--rows", "eventDate=2019-05-14", "--purpose", "nests", "--key", "cem/key", "-o", "exact")
    for who in ("ann", "ben"):
        approve(full, "exact", who)
    unseal(full, "exact", "ann", "ben")
    rows = rows_of(full.folder / "opened/exact-0.csv")
    assert len(rows) == 73 and set(rows[0]) == {"scientificName", "eventDate"}
    said = full("vault", "request", "v", "--dataset", "moor", "--columns", "scientificName", "--rows",
                "locality=site 2", "--purpose", "x", "--key", "cem/key", "-o", "none", code=1)
    assert "ask for it too" in said
    ask_for_copy(full, "copy", "Reedmoor University", "cem", "--rows", "eventDate=2020-05-14",
                 "--columns", "scientificName")
    for who in ("ann", "ben"):
        approve(full, "copy", who)
    release(full)
    rows = rows_of(full.folder / "out/package/occurrence.csv")
    assert rows and all(row["eventDate"].startswith("2020") for row in rows)
    assert "locality" not in rows[0] and "recordedBy" not in rows[0]


def test_what_is_taken_at_once_is_little_and_reviewed(full):
    said = full("vault", "break-glass", "v", "--dataset", "moor", "--columns", "scientificName",
                "decimalLatitude", "--rows", "scientificName=Botaurus stellaris", "--purpose",
                "a fire in the reed", "--key", "ann/key", "-o", "taken")
    assert "72 hours" in said
    rows = rows_of(full.folder / "taken/occurrence.csv")
    # Floor cells, and nothing finer.
    assert len(rows) == 27 and all(len(row["decimalLatitude"].split(".")[1]) <= 2 for row in rows)
    status = full("vault", "status", "v")
    assert "TAKEN AT ONCE" in status and "staff ann" in status
    digest = [line.split("\t")[1] for line in
              full("--output", "plain", "vault", "status", "v").splitlines() if "unreviewed" in line][0]
    full("vault", "review", "v", digest[:8], "--by", "ben/key", code=1)
    full("vault", "break-glass", "v", "--dataset", "moor", "--columns", "scientificName", "--purpose",
         "again", "--key", "ann/key", "-o", "more", code=1)
    full("vault", "review", "v", digest[:8], "--by", "ben/key", "cem/key")
    assert "TAKEN" not in full("vault", "status", "v")
    nine = [f"c{n}" for n in range(9)]
    full("vault", "break-glass", "v", "--dataset", "moor", "--columns", *nine, "--purpose", "x", "--key",
         "ann/key", "-o", "more", code=1)
    assert not (full.folder / "more").exists()


def test_the_partner_level_is_read_by_other_programs_with_the_key(full):
    """pyarrow opens a level file with the keys that the vault's own key unlocks."""
    # The layout of the keys is sealed to the vault; a small reader of age files shows what it holds.
    import pyarrow.parquet.encryption as encryption

    assert hasattr(encryption, "CryptoFactory")
    path = full.folder / "v/data/moor/1/partner-0.parquet"
    assert path.read_bytes()[:4] == b"PARE"
    with pytest.raises(Exception, match="(?i)decrypt"):
        parquet.read_table(path)


def test_the_vault_stays_locked_without_the_right_passphrase(full):
    for env, words in [({"REEDBED_PASSPHRASE": "another one altogether"}, "not the right one"),
                       ({"REEDBED_PASSPHRASE": ""}, "is locked")]:
        done = full("vault", "export", "v", "moor", "-o", "x", code=1, env=env)
        assert words in done
    slot = full.folder / "v/keys/first.slot"
    slot.write_text(slot.read_text().replace("65536", "9999999"))
    assert "more memory" in full("vault", "export", "v", "moor", "-o", "x", code=1)
    slot.write_text("damaged")
    assert "no slot" in full("vault", "export", "v", "moor", "-o", "x", code=1)


def test_a_key_file_a_credential_and_officers_unlock_too(call):
    (call.folder / "reserve.csv").write_text(reserve())
    none = {"REEDBED_PASSPHRASE": ""}
    assert "say what unlocks" in call("vault", "init", "v", "--origin", "a.example/v", code=1, env=none)
    assert "too short" in call("vault", "init", "v", "--origin", "a.example/v", code=1,
                               env={"REEDBED_PASSPHRASE": "short"})
    enrolled(call, "--delay", 0, "--key-file", "elsewhere.key")
    assert (call.folder / "elsewhere.key").stat().st_mode & 0o77 == 0
    call("vault", "import", "--vault", "v", "reserve.csv", "--dataset", "moor", "--rules", call.rules,
         "--key-file", "elsewhere.key", env=none)
    # As systemd hands it over.
    (call.folder / "credentials").mkdir()
    shutil.copy(call.folder / "elsewhere.key", call.folder / "credentials/reedbed-vault")
    credentials = none | {"CREDENTIALS_DIRECTORY": str(call.folder / "credentials")}
    call("vault", "check", "v", "--open", env=credentials)
    call("vault", "lock", "v", "--key-file", "elsewhere.key", env=none)
    call("vault", "check", "v", "--open", "--officers", "ann/key", "cem/key", env=none)
    call("vault", "check", "v", "--open", "--officers", "ann/key", env=none, code=1)


def test_a_backup_comes_back_and_does_not_start_behind_a_known_head(full):
    request(full, "none", "decimalLatitude", code=1)
    full("vault", "backup", "v", "backup")
    full("vault", "backup", "v", "backup", code=1)
    full("vault", "request", "v", "--dataset", "moor", "--columns", "decimalLatitude", "--purpose",
         "nests", "--key", "cem/key", "-o", "exact")
    approve(full, "exact", "ann")
    # The officer saw the head with the request; the backup is behind it.
    assert "written anew" not in approve(full, "exact", "ben")
    said = full("vault", "restore", "backup", "back", code=1)
    assert "known" in said
    full("vault", "restore", "backup", "back", "--known", "ann/key.seen", code=1)
    assert not (full.folder / "back").exists()
    full("vault", "backup", "v", "newer")
    full("vault", "restore", "newer", "back", "--known", "ann/key.seen")
    assert "moor version 1" in full("vault", "status", "back")
    full("vault", "check", "back", "--open")
    # An officer signs nothing in a vault that was set back.
    shutil.rmtree(full.folder / "v")
    shutil.copytree(full.folder / "backup", full.folder / "v")
    said = full("officer", "approve", "v", "exact", "--key", "ann/key", "--yes", "-o", "z", code=1)
    assert "not made in this vault" in said or "set back" in said


def test_the_vaults_own_key_changes_also_when_that_was_broken_off(full):
    before = (full.folder / "v/data/moor/1/partner.keys").read_bytes()
    full("vault", "lock", "v")
    full("vault", "rotate", "v")
    assert (full.folder / "v/data/moor/1/partner.keys").read_bytes() != before
    assert not (full.folder / "v/keys/officers.slot").exists()
    full("vault", "check", "v", "--open")
    slot = (full.folder / "v/keys/first.slot").read_bytes()
    # Broken off at each file in turn: what is there opens with the old slot and goes on.
    shutil.copytree(full.folder / "v", full.folder / "copy-of-v")
    full("vault", "rotate", "v")
    assert (full.folder / "v/keys/first.slot").read_bytes() != slot


def test_a_dataset_that_is_shredded_is_gone_and_two_decide_it(full):
    assert "officers decide" in full("vault", "shred", "v", "moor", code=1)
    assert "too few" in full("vault", "shred", "v", "moor", "--by", "ann/key", code=1)
    full("vault", "shred", "v", "moor", "--by", "ann/key", "ben/key")
    assert not [p for p in (full.folder / "v/data/moor").rglob("*") if p.is_file()]
    assert "destroyed" in full("vault", "export", "v", "moor", "-o", "x", code=1)
    full("vault", "check", "v")
    # Broken off: a file that is left is named, and the same command destroys it.
    (full.folder / "v/data/moor/1/partner.keys").write_text("left")
    assert "files are left" in full("vault", "check", "v", code=3)
    full("vault", "shred", "v", "moor")
    full("vault", "check", "v")


def test_a_check_names_what_was_changed_or_is_missing(full):
    full("vault", "check", "v", "--open")
    folder = full.folder / "v/data/moor/1"
    for name in ("exact-0.parquet", "partner-0.parquet", "public-0.parquet"):
        held = (folder / name).read_bytes()
        middle = len(held) // 2
        (folder / name).write_bytes(held[:middle] + bytes([held[middle] ^ 1]) + held[middle + 1:])
        assert f"`{name}` was changed" in full("vault", "check", "v", code=3)
        (folder / name).write_bytes(held[:-1])
        assert f"`{name}` was changed" in full("vault", "check", "v", code=3)
        (folder / name).unlink()
        assert name in full("vault", "check", "v", code=3)
        (folder / name).write_bytes(held)
    shutil.copy(folder / "public.keys", folder / "partner.keys")
    full("vault", "check", "v")
    full("vault", "check", "v", "--open", code=3)


def test_the_state_is_a_cache_that_decides_nothing(full):
    assert "said the same" in full("vault", "replay", "v")
    state = full.folder / "v/state.sqlite"
    with sqlite3.connect(state) as database:
        database.execute("DELETE FROM state WHERE kind = 'officer'")
        database.execute("INSERT INTO state VALUES ('officer', 'x', 'forged')")
    database.close()
    assert "forged" not in full("officer", "list", "v")
    said = full("vault", "replay", "v", code=3)
    assert "lacked 3" in said and "had 1" in said
    state.write_bytes(b"no database")
    full("vault", "replay", "v", code=3)
    state.unlink()
    full("vault", "status", "v")
    full("vault", "replay", "v", code=3)
    assert "said the same" in full("vault", "replay", "v")


def test_a_selfcheck_lists_what_listens_what_is_called_and_which_keys_there_are(full):
    said = full("vault", "selfcheck", "v")
    for words in ("listening: none", "outbound: none", "slot: first passphrase", "ledger-root", "rules:",
                  hashlib.sha256(Path(os.environ["REEDBED_BIN"]).read_bytes()).hexdigest()):
        assert words in said, words


def test_the_status_names_inputs_that_can_still_be_read(full):
    assert "Still readable outside of the vault" in full("vault", "status", "v")
    (full.folder / "reserve.csv").unlink()
    assert "Still readable" not in full("vault", "status", "v")
