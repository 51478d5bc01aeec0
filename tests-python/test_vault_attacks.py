"""Attacks on a vault that must fail, each by its name."""

import os
import re
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from vaults import (
    PASSPHRASE,
    approve,
    ask_for_copy,
    enrolled,
    officer,
    release,
    request,
    reserve,
    rows_of,
    take_in,
    unseal,
)

SECRETS = ["51.61234", "4.61234", "third willow", "Botaurus", "A. Warden"]
DAY = 24 * 3600


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """A library that sets a program's clock, kills it at a step, or lets its disk be full."""
    library = tmp_path_factory.mktemp("shim") / "shim.so"
    source = Path(__file__).with_name("shim.c")
    built = subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"])
    assert built.returncode == 0
    return library


def at(shim, shift):
    """The environment of a program whose clock is off by so many seconds."""
    return {"LD_PRELOAD": str(shim), "SHIM_CLOCK": str(shift)}


def holds(folder, texts):
    content = b"\0".join(p.read_bytes() for p in Path(folder).rglob("*") if p.is_file())
    return [text for text in texts if text.encode() in content]


def test_a_full_disk_copy_and_an_old_backup_with_one_officers_key(vault):
    vault("vault", "backup", "v", "backup")
    request(vault, "req", "decimalLatitude")
    approve(vault, "req", "ann")
    for place in ("v", "backup"):
        assert not holds(vault.folder / place, SECRETS)
        # Ann's key opens Ann's shares and nothing else.
        shares = list((vault.folder / place).glob("data/bitterns/1/shares/*"))
        assert len(shares) == 3 * len({share.name.rsplit(".", 1)[0] for share in shares})
    shutil.rmtree(vault.folder / "v")
    shutil.copytree(vault.folder / "backup", vault.folder / "v")
    vault("ledger", "checkpoint", "v/ledger", "--known", "v/ledger/log/checkpoint")
    (vault.folder / "ann/key.seen").unlink()
    request(vault, "again", "decimalLatitude", by="ann")
    approve(vault, "again", "ann")
    assert "does not approve" in unseal(vault, "again", "ann", code=1)
    assert not (vault.folder / "opened").exists()


def test_every_administrator_command_as_root(vault):
    """Whoever has the machine and the passphrase, and no officer's key, gets nothing exact."""
    help_text = vault("vault", "--help")
    commands = set(re.findall(r"^  ([a-z-]+) ", help_text, re.M)) - {"help"}
    (vault.folder / "r.csv").unlink()
    (vault.folder / "second.csv").write_text("occurrenceID,scientificName\nx,Ardea cinerea\n")
    for name in ("ann", "ben", "cem"):
        shutil.move(vault.folder / name, vault.folder.parent / f"{vault.folder.name}-{name}")
    lines = {
        "init": ["init", "other", "--origin", "x.example/v"],
        "import": ["import", "--vault", "v", "second.csv", "--dataset", "two", "--rules", vault.rules],
        "relevel": ["relevel", "v", "--rules", vault.rules],
        "export": ["export", "v", "bitterns", "-o", "exported"],
        "status": ["status", "v"],
        "break-glass": ["break-glass", "v", "--dataset", "bitterns", "--columns", "decimalLatitude",
                        "--purpose", "x", "--key", "made-up", "-o", "taken"],
        "review": ["review", "v", "", "--by", "made-up", "made-up"],
        "recall": ["recall", "v"],
        "check": ["check", "v", "--open"],
        "backup": ["backup", "v", "copy"],
        "restore": ["restore", "copy", "restored", "--known", "copy/ledger/log/checkpoint"],
        "lock": ["lock", "v"],
        "rotate": ["rotate", "v"],
        "reshare": ["reshare", "v", "req", "--answers", "req"],
        "shred": ["shred", "v", "bitterns"],
        "replay": ["replay", "v"],
        "selfcheck": ["selfcheck", "v"],
    }
    assert commands == set(lines), "a new command of the vault is to be tried here too"
    vault("officer", "new", "made-up", "--name", "root", "--person", "root")
    more = [["request", "v", "--dataset", "bitterns", "--columns", "decimalLatitude", "--purpose", "x",
             "--key", "made-up", "-o", "req"],
            ["officer", "enrol", "v", "made-up.card"],
            ["rules", "approve", "--rules", "rules.csv", "--by", "made-up", "--vault", "v"],
            ["ledger", "audit", "v/ledger"], ["ledger", "open", "v/ledger", "5"],
            ["ledger", "rotate", "v/ledger"], ["trace", "second.csv", "--vault", "v"]]
    done = 0
    for line in [["vault", *line] for line in lines.values()] + more:
        ran = subprocess.run([os.environ["REEDBED_BIN"], *line], cwd=vault.folder, capture_output=True,
                             timeout=300, env=os.environ | {"REEDBED_PASSPHRASE": PASSPHRASE})
        said = ran.stdout.decode() + ran.stderr.decode()
        assert not [one for one in SECRETS if one in said], line
        assert "panicked" not in said
        done += ran.returncode == 0
    assert done > 10
    assert not holds(vault.folder, SECRETS[:3])


