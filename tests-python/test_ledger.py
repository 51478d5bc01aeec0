"""The ledger as outsiders meet it: an auditor with the network cable out, a partner with a proof, and
the second verifier, which shares no code with the first.
"""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

VERIFIER = Path(__file__).resolve().parent.parent / "crates/app/src/ledger/verify.py"
RECORDS = """scientificName,decimalLatitude,decimalLongitude,eventDate
Botaurus stellaris,51.61234,4.61234,2021-05-14
Ardea cinerea,51.41234,4.41234,2021-05-14
"""


@pytest.fixture
def ledger(reedbed, tmp_path):
    """Runs `reedbed ledger …` in a folder of its own, without a network where that can be had."""
    offline = []
    if shutil.which("unshare"):
        tried = subprocess.run(["unshare", "-rn", "true"], capture_output=True)
        offline = ["unshare", "-rn"] if tried.returncode == 0 else []

    def call(*arguments, code=0, program=None):
        command = [*offline, *(program or [reedbed]), *map(str, arguments)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120)
        said = done.stdout.decode() + done.stderr.decode()
        assert done.returncode == code, said
        return said

    call.offline = bool(offline)
    call.folder = tmp_path
    return call


def facts(text):
    return dict(line.split("\t", 1) for line in text.splitlines() if "\t" in line)


def reserve_with_witness(ledger):
    """A ledger that asks for a museum's cosignature, and a copy that is recorded in it."""
    folder = ledger.folder
    (folder / "r.csv").write_text(RECORDS)
    (folder / "rules.csv").write_text("scientificName,category\nBotaurus stellaris,high\n")
    made = facts(ledger("--output", "plain", "ledger", "init", "led", "--origin", "reserve.example/l"))
    witness = facts(
        ledger(
            "--output", "plain", "ledger", "witness", "init", "museum",
            "--name", "museum.example/w", "--log", made["key"],
        )
    )
    policy = f"log {made['key']}\nwitness museum {witness['key']}\nquorum museum\n"
    (folder / "led/log/policy").write_text(policy)
    (folder / "published-policy").write_text(policy)
    ledger("ledger", "append", "led", "--kind", "agreement", "--commit", "recipient=Somewhere")
    ledger(
        "share", "r.csv", "--rules", "rules.csv", "--for", "partner", "--to", "Somewhere",
        "--ledger", "led", "--purpose", "research", "-o", "out",
    )


def cosign(ledger, old):
    ledger("ledger", "cosign", "led", "--request", "request", "--old", old)
    ledger("ledger", "witness", "sign", "museum", "request", "-o", "answer")
    ledger("ledger", "cosign", "led", "--answer", "answer")


def test_an_auditor_without_a_network_checks_last_years_releases(ledger):
    if not ledger.offline:
        pytest.skip("no empty network namespace can be made here (unshare -rn)")
    reserve_with_witness(ledger)
    # Before the museum has seen it, it does not hold under the policy.
    assert "too few witnesses" in ledger("ledger", "verify", "out", code=3)
    cosign(ledger, 0)
    ledger("ledger", "prove", "led", "1", "--copy", "out")
    said = ledger("ledger", "verify", "out", "--policy", "published-policy")
    assert "is a release" in said and "recipient: Somewhere" in said and "Witnessed by museum" in said
    assert "Not proved: that anybody approved it" in said
    # A year on there is more in the ledger; the auditor gets an export and the partner's old proof.
    for _ in range(3):
        ledger("ledger", "append", "led", "--kind", "permit")
    ledger("ledger", "checkpoint", "led")
    cosign(ledger, 2)
    ledger("ledger", "export", "led", "-o", "export")
    proof = "out/package/proof/release.tlog-proof"
    said = ledger("ledger", "audit", "export", "--policy", "published-policy", "--known", proof)
    assert "all 5 entries" in said and "continues the 1 head" in said
    # The second verifier agrees, in the same namespace.
    said = ledger(
        VERIFIER, "out/package/proof", "published-policy", program=[sys.executable]
    )
    assert "proved: entry 1 of 2" in said and "witnessed by: museum" in said


