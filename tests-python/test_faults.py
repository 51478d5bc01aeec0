"""The ledger where the disk fails: every system call of a run that touches it fails in turn, or is the
last one before the program is killed, and files end where the system lets them grow no further.

In the everyday run each step that writes fails, and some of the others; with `FAULTS_ALL=1` each call
fails in each way. `pytest -s` shows how many faults were tried.
"""

import os
import random
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import ALL, WAYS, WRITES, Call, Fault, Ledger, calls_in, faults_of, ids_in


@pytest.fixture(scope="module")
def room():
    """A folder in memory where there is one: what counts is what the calls say, and not a disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def tracing(room):
    """Where strace writes; skips what needs it where it is missing or may not trace."""
    if not shutil.which("strace"):
        pytest.skip("strace is missing")
    trace = room / "trace"
    fault = Fault(Call("getcwd", 1, ""), "EIO")
    try:
        subprocess.run([*fault.before(trace), "pwd", "-P"], capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        pytest.skip("strace hangs here")
    if not trace.is_file() or "INJECTED" not in trace.read_text():
        pytest.skip("strace may not trace here, or cannot inject faults")
    return trace


@pytest.fixture(scope="module")
def tried():
    """How many faults were tried, by test."""
    counts = {}
    yield counts
    if counts:
        lines = [f"{count:6} {name}" for name, count in counts.items()]
        print("", "faults tried:", *lines, f"{sum(counts.values()):6} in all", sep="\n")


@pytest.fixture(scope="module")
def ledgers(reedbed, room):
    """Gives ledgers in several states, each made once, with what was saved of them."""
    made = {}

    def start(name):
        folder = room / name.replace(" ", "-")
        (folder / "seen").mkdir(parents=True)
        ledger = Ledger(reedbed, folder / "ledger", folder / "seen")
        ledger.run("init", ledger.folder, "--origin", "reserve.example/l")
        return ledger

    def grow(ledger, published, pending):
        for number in range(published + pending):
            assert ledger.append().code == 0
            if number + 1 == published:
                assert ledger.checkpoint().code == 0

    def make(name):
        ledger = start(name)
        if name == "new":
            pass
        elif name == "without a head":
            grow(ledger, 0, 2)
        elif name == "page full":
            grow(ledger, 2, 5)
        elif name == "across a border":
            grow(ledger, 250, 9)
        elif name == "up to a border":
            grow(ledger, 254, 2)
        else:
            grow(ledger, 2, 1)
        if name == "torn":
            journal = ledger.folder / "log" / "journal-2"
            ledger.append(limit=journal.stat().st_size + 400)
            assert ledger.unsure == 1
        elif name == "half published":
            before = ledger.save()
            trace = ledger.seen.with_name("trace")
            ledger.checkpoint(before=["strace", "-f", "-qq", "-o", trace])
            calls = calls_in(trace, ledger.folder)
            new = next(call for call in calls if call.name[:6] == "unlink" and "journal" in call.line)
            ledger.back(before)
            shutil.rmtree(before.folder)
            ledger.checkpoint(before=Fault(new, "killed").before(trace))
            assert (ledger.folder / "log" / "journal-2").is_file() and len(ledger.heads) == 3
        return ledger, ledger.save()

    def give(name):
        if name not in made:
            made[name] = make(name)
        ledger, saved = made[name]
        ledger.back(saved)
        return ledger, saved

    return give


@dataclass(frozen=True)
class Scenario:
    """A command, and the ledger that it finds."""

    state: str
    command: str

    def __str__(self):
        return f"{self.command}, {self.state}"

    def prepare(self, ledger, saved):
        if self.command == "restore":
            return saved.restored(ledger.folder.with_name("restored"))
        ledger.back(saved)
        return ledger

    def run(self, ledger, **how):
        if self.command == "export":
            return export_of(ledger, **how)
        if self.command == "rotate":
            return ledger.rotate(**how)
        return ledger.checkpoint(**how) if self.command == "checkpoint" else ledger.append(**how)


def export_of(ledger, **how):
    """Exports a ledger. What is there afterwards is whole, or no auditor takes it for a ledger."""
    out = ledger.folder.with_name("export")
    shutil.rmtree(out, ignore_errors=True)
    said = ledger.run("export", ledger.folder, "-o", out, **how)
    audit = ledger.run("audit", out, "--known", *ledger.heads.values())
    assert audit.code == 0 or said.code != 0, f"the export is not whole: {audit.err}"
    assert audit.code != 0 or ids_in(out) == ids_in(ledger.folder / "log")
    return said


SCENARIOS = [
    Scenario("new", "append"),
    Scenario("small", "append"),
    Scenario("torn", "append"),
    Scenario("half published", "append"),
    Scenario("without a head", "checkpoint"),
    Scenario("small", "checkpoint"),
    Scenario("across a border", "checkpoint"),
    Scenario("small", "rotate"),
    Scenario("small", "restore"),
    Scenario("across a border", "export"),
]
if ALL:
    SCENARIOS += [Scenario("up to a border", "checkpoint"), Scenario("half published", "restore")]


def traced(ledger, trace, step):
    """The system calls of a step that goes well."""
    said = step(before=["strace", "-f", "-qq", "-o", trace])
    assert said.code == 0, said.err
    return calls_in(trace, ledger.folder)


def injected(said, trace):
    return said.code == -signal.SIGKILL or "(INJECTED)" in trace.read_text()


def check_fault(fault, said, trace):
    """The fault happened, and who is refused is told so where anything can be told."""
    assert injected(said, trace), "the fault did not happen"
    is_told = said.err.startswith("error: ") or (fault.call.name == "write" and not said.err)
    assert said.code in (0, -signal.SIGKILL) or is_told, f"exit code {said.code}: {said.err!r}"


def first_of(error):
    """What a failed check says, without what pytest adds."""
    return " ".join(str(error).split("\nassert ")[0].split())[:300]


def told(wrong, tried):
    return f"{len(wrong)} of {tried} faults:\n" + "\n".join(wrong)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_call_that_fails_loses_nothing_and_needs_no_repair(scenario, ledgers, tracing, tried):
    ledger, saved = ledgers(scenario.state)
    fresh = scenario.prepare(ledger, saved)
    calls = traced(fresh, tracing, lambda **how: scenario.run(fresh, **how))
    fresh.check()
    faults, wrong, ended = faults_of(calls), [], Counter()
    for fault in faults:
        fresh = scenario.prepare(ledger, saved)
        try:
            said = scenario.run(fresh, before=fault.before(tracing))
            check_fault(fault, said, tracing)
            ended[said.code] += 1
            fresh.check()
        except AssertionError as error:
            wrong.append(f"{fault}: {first_of(error)}")
    tried[f"{scenario}: {ended[1]} times refused, {ended[-signal.SIGKILL]} times killed"] = len(faults)
    assert not wrong, told(wrong, len(faults))
    assert len(faults) >= 40 and ended[1] >= 10 and ended[-signal.SIGKILL] >= 8
    assert {fault.call.name for fault in faults} & {"fsync", "fdatasync"}


def test_a_ledger_that_could_not_be_made_can_be_made_again(reedbed, room, tracing, tried):
    def start(name):
        (room / "init" / name).mkdir(parents=True)
        return Ledger(reedbed, room / "init" / "ledger", room / "init" / name)

    def init(ledger, **how):
        return ledger.run("init", ledger.folder, "--origin", "reserve.example/l", **how)

    ledger = start("clean")
    faults = faults_of(traced(ledger, tracing, lambda **how: init(ledger, **how)))
    wrong, refused = [], 0
    for number, fault in enumerate(faults):
        shutil.rmtree(room / "init" / "ledger", ignore_errors=True)
        ledger = start(f"seen{number}")
        try:
            said = init(ledger, before=fault.before(tracing))
            check_fault(fault, said, tracing)
            refused += said.code != 0
            assert init(ledger).code != 0 or said.code != 0, "it was made twice"
            ledger.check()
        except AssertionError as error:
            wrong.append(f"{fault}: {first_of(error)}")
    tried["init"] = len(faults)
    assert not wrong, told(wrong, len(faults))
    assert len(faults) >= 40 and refused >= 10


def test_a_ledger_that_is_there_is_not_made_again(ledgers, tracing, tried):
    ledger, saved = ledgers("small")
    before = ["strace", "-f", "-qq", "-o", tracing]
    init = ["init", ledger.folder, "--origin", "reserve.example/l"]
    assert ledger.run(*init, before=before).code == 1
    calls = calls_in(tracing, ledger.folder)
    faults, wrong = [Fault(call, way) for call in calls for way in WAYS], []
    for fault in faults:
        ledger.back(saved)
        try:
            said = ledger.run(*init, before=fault.before(tracing))
            check_fault(fault, said, tracing)
            assert said.code != 0, "it was made again"
            ledger.check()
        except AssertionError as error:
            wrong.append(f"{fault}: {first_of(error)}")
    tried["init where there is a ledger"] = len(faults)
    assert not wrong, told(wrong, len(faults))
    assert len(faults) >= len(WAYS)


def limits(fresh):
    """Sizes in bytes up to that of the largest file there is; those around whole files too."""
    sizes = [path.stat().st_size for path in fresh.folder.rglob("*") if path.is_file()]
    largest = max(sizes)
    around = {size + more for size in sizes for more in (-1, 0)}
    some = range(0, min(largest, 2_000), 3 if ALL else 199)
    many = range(2_000, largest, largest // (400 if ALL else 8))
    return sorted({limit for limit in (*some, *many, *around) if 0 <= limit <= largest})


def is_quick(scenario):
    """Whether it is tried with files that cannot grow in the everyday run too."""
    return scenario.state in ("small", "without a head", "across a border")


@pytest.mark.parametrize("scenario", [one for one in SCENARIOS if ALL or is_quick(one)], ids=str)
def test_a_file_that_cannot_grow_further_loses_nothing(scenario, ledgers, tried, request):
    if scenario.state == "half published":
        request.getfixturevalue("tracing")
    ledger, saved = ledgers(scenario.state)
    fresh = scenario.prepare(ledger, saved)
    assert scenario.run(fresh).code == 0
    wrong, refused, sizes = [], 0, limits(fresh)
    for limit in sizes:
        fresh = scenario.prepare(ledger, saved)
        try:
            refused += scenario.run(fresh, limit=limit).code != 0
            fresh.check()
        except AssertionError as error:
            wrong.append(f"{limit} bytes: {first_of(error)}")
    tried[f"{scenario}: {refused} times refused for want of room"] = len(sizes)
    assert not wrong, told(wrong, len(sizes))
    assert len(sizes) >= 15 and refused >= 5


@pytest.mark.parametrize("seed", range(30 if ALL else 3))
def test_a_ledger_outlives_many_faults_one_after_another(seed, ledgers, tracing, tried):
    ledger, _ = ledgers("small")
    draw = random.Random(seed)
    calls = {
        "append": traced(ledger, tracing, ledger.append),
        "checkpoint": traced(ledger, tracing, ledger.checkpoint),
    }
    # The ledger becomes another, and so do its calls: no such fault may meet one that never fails.
    never = {call.name for name in calls for call in calls[name] if call.never_fails}
    calls = {name: [call for call in calls[name] if call.name not in never] for name in calls}
    happened, steps = 0, 60
    for _ in range(steps):
        name = draw.choice(list(calls))
        call = draw.choice([call for call in calls[name] if call.name in WRITES or draw.random() < 0.2])
        step = ledger.append if name == "append" else ledger.checkpoint
        if draw.random() < 0.2:
            happened += step(limit=draw.randrange(3_000)).code != 0
        else:
            fault = Fault(call, draw.choice(list(WAYS)))
            happened += injected(step(before=fault.before(tracing)), tracing)
        if draw.random() < 0.2:
            ledger.check()
    ledger.check()
    tried[f"one after another, seed {seed}"] = happened
    assert happened > steps // 3


def test_no_fault_opens_a_restored_ledger_without_a_head_that_others_hold(ledgers, tracing, tried):
    _, saved = ledgers("small")
    restored = saved.folder.with_name("restored")

    def append(**how):
        fresh = saved.restored(restored)
        known, fresh.known = fresh.known, []
        said = fresh.append(**how)
        fresh.known = known
        return fresh, said

    _, said = append(before=["strace", "-f", "-qq", "-o", tracing])
    assert said.code == 1 and "restored from a backup" in said.err
    faults = faults_of(calls_in(tracing, restored))
    for fault in faults:
        fresh, said = append(before=fault.before(tracing))
        check_fault(fault, said, tracing)
        assert said.code != 0, f"{fault}: {said.out}"
        fresh.check()
    tried["append, restored, without a head"] = len(faults)
    assert len(faults) >= 4


def test_no_fault_makes_a_damaged_ledger_pass(ledgers, tracing, tried):
    ledger, _ = ledgers("small")
    audit = ["audit", ledger.folder]
    traced(ledger, tracing, lambda **how: ledger.run(*audit, **how))
    bundle = ledger.folder / "log" / "tile" / "entries" / "000.p" / "2"
    bundle.write_bytes(bundle.read_bytes().replace(b"permit", b"policy"))
    assert ledger.run(*audit, before=["strace", "-f", "-qq", "-o", tracing]).code != 0
    faults = faults_of(calls_in(tracing, ledger.folder))
    for fault in faults:
        said = ledger.run(*audit, before=fault.before(tracing))
        assert injected(said, tracing) and said.code != 0, f"{fault}: {said.out}"
    tried["audit of what is damaged"] = len(faults)
    assert len(faults) >= 5