def test_who_asks_approves_by_a_second_account(vault):
    request(vault, "req", "decimalLatitude", by="cem")
    approve(vault, "req", "ann")
    # The same person with other keys: not while they are an officer, nor afterwards for their request.
    vault("officer", "new", "cem/second", "--name", "cem2", "--person", "staff  CEM")
    for other in ("ann", "ben"):
        vault("officer", "vouch", "cem/second.card", "--key", f"{other}/key")
    assert "enrolled already" in vault("officer", "enrol", "v", "cem/second.card", code=1)
    keys = vault("--output", "plain", "officer", "list", "v").splitlines()
    key = next(line.split("\t")[1] for line in keys if "cem" in line)
    vault("officer", "revoke", "v", key, "--by", "ann/key", "ben/key")
    vault("officer", "enrol", "v", "cem/second.card")
    assert "no share of this officer" in vault("approve", "v", "req", "--key", "cem/second", "--yes",
                                               "-o", "req.second", code=1)
    ask_for_copy_of(vault, "copy", "staff cem")
    for name, key in (("ann", "ann/key"), ("second", "cem/second")):
        vault("approve", "v", "copy", "--key", key, "--yes", "-o", f"copy.{name}")
    said = vault("release", "v", "copy", "--answers", "copy.ann", "copy.second", "-o", "out", code=1)
    assert "does not approve" in said and not (vault.folder / "out").exists()


def ask_for_copy_of(call, name, to):
    call("request", "v", "--dataset", "bitterns", "--to", to, "--purpose", "x", "--key", "ben/key", "-o",
         name)


def test_who_gains_approves_after_a_change_of_role(vault):
    """Somebody asks for what serves Dan, who becomes an officer before it is approved."""
    vault("request", "v", "--dataset", "bitterns", "--columns", "scientificName", "--purpose", "x",
          "--key", "cem/key", "--beneficiary", "staff dan", "-o", "req")
    officer(vault, "dan")
    for other in ("ann", "ben"):
        vault("officer", "vouch", "dan/key.card", "--key", f"{other}/key")
    vault("officer", "enrol", "v", "dan/key.card")
    approve(vault, "req", "ann")
    vault("approve", "v", "req", "--key", "dan/key", "--yes", "-o", "req.dan", code=1)
    # Nor does an officer who is one no longer.
    approve(vault, "req", "ben")
    keys = vault("--output", "plain", "officer", "list", "v").splitlines()
    key = next(line.split("\t")[1] for line in keys if "ben" in line)
    vault("officer", "revoke", "v", key, "--by", "ann/key", "cem/key")
    unseal(vault, "req", "ann", "ben", code=1)
    assert not (vault.folder / "opened").exists()


def test_who_asks_approves_after_an_edit(vault):
    request(vault, "req", "scientificName")
    approve(vault, "req", "ann")
    text = (vault.folder / "req").read_text()
    for edit in [("columns scientificName", "columns decimalLatitude"), ("by staff cem", "by staff ann"),
                 ("expires ", "expires 9"), ("purpose nest protection", "purpose nothing")]:
        changed = text.replace(*edit)
        assert changed != text
        (vault.folder / "req").write_text(changed)
        vault("approve", "v", "req", "--key", "ben/key", "--yes", "-o", "none", code=1)
        unseal(vault, "req", "ann", code=1)
    assert not (vault.folder / "opened").exists() and not (vault.folder / "none").exists()


