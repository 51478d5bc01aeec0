"""A vault with three officers on folders of their own, a bribed one among them, and a thief."""

import csv
import shutil

import pyarrow.parquet as parquet
import pytest
from vaults import RECORDS, approve, enrolled, officer, request, take_in, unseal


SECRETS = [b"51.61234", b"third willow", b"Botaurus", b"A. Warden"]


def test_two_officers_open_what_a_third_asked_for(vault):
    request(vault, "req", "scientificName", "decimalLatitude", "note")
    # What is to be signed is shown before.
    shown = vault("approve", "v", "req", "--key", "ann/key")
    assert "all columns about: place, taxon" in shown
    assert "EXACT DATA" in shown and "nest protection" in shown and "Nothing was signed" in shown
    approve(vault, "req", "ann")
    assert "too few people" in unseal(vault, "req", "ann", code=1)
    approve(vault, "req", "ben")
    unseal(vault, "req", "ann", "ben")
    with (vault.folder / "opened/exact-0.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"scientificName": "Botaurus stellaris", "decimalLatitude": "51.61234",
            "note": "under the third willow, left"} in rows
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
    assert "too few people" in said and not (vault.folder / "opened").exists()
    # The bribed officer approves their own request, and answers twice.
    approve(vault, "req", "ann")
    assert "does not approve" in unseal(vault, "req", "ben", "ann", code=1)
    assert "too few people" in unseal(vault, "req", "ben", "ben", code=1)
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
        assert "not your shares" in approve(call, "req", who)
        assert "share " not in (call.folder / f"req.{who}").read_text()
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
    vault("request", "v", "--dataset", "bitterns", "--columns", "nowhere", "--purpose", "x",
          "--key", "ann/key", "-o", "none", code=1)
    assert not (vault.folder / "none").exists()
    vault("request", "v", "--dataset", "otters", "--columns", "x", "--purpose", "x",
          "--key", "ann/key", "-o", "none", code=1)
    assert "already" in vault("vault", "init", "v", "--origin", "x.example/v", code=1)
    vault("vault", "status", "nowhere", code=1)
    for text in ("", "x", "reedbed-request/v1\n"):
        (vault.folder / "wrong").write_text(text)
        vault("approve", "v", "wrong", "--key", "ann/key", code=1)
        vault("officer", "enrol", "v", "wrong", code=1)
    settings = vault.folder / "v/reedbed.toml"
    settings.write_text(settings.read_text().replace("format = 1", "format = 2"))
    assert "newer" in vault("vault", "status", "v", code=1)
