"""A vault whose process is killed at any step: nothing is half done, and nothing lies about unsealed.

VAULT_KILLS says how many steps of each command are tried; `all` tries each.
"""

import os
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from vaults import PASSPHRASE, RULES, approve, ask_for_copy, enrolled, reserve, rules, take_in

SECRET = b"under the third willow"
WORK = Path(f"/dev/shm/kill-test-{os.getpid()}")
BUDGET = 100.0


def run(folder, line, **env):
    """Runs a command in a folder; gives its exit code and what it said."""
    done = subprocess.run([os.environ["REEDBED_BIN"], *map(str, line)], cwd=folder, capture_output=True,
                          timeout=300,
                          env=os.environ | {"REEDBED_PASSPHRASE": PASSPHRASE, "TMPDIR": str(folder / "tmp"),
                                        "REEDBED_WORK": str(WORK)}
                          | env)
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    library = tmp_path_factory.mktemp("shim") / "shim.so"
    source = Path(__file__).with_name("shim.c")
    assert subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]).returncode == 0
    return library


@pytest.fixture
def ready(call):
    """A vault in which everything can be done next."""
    (call.folder / "tmp").mkdir()
    enrolled(call, "--delay", 0)
    (call.folder / "reserve.csv").write_text(reserve())
    (call.folder / "terms.md").write_text("For the study of reedbeds.\n")
    take_in(call, "reserve.csv", "moor")
    call.stricter = rules(call, RULES + "Turdus merula,medium\n")
    ask_for_copy(call)
    call("request", "v", "--dataset", "moor", "--columns", "occurrenceRemarks", "--purpose", "x", "--key",
         "cem/key", "-o", "exact")
    for who in ("ann", "ben"):
        approve(call, "copy", who)
        approve(call, "exact", who)
    call("request", "v", "--dataset", "moor", "--reshare", "--purpose", "x", "--key", "cem/key", "-o", "anew")
    for who in ("ann", "ben"):
        approve(call, "anew", who)
    call("vault", "lock", "v")
    call("vault", "backup", "v", "backup")
    return call


def lines(call):
    """What is tried: its name, the command, and the folder or file that it makes."""
    return [
        ("import", ["vault", "import", "--vault", "v", "more.csv", "--dataset", "more", "--rules", call.rules],
         None),
        ("rules", ["rules", "approve", "--rules", "other.csv", "--vault", "v", "--by", "ann/key", "ben/key"],
         None),
        ("request", ["request", "v", "--dataset", "moor", "--columns", "eventDate", "--purpose", "x", "--key",
                     "cem/key", "-o", "asked"], "asked"),
        ("approve", ["approve", "v", "exact", "--key", "cem/key", "--yes", "-o", "exact.cem"], "exact.cem"),
        ("unseal", ["unseal", "v", "exact", "--answers", "exact.ann", "exact.ben", "-o", "opened"], "opened"),
        ("release", ["release", "v", "copy", "--answers", "copy.ann", "copy.ben", "--terms", "terms.md", "-o",
                     "out"], "out"),
        ("export", ["vault", "export", "v", "moor", "-o", "public"], "public"),
        ("relevel", ["vault", "relevel", "v", "moor", "--rules", call.stricter], None),
        ("reshare", ["vault", "reshare", "v", "anew", "--answers", "anew.ann", "anew.ben"], None),
        ("rotate", ["vault", "rotate", "v"], None),
        ("shred", ["vault", "shred", "v", "moor", "--by", "ann/key", "ben/key"], None),
        ("backup", ["vault", "backup", "v", "second"], "second"),
        ("restore", ["vault", "restore", "backup", "back", "--known", "backup/ledger/log/checkpoint"], "back"),
    ]


def unsealed(folder, but):
    """Files that hold the secret in the clear, but for those that are meant to."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in but and not any(part in but for part in path.parts):
            if SECRET in path.read_bytes():
                found.append(path.relative_to(folder))
    return found


def test_killed_at_any_step(ready, shim, tmp_path_factory, capsys):
    template = ready.folder
    WORK.mkdir()
    (template / "more.csv").write_text(reserve().replace("A. Warden", "B. Keeper"))
    (template / "other.csv").write_text(RULES + "Sturnus vulgaris,low\n")
    seed = int(os.environ.get("VAULT_SEED", random.SystemRandom().randrange(2**32)))
    wanted = os.environ.get("VAULT_KILLS", "8")
    chance, begun, cases, skipped = random.Random(seed), time.monotonic(), 0, []
    for name, line, made in lines(ready):
        place = tmp_path_factory.mktemp(name)

        def fresh():
            shutil.rmtree(place)
            shutil.copytree(template, place)
            # The same machine, as far as the ledger knows.
            assert run(place, ["ledger", "checkpoint", "v/ledger", "--known",
                               "v/ledger/log/checkpoint"])[0] == 0

        fresh()
        code, said = run(place, line, LD_PRELOAD=str(shim), SHIM_STEPS=str(place / "steps"))
        assert code == 0, said
        steps = int((place / "steps").read_text())
        assert steps > 2, name
        points = range(1, steps + 1)
        if wanted != "all":
            points = sorted(chance.sample(points, min(int(wanted), steps)))
        for point in points:
            if wanted != "all" and time.monotonic() - begun > BUDGET:
                skipped.append((name, point))
                continue
            fresh()
            code, said = run(place, line, LD_PRELOAD=str(shim), SHIM_DIE_AT=str(point))
            where = f"{name} killed at step {point} of {steps}, VAULT_SEED={seed}"
            assert code == -9, f"{where}: {said}"
            cases += 1
            meant = {"reserve.csv", "more.csv"} | ({"opened"} if name == "unseal" else set())
            assert not unsealed(place, meant), where
            if name in ("release", "export") and (place / made / "package").exists():
                assert run(place, ["verify", f"{made}/package"])[0] == 0, where
            # The vault is as it was, or what was done is done; what was broken off is taken up again.
            code, said = run(place, ["vault", "check", "v"])
            assert code == 0 or (name in ("rotate", "shred") and code in (1, 3)), f"{where}: {said}"
            if name in ("request", "approve"):
                # Files that nobody has use for; nothing is overwritten.
                (place / made).unlink(missing_ok=True)
                (place / f"{made}.key").unlink(missing_ok=True)
            code, said = run(place, line)
            if code != 0 and name == "shred":
                code, said = run(place, ["vault", "shred", "v", "moor"])
            if code != 0 and name == "import":
                # It came in before the process was killed.
                assert "more version 1" in run(place, ["vault", "status", "v"])[1]
                code = 0 if "already" in said else code
            if code != 0 and name in ("backup", "restore", "unseal", "export") and "exist" in said:
                shutil.rmtree(place / made)
                code, said = run(place, line)
            if code != 0 and name in ("unseal", "release", "reshare"):
                # The ledger knows of what nobody got; never the other way round.
                code = 0 if "closed" in said else code
            assert code == 0, f"{where}: {said}"
            unlock = ["vault", "check", "v", "--open"]
            code, said = run(place, unlock)
            assert code == 0, f"{where}: {said}"
            assert run(place, ["ledger", "audit", "v/ledger"])[0] == 0, where
            assert not unsealed(place, meant | {"opened"}), where
    assert not list(WORK.iterdir()), "the folders in memory are cleared by the next command"
    WORK.rmdir()
    with capsys.disabled():
        print(f"\n{cases} kills, {len(skipped)} skipped for time, VAULT_SEED={seed} VAULT_KILLS={wanted}")
    assert cases > 40