def test_an_approval_is_replayed_on_another_request(vault):
    request(vault, "req", "scientificName")
    request(vault, "other", "scientificName")
    for who in ("ann", "ben"):
        approve(vault, "req", who)
    for who in ("ann", "ben"):
        shutil.copy(vault.folder / f"req.{who}", vault.folder / f"other.{who}")
    assert "another request" in unseal(vault, "other", "ann", "ben", code=1)
    # Signatures that are cut out and put under the other's bytes.
    answer = (vault.folder / "req.ann").read_text()
    signature = answer[answer.rindex("\n\u2014 "):]
    approve(vault, "other", "cem", code=0)
    forged = (vault.folder / "other.cem").read_text()
    (vault.folder / "forged").write_text(forged.rstrip("\n") + signature)
    vault("unseal", "v", "other", "--answers", "forged", "-o", "opened", code=1)
    assert not (vault.folder / "opened").exists()
    unseal(vault, "req", "ann", "ben")
    # Done is done.
    assert "closed" in unseal(vault, "req", "ann", "ben", out="again", code=1)


def test_an_approval_is_used_after_its_request_lapsed(vault, shim):
    request(vault, "req", "scientificName")
    for who in ("ann", "ben"):
        approve(vault, "req", who)
    line = ["unseal", "v", "req", "--answers", "req.ann", "req.ben", "-o", "opened"]
    assert "lapsed" in vault(*line, code=1, env=at(shim, 15 * DAY))
    assert not (vault.folder / "opened").exists()


def test_the_clock_is_moved_forward(call, shim):
    """Whoever has the vault's machine says that the delay is over; the officers' devices do not."""
    (call.folder / "r.csv").write_text(
        "occurrenceID,scientificName,decimalLatitude,decimalLongitude\nb1,Botaurus stellaris,51.61234,4.61234\n")
    enrolled(call, "--delay", 24)
    take_in(call, "r.csv", "bitterns")
    request(call, "req", "decimalLatitude")
    for who in ("ann", "ben"):
        approve(call, "req", who)
    line = ["unseal", "v", "req", "--answers", "req.ann", "req.ben", "-o", "opened"]
    assert "0 shares" in call(*line, code=1, env=at(shim, 2 * DAY))
    assert not (call.folder / "opened").exists()
    # A request from the future is not signed.
    call("request", "v", "--dataset", "bitterns", "--columns", "decimalLatitude", "--purpose", "x", "--key",
         "cem/key", "-o", "future", env=at(shim, 3 * DAY))
    assert "clock" in approve(call, "future", "ann", code=1)
    # And what stands in the ledger with a later time lets nothing more happen before it.
    assert "the clock went back" in request(call, "later", "decimalLatitude", code=1)
    assert not (call.folder / "later").exists() and not (call.folder / "later.key").exists()


def test_the_clock_is_moved_back(call, shim):
    """A request is made to look two days old, so that its delay seems over."""
    past = at(shim, -2 * DAY)
    (call.folder / "r.csv").write_text(
        "occurrenceID,scientificName,decimalLatitude,decimalLongitude\nb1,Botaurus stellaris,51.61234,4.61234\n")
    plain = call
    def call_then(*line, **options):
        return plain(*line, env=past, **options)
    call_then.folder = plain.folder
    enrolled(call_then, "--delay", 24)
    call_then.rules = plain.rules = call_then.rules
    take_in(call_then, "r.csv", "bitterns")
    # An ordinary request, which Ann looks at today.
    request(call_then, "first", "decimalLatitude")
    approve(plain, "first", "ann")
    request(call_then, "req", "decimalLatitude")
    said = approve(plain, "req", "ann", code=1)
    assert "set back" in said and not (plain.folder / "req.ann").exists()


def test_two_servers_on_one_vault(vault):
    def ask(number):
        return subprocess.run(
            [os.environ["REEDBED_BIN"], "request", "v", "--dataset", "bitterns", "--columns",
             "scientificName", "--purpose", f"number {number}", "--key", "cem/key", "-o", f"r{number}"],
            cwd=vault.folder, capture_output=True, text=True)

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(ask, range(16)))
    refused = [one for one in done if one.returncode]
    assert all("somebody else uses the vault" in one.stderr for one in refused)
    asked = sum(one.returncode == 0 for one in done)
    assert asked >= 1
    assert len(list(vault.folder.glob("r[0-9]*.key"))) == asked
    status = vault("--output", "plain", "vault", "status", "v")
    assert sum(line.startswith("request\t") for line in status.splitlines()) == asked
    vault("vault", "check", "v")
    vault("ledger", "audit", "v/ledger")
    # On two machines: the copy does not go on by itself, and an officer who saw one sees that the other is
    # not the same.
    shutil.copytree(vault.folder / "v", vault.folder / "w")
    assert "copied, or restored" in vault("request", "w", "--dataset", "bitterns", "--columns",
                                          "scientificName", "--purpose", "x", "--key", "cem/key", "-o", "w1",
                                          code=1)
    vault("ledger", "checkpoint", "w/ledger", "--known", "w/ledger/log/checkpoint")
    request(vault, "v1", "scientificName")
    approve(vault, "v1", "ann")
    vault("request", "w", "--dataset", "bitterns", "--columns", "scientificName", "--purpose", "x", "--key",
          "cem/key", "-o", "w2")
    assert "written anew" in vault("approve", "w", "w2", "--key", "ann/key", "--yes", "-o", "w2.ann", code=1)


