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
    assert "Not proved: who approved it" in said
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
    ledger("ledger", "prove", "led", "1", "--copy", "out")
    folder = ledger.folder / "out/package/proof"
    names = ["manifest", "entry", "opening", "release.tlog-proof", "policy"]
    draw, verdicts = random.Random(5), []
    for _ in range(150):
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
                [reedbed_of(ledger), "ledger", "verify", "out"],
                [sys.executable, str(VERIFIER), "out/package/proof"],
            )
        ]
        assert codes[0] == codes[1], f"{name}: {codes} at {at}, {kind}"
        verdicts.append(codes[0])
        (folder / name).write_bytes(whole)
    # What may differ are names and addresses of the policy, and little else.
    assert verdicts.count(3) > 130, verdicts


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