def test_a_changed_copy_is_not_proved_by_either_verifier(ledger):
    reserve_with_witness(ledger)
    cosign(ledger, 0)
    ledger("ledger", "prove", "led", "1", "--copy", "out")
    package = ledger.folder / "out" / "package"
    table = package / "occurrence.csv"
    whole = table.read_bytes()

    def both(code):
        own = ledger("ledger", "verify", "out", code=code)
        other = ledger(VERIFIER, "out/package/proof", program=[sys.executable], code=code)
        return own, other

    both(0)
    for change in ("changed", "missing", "added"):
        if change == "changed":
            table.write_bytes(whole.replace(b"Ardea", b"Ardeo"))
        elif change == "missing":
            table.unlink()
        else:
            (package / "more.csv").write_text("x\n")
        for said in both(3):
            assert change in said or "changed or added" in said, said
        table.write_bytes(whole)
        (package / "more.csv").unlink(missing_ok=True)
    both(0)


def test_both_verifiers_agree_on_files_that_were_changed_at_random(ledger):
    reserve_with_witness(ledger)
    cosign(ledger, 0)
    ledger("ledger", "rotate", "led")
    ledger("ledger", "witness", "follow", "museum", "--keys", "led/log/keys")
    key = facts(ledger("--output", "plain", "ledger", "key", "warden.key", "--name", "warden"))["key"]
    share(ledger, "second", "--approver", key)
    ledger("ledger", "approve", "second", "--key", "warden.key")
    cosign(ledger, 2)
    ledger("ledger", "prove", "led", "3", "--copy", "second")
    both(ledger, 0, "second")
    folder = ledger.folder / "second/package/proof"
    names = ["manifest", "entry", "opening", "release.tlog-proof", "policy", "keys", "continuation",
             "approvals"]
    draw, verdicts = random.Random(5), []
    for _ in range(240):
        name = draw.choice(names)
        whole = (folder / name).read_bytes()
        changed = bytearray(whole)
        at = draw.randrange(len(changed))
        kind = draw.randrange(4)
        if kind == 0:
            changed[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            del changed[at]
        elif kind == 2:
            changed.insert(at, changed[draw.randrange(len(changed))])
        else:
            del changed[at:]
        if bytes(changed) == whole:
            continue
        (folder / name).write_bytes(changed)
        codes = [
            subprocess.run(command, cwd=ledger.folder, capture_output=True).returncode
            for command in (
                [reedbed_of(ledger), "ledger", "verify", "second"],
                [sys.executable, str(VERIFIER), "second/package/proof"],
            )
        ]
        assert codes[0] == codes[1], f"{name}: {codes} at {at}, {kind}"
        verdicts.append(codes[0])
        (folder / name).write_bytes(whole)
    # What may differ are names and addresses of the policy, and little else.
    assert verdicts.count(3) > 200, verdicts


def test_names_and_links_are_no_way_round_the_manifest(ledger):
    reserve_with_witness(ledger)
    cosign(ledger, 0)
    ledger("ledger", "prove", "led", "1", "--copy", "out")
    package = ledger.folder / "out/package"
    lines = (package / "proof/manifest").read_text().splitlines()[1:]
    (first, second) = (line.split(" ", 2) for line in lines[:2])
    both(ledger, 0)
    # One file whose name holds the line of another, which is gone.
    held = (package / second[2]).read_bytes()
    whole = (package / first[2]).read_bytes()
    (package / second[2]).unlink()
    (package / first[2]).unlink()
    trick = package / f"{first[2]}\n{' '.join(second)}".replace("/", "_")
    trick.write_bytes(whole)
    both(ledger, 3)
    trick.unlink()
    (package / first[2]).write_bytes(whole)
    # A link in the place of a file, to a folder, and a file beside those of the proof.
    (ledger.folder / "elsewhere").write_bytes(held)
    (package / second[2]).symlink_to(ledger.folder / "elsewhere")
    both(ledger, 3)
    (package / second[2]).unlink()
    (package / second[2]).write_bytes(held)
    both(ledger, 0)
    for added in ("more", "proof/more"):
        (package / added).symlink_to(ledger.folder)
        both(ledger, 3)
        (package / added).unlink()
    (package / "proof/READ-ME-FIRST").write_text("pay here")
    both(ledger, 3)
    (package / "proof/READ-ME-FIRST").unlink()
    both(ledger, 0)


def reedbed_of(ledger):
    return next(cell.cell_contents for cell in ledger.__closure__ if isinstance(cell.cell_contents, Path)
                and cell.cell_contents.name.startswith("reedbed"))


def test_a_ledger_from_a_backup_opens_only_against_a_head_that_others_hold(ledger):
    reserve_with_witness(ledger)
    cosign(ledger, 0)
    ledger("ledger", "prove", "led", "1", "-o", "held.tlog-proof")
    shutil.copytree(ledger.folder / "led", ledger.folder / "backup")
    ledger("ledger", "append", "led", "--kind", "permit")
    ledger("ledger", "checkpoint", "led")
    ledger("ledger", "prove", "led", "2", "-o", "newer.tlog-proof")
    shutil.rmtree(ledger.folder / "led")
    (ledger.folder / "backup").rename(ledger.folder / "led")
    said = ledger("ledger", "append", "led", "--kind", "permit", code=1)
    assert "restored from a backup" in said
    said = ledger(
        "ledger", "append", "led", "--kind", "permit", "--known", "newer.tlog-proof", code=1
    )
    assert "older than it was" in said
    ledger("ledger", "append", "led", "--kind", "permit", "--known", "held.tlog-proof")
    ledger("ledger", "append", "led", "--kind", "permit")


def test_what_an_entry_is_about_can_be_destroyed_and_of_some_kinds_cannot(ledger):
    reserve_with_witness(ledger)
    cosign(ledger, 0)
    assert "Somewhere" in ledger("ledger", "open", "led", "1")
    ledger("ledger", "destroy", "led", "1")
    assert "was destroyed" in ledger("ledger", "open", "led", "1", code=1)
    assert "never destroyed" in ledger("ledger", "destroy", "led", "0", code=1)
    # The tree is what it was, and the partner's proof still holds.
    ledger("ledger", "audit", "led")
    ledger("ledger", "prove", "led", "1", "--copy", "out")
    ledger("ledger", "verify", "out")

def both(ledger, code, copy="out", known=()):
    """What both verifiers say of a copy."""
    more = ["--known", *known] if known else []
    own = ledger("ledger", "verify", copy, *more, code=code)
    other = ledger(VERIFIER, f"{copy}/package/proof", program=[sys.executable], code=code)
    return own, other


def share(ledger, out, *more, to="Somewhere", code=0):
    return ledger(
        "share", "r.csv", "--rules", "rules.csv", "--for", "partner", "--to", to,
        "--ledger", "led", "-o", out, *more, code=code,
    )


def test_a_second_copy_proves_that_the_ledger_continues_the_first(ledger):
    reserve_with_witness(ledger)
    cosign(ledger, 0)
    ledger("ledger", "prove", "led", "1", "--copy", "out")
    share(ledger, "second")
    share(ledger, "elsewhere", to="Another")
    cosign(ledger, 2)
    for entry, copy in ((2, "second"), (3, "elsewhere")):
        ledger("ledger", "prove", "led", entry, "--copy", copy)
    first = "out/package/proof/release.tlog-proof"
    for said in both(ledger, 0, "second", [first]):
        assert "2 entries" in said and "continues the one" in said, said
    # Who got none before is told nothing of what others got.
    assert not (ledger.folder / "elsewhere/package/proof/continuation").exists()
    assert "proves nothing of the head" in ledger(
        "ledger", "verify", "elsewhere", "--known", first, code=3
    )
    # A ledger with another history cannot continue it.
    other = ledger.folder / "second/package/proof/continuation"
    whole = other.read_text()
    other.write_text(whole.replace("\n", "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", 1))
    both(ledger, 3, "second")
    other.write_text(whole)
    both(ledger, 0, "second")


def test_those_who_know_the_old_key_follow_the_ledger_to_the_new_one(ledger):
    reserve_with_witness(ledger)
    cosign(ledger, 0)
    ledger("ledger", "prove", "led", "1", "-o", "old.tlog-proof")
    made = facts(ledger("--output", "plain", "ledger", "rotate", "led"))
    share(ledger, "second")
    # The museum knows the old key alone, and then the new one.
    ledger("ledger", "cosign", "led", "--request", "request", "--old", 2)
    assert "no known key" in ledger("ledger", "witness", "sign", "museum", "request", "-o", "a", code=3)
    ledger("ledger", "witness", "follow", "museum", "--keys", "led/log/keys")
    cosign(ledger, 2)
    ledger("ledger", "prove", "led", "3", "--copy", "second")
    both(ledger, 0, "second")
    # Who has published the old key, before the change, is led to the new one by the history.
    published = "published-policy"
    assert made["key"] not in (ledger.folder / published).read_text()
    ledger("ledger", "verify", "second", "--policy", published)
    ledger(VERIFIER, "second/package/proof", published, program=[sys.executable])
    ledger("ledger", "audit", "led", "--policy", published, "--known", "old.tlog-proof")
    ledger("ledger", "export", "led", "-o", "export")
    ledger("ledger", "verify", "export", "--policy", published)
    (ledger.folder / "second/package/proof/keys").unlink()
    ledger("ledger", "verify", "second", "--policy", published, code=3)
    ledger(VERIFIER, "second/package/proof", published, program=[sys.executable], code=3)
    # A key may be changed again.
    ledger("ledger", "rotate", "led")
    ledger("ledger", "audit", "led", "--known", "old.tlog-proof", code=3)
    cosign_with_new_key(ledger)
    ledger("ledger", "audit", "led", "--policy", published, "--known", "old.tlog-proof")


def cosign_with_new_key(ledger):
    ledger("ledger", "witness", "follow", "museum", "--keys", "led/log/keys")
    cosign(ledger, 4)


def test_two_people_approve_the_bytes_that_leave(ledger):
    reserve_with_witness(ledger)
    keys = [
        facts(ledger("--output", "plain", "ledger", "key", f"{name}.key", "--name", name))["key"]
        for name in ("warden-2026", "steward-2026", "stranger")
    ]
    share(ledger, "second", "--approver", keys[0], "--approver", keys[1])
    cosign(ledger, 0)
    ledger("ledger", "prove", "led", "2", "--copy", "second")
    for said in both(ledger, 0, "second"):
        assert "NOT APPROVED by" in said and said.count("warden") == 1, said
    ledger("ledger", "approve", "second", "--key", "warden-2026.key")
    assert "does not name" in ledger("ledger", "approve", "second", "--key", "stranger.key", code=1)
    for said in both(ledger, 0, "second"):
        assert said.count("NOT APPROVED by") == 1 and "approved it" in said, said
    ledger("ledger", "approve", "second", "--key", "steward-2026.key")
    for said in both(ledger, 0, "second"):
        assert "NOT APPROVED" not in said and said.count("approved it") == 2, said
    # Whoever changes the copy has approved nothing.
    table = ledger.folder / "second/package/occurrence.csv"
    table.write_bytes(table.read_bytes() + b"\n")
    ledger("ledger", "approve", "second", "--key", "steward-2026.key", code=1)
    both(ledger, 3, "second")


def test_a_refused_copy_is_recorded_as_a_refusal(ledger):
    reserve_with_witness(ledger)
    (ledger.folder / "rules.csv").write_text("scientificName,category\n")
    share(ledger, "refused", code=2)
    assert not (ledger.folder / "refused").exists()
    said = ledger("ledger", "open", "led", "2")
    assert "refusal" in said and "recipient: Somewhere" in said