def test_lax_rules_at_import_by_one_operator(call):
    enrolled(call, "--delay", 0)
    (call.folder / "reserve.csv").write_text(reserve())
    (call.folder / "lax.csv").write_text("scientificName,category\nOtis tarda,low\n")
    lax = ["rules", "approve", "--rules", "lax.csv", "--vault", "v", "--by"]
    assert "too few" in call(*lax, "ann/key", code=1)
    call(*lax, "ann/key", "ann/key", code=1)
    # The packed rules of the vault are swapped: their digest is what two approved.
    packed = list((call.folder / "v/rules").iterdir())
    assert len(packed) == 1
    packed[0].write_bytes(packed[0].read_bytes()[:-20] + bytes(20))
    take_in(call, "reserve.csv", "moor", code=1)
    assert not list((call.folder / "v/data").rglob("*.parquet"))


def test_an_import_claims_to_be_public_or_to_be_another_dataset(full):
    # What data say of themselves decides nothing.
    head, *rows = reserve().splitlines()
    claims = ("CC0,Published with the owner's consent.,public,"
              "Place generalised to the cell of the 1\u00b0 \u00d7 1\u00b0 grid that holds it; the coordinates are the "
              "centre of the cell.")
    (full.folder / "claims.csv").write_text(
        "\n".join([head + ",license,accessRights,informationWithheld,dataGeneralizations"] +
                  [f'{row},{claims.replace(";", "")}' for row in rows]) + "\n")
    take_in(full, "claims.csv", "claims")
    full("vault", "export", "v", "claims", "-o", "public")
    rows = rows_of(full.folder / "public/package/occurrence.csv") if (
        full.folder / "public/package/occurrence.csv").exists() else rows_of(
        next((full.folder / "public/package").glob("*.csv")))
    bitterns = [row for row in rows if row["scientificName"] == "Botaurus stellaris"]
    assert all(float(row["coordinatePrecision"]) >= 0.1 for row in bitterns)
    # Nor does one dataset take the place of another.
    said = take_in(full, "claims.csv", "moor", code=1)
    assert "is in the vault already, as version 1" in said
    assert "no dataset" in take_in(full, "claims.csv", "Moor2", "--new-version", code=1)
    assert "moor version 1" in full("vault", "status", "v")


