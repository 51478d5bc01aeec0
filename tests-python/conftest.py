"""What all tests need: the executable, and the folder of real data where it is there.

`cargo xtask test --only python` runs these tests in an environment of its own. By hand:
`REEDBED_BIN=target/debug/reedbed python -m pytest tests-python`.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from vaults import PASSPHRASE, RECORDS, enrolled, reserve, take_in

REPO = Path(__file__).resolve().parent.parent
REAL_DATA = REPO.parent / "shared" / "data"


@dataclass
class Shared:
    """One run of `reedbed share`: what it wrote and what it said."""

    out: Path
    code: int
    stdout: bytes
    stderr: bytes

    @property
    def package(self) -> Path:
        return self.out / "package"

    @property
    def steward(self) -> Path:
        return self.out / "steward"


@pytest.fixture(scope="session")
def reedbed() -> Path:
    path = os.environ.get("REEDBED_BIN")
    if not path:
        pytest.skip("REEDBED_BIN does not say where the executable is")
    assert Path(path).is_file(), "REEDBED_BIN names no file"
    return Path(path)


@pytest.fixture
def run(reedbed, tmp_path):
    """Runs `reedbed share` into a new folder; fails the test unless it ends with `code`."""
    count = 0

    def share(*inputs, rules, code=0, extra=(), before=()):
        nonlocal count
        count += 1
        out = tmp_path / f"out{count}"
        command = [reedbed, *before, "share", *inputs]
        for one in [rules] if isinstance(rules, (str, Path)) else rules:
            command += ["--rules", one]
        command += [*extra, "-o", out]
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=900,
        )
        said = done.stderr.decode(errors="replace")
        assert done.returncode == code, f"exit code {done.returncode}: {said}"
        return Shared(out, done.returncode, done.stdout, done.stderr)

    return share


@pytest.fixture
def real_data():
    """Gives a path in the folder of real data; skips the test where it is not there."""

    def find(name: str) -> Path:
        path = REAL_DATA / name
        if not path.exists():
            pytest.skip(f"real data `{name}` is not here")
        return path

    return find


@pytest.fixture
def call(reedbed, tmp_path):
    """Runs `reedbed` in a folder of its own."""
    return caller(reedbed, tmp_path)


def caller(reedbed, folder):
    """Runs `reedbed` in a folder."""

    def run(*arguments, code=0, env=None):
        done = subprocess.run(
            [reedbed, *map(str, arguments)], cwd=folder, capture_output=True, timeout=300,
            env=os.environ | {"REEDBED_PASSPHRASE": PASSPHRASE} | (env or {}),
        )
        said = done.stdout.decode() + done.stderr.decode()
        assert done.returncode == code, said
        assert "panicked" not in said
        return said

    run.folder = folder
    return run


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