def test_memory_is_not_dumped(vault, tmp_path):
    """Neither a core nor another process of the same user gets at the memory of a process with keys."""
    os.mkfifo(vault.folder / "passphrase")
    os.chmod(vault.folder, 0o755)
    process = subprocess.Popen(
        [os.environ["REEDBED_BIN"], "vault", "check", "v", "--open", "--passphrase-file", "passphrase"],
        cwd=vault.folder, env={"REEDBED_PASSPHRASE": ""}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        limits = ""
        for _ in range(100):
            limits = Path(f"/proc/{process.pid}/limits").read_text()
            if re.search(r"Max core file size\s+0\s+0", limits):
                break
            time.sleep(0.05)
        assert re.search(r"Max core file size\s+0\s+0", limits)
        # Linux lets nobody else in where a process is not dumpable: proc(5), prctl(2).
        gdb = Path(f"/proc/{process.pid}/status").read_text()
        assert "CoreDumping:\t0" in gdb
    finally:
        process.kill()
        process.wait()


def test_a_cloned_machine_never_repeats_a_nonce(call):
    """Two machines that began as one seal the same data, and no run of bytes is the same."""
    enrolled(call, "--delay", 0)
    (call.folder / "reserve.csv").write_text(reserve())
    shutil.copytree(call.folder / "v", call.folder / "w")
    call("ledger", "checkpoint", "w/ledger", "--known", "w/ledger/log/checkpoint")
    for place in ("v", "w"):
        call("vault", "import", "--vault", place, "reserve.csv", "--dataset", "moor", "--rules", call.rules)
    compared = 0
    for one in (call.folder / "v/data/moor/1").rglob("*"):
        if not one.is_file() or one.name in ("manifest", "inputs"):
            continue
        other = call.folder / "w" / one.relative_to(call.folder / "v")
        a, b = one.read_bytes(), other.read_bytes()
        # All nonces are of twelve random bytes; what is alike is what the formats write in the clear.
        alike = {a[at:at + 12] for at in range(200, len(a) - 12)} & {b[at:at + 12] for at in range(200, len(b) - 12)}
        alike = {run for run in alike if len(set(run)) > 9 and sum(32 <= b < 127 for b in run) < 8 and b'{"k' not in run}
        assert not alike, (one.name, alike)
        compared += 1
    assert compared > 20


def in_a_world(call, mount, *line):
    """Runs a command where something is mounted over the vault's folder."""
    script = f"{mount} && exec \"$@\""
    return subprocess.run(["unshare", "-rm", "sh", "-c", script, "sh", os.environ["REEDBED_BIN"], *line],
                          cwd=call.folder, capture_output=True, text=True,
                          env=os.environ | {"REEDBED_PASSPHRASE": PASSPHRASE})


def test_a_disk_that_can_only_be_read(full):
    mount = "mount --bind v v && mount -o remount,bind,ro v"
    if in_a_world(full, mount, "--version").returncode:
        pytest.skip("this machine lets nobody mount anything")
    done = in_a_world(full, mount, "request", "v", "--dataset", "moor", "--columns", "decimalLatitude",
                      "--purpose", "x", "--key", "cem/key", "-o", "req")
    assert done.returncode == 1 and "ead-only" in done.stderr and "panicked" not in done.stderr
    assert not (full.folder / "req").exists() and not (full.folder / "req.key").exists()
    full("vault", "check", "v", "--open")


def test_a_disk_that_is_full(full, shim):
    """Whatever is done, it is done whole or not at all; what was there stays."""
    (full.folder / "more.csv").write_text(reserve())
    lines = [["vault", "import", "--vault", "v", "more.csv", "--dataset", "more", "--rules", full.rules],
             ["vault", "backup", "v", "copy"], ["vault", "export", "v", "moor", "-o", "public"],
             ["vault", "rotate", "v"]]
    for line in lines:
        counted = full.folder / "steps"
        for full_at in (0, 3, 9, 17, 40):
            env = {"LD_PRELOAD": str(shim), "SHIM_FULL_AT": str(full_at), "SHIM_STEPS": str(counted)}
            said = full(*line, code=1, env=env)
            assert "No space left" in said, said
            if line[1] == "rotate":
                # It goes on where it was broken off.
                full("vault", "rotate", "v")
            full("vault", "check", "v", "--open")
        shutil.rmtree(full.folder / "copy", ignore_errors=True)
    assert "more" not in full("vault", "status", "v").replace("more.csv", "")
    take_in(full, "more.csv", "more")


def test_a_foreign_vault_and_damaged_keys(vault):
    vault("vault", "init", "other", "--origin", "other.example/v", "--delay", 0)
    request(vault, "req", "scientificName")
    for name in ("ann", "ben"):
        vault("officer", "enrol", "other", f"{name}/key.card")
    said = vault("approve", "other", "req", "--key", "ann/key", "--yes", "-o", "x", code=1)
    assert "not made in this vault" in said
    # Files of another vault in the place of one's own.
    shutil.copy(vault.folder / "other/keys/first.slot", vault.folder / "v/keys/first.slot")
    vault("vault", "export", "v", "bitterns", "-o", "x", code=1)
    for damage in (b"", b"reedbed-officer/v1\n", (vault.folder / "ann/key").read_bytes()[:-30]):
        (vault.folder / "damaged").write_bytes(damage)
        said = vault("approve", "v", "req", "--key", "damaged", "--yes", "-o", "x", code=1)
        assert "secret file" in said
    # A missing share.
    for share in (vault.folder / "v/data/bitterns/1/shares").glob("*taxon*"):
        share.unlink()
    assert "no share" in approve(vault, "req", "ann", code=1)
    assert "shares" in vault("vault", "check", "v", code=3)


def test_a_release_that_two_approved_does_not_become_another(full):
    ask_for_copy(full)
    for who in ("ann", "ben"):
        approve(full, "copy", who)
    release(full)
    package = full.folder / "out/package"
    full("verify", "out/package")
    for name in ("occurrence.csv", "agreement/request.txt", "agreement/terms.md", "agreement/approvers.txt"):
        held = (package / name).read_bytes()
        (package / name).write_bytes(held.replace(b"1", b"2", 1) if b"1" in held else held + b" ")
        assert "NOT PROVED" in full("verify", "out/package", code=3)
        (package / name).write_bytes(held)
    full("verify", "out/package")

