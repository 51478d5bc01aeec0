"""A ledger that is used while system calls fail: what it must still hold, and which calls there are."""

import os
import random
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

resource = pytest.importorskip("resource")

ALL = os.environ.get("FAULTS_ALL") == "1"
# The everyday run takes one in so many of the faults that are not always tried.
EVERY = 1 if ALL else 25

WAYS = {
    "EIO": "error=EIO:when={at}",
    "ENOSPC": "error=ENOSPC:when={at}",
    "EINTR": "error=EINTR:when={at}",
    "killed": "signal=KILL:when={at}",
    "EIO from there on": "error=EIO:when={at}+",
}
WRITES = {
    "write", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate", "rename", "renameat", "renameat2",
    "link", "linkat", "mkdir", "mkdirat", "unlink", "unlinkat", "rmdir",
}
# Memory, signals and the end of the program: nothing of a disk.
OTHERS = {
    "brk", "execve", "exit", "exit_group", "futex", "madvise", "mmap", "mprotect", "mremap", "munmap",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
}
PERMIT = ["--kind", "permit"]


@dataclass(frozen=True)
class Call:
    """A system call of a run: the how many-th of its name it is, and how it was traced."""

    name: str
    at: int
    line: str
    # A folder is closed without an error, for only files are flushed then; nor does the kernel refuse the
    # bytes that seed a hash table. The standard library panics where they fail.
    never_fails: bool = False


@dataclass(frozen=True)
class Fault:
    """What happens to a call."""

    call: Call
    way: str

    def __str__(self):
        line = re.sub(r'"[^"]*/(?=[^"/]*/?[^"/]*")', '"…/', self.call.line)
        return f"{self.way} at {self.call.name} {self.call.at}, `{line[:90]}`"

    def before(self, trace):
        """What stands before a command so that the fault happens."""
        name = self.call.name
        inject = f"inject={name}:{WAYS[self.way].format(at=self.call.at)}"
        # Faster, but a program that is watched in this way is not killed.
        quick = [] if self.way == "killed" else ["--seccomp-bpf"]
        return ["strace", "-f", "-qq", *quick, "-o", trace, "-e", f"trace={name}", "-e", inject]


@dataclass
class Said:
    """How a run ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def facts(self):
        """The facts on lines that were written to their end."""
        whole = self.out[: self.out.rfind("\n") + 1]
        return dict(line.split("\t", 1) for line in whole.splitlines() if "\t" in line)


@dataclass
class Ledger:
    """A ledger, and what the world has seen of it: entries that it acknowledged, and its heads."""

    reedbed: Path
    folder: Path
    seen: Path
    acknowledged: dict[int, str] = field(default_factory=dict)
    # Entries that were given, and of which it was not said that they are safe.
    unsure: int = 0
    heads: dict[bytes, Path] = field(default_factory=dict)
    # Entries that are left out of what is proved and opened: they were there before any fault.
    checked: set[int] = field(default_factory=set)
    # What a ledger that was copied asks for, until it was opened once.
    known: list = field(default_factory=list)

    def run(self, *arguments, before=(), limit=None):
        """Runs `reedbed`, and remembers the head that is there then. It may fail, and never panics."""

        def limited():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        done = subprocess.run(
            [*map(str, before), str(self.reedbed), "--output", "plain", "ledger", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            preexec_fn=None if limit is None else limited,
        )
        said = Said(done.returncode, done.stdout.decode(), done.stderr.decode())
        head = self.folder / "log" / "checkpoint"
        if head.exists() and (held := head.read_bytes()) not in self.heads:
            copy = self.seen / f"head{len(list(self.seen.iterdir()))}"
            copy.write_bytes(held)
            self.heads[held] = copy
        assert "panicked" not in said.err, said.err
        assert said.code in (0, 1, 3, -signal.SIGKILL), f"exit code {said.code}: {said.err}"
        return said

    def append(self, **how):
        """Appends an entry. What was told with index and id is held against the ledger from then on."""
        self.unsure += 1
        said = self.run("append", self.folder, *PERMIT, *self.known, **how)
        facts = said.facts
        assert said.code != 0 or {"index", "id"} <= facts.keys(), f"says nothing: {said.out!r}"
        if {"index", "id"} <= facts.keys():
            index = int(facts["index"])
            assert index not in self.acknowledged, f"the index {index} was given twice"
            self.acknowledged[index] = facts["id"]
            self.unsure -= 1
        self.opened(said)
        return said

    def checkpoint(self, **how):
        said = self.run("checkpoint", self.folder, *self.known, **how)
        self.opened(said)
        return said

    def rotate(self, **how):
        """Changes the key, which is an entry too."""
        self.unsure += 1
        said = self.run("rotate", self.folder, **how)
        self.opened(said)
        return said

    def opened(self, said):
        if said.code == 0:
            self.known = []

    def check(self):
        """Goes on without faults and without repair, and holds what is there against what was seen."""
        last = max(self.acknowledged, default=None)
        for step in (self.append, self.checkpoint):
            said = step()
            assert said.code == 0, f"{step.__name__} is refused: {said.err}"
        said = self.run("audit", self.folder, "--known", *self.heads.values())
        assert said.code == 0, f"the audit fails: {said.err}"
        ids = ids_in(self.folder / "log")
        for index, wanted in self.acknowledged.items():
            assert ids[index : index + 1] == [wanted], f"entry {index} of {len(ids)} is another"
        others = len(ids) - len(self.acknowledged)
        assert 0 <= others <= self.unsure, f"{others} entries that nobody gave"
        assert len(set(ids)) == len(ids), "an entry is there twice"
        if last is not None and last not in self.checked:
            self.check_proof(last)

    def check_proof(self, index):
        """An entry can be proved and opened."""
        proof = self.seen / "proof"
        said = self.run("prove", self.folder, index, "-o", proof)
        assert said.code == 0, f"entry {index} is not proved: {said.err}"
        assert id_of(Path(f"{proof}.entry").read_bytes()) == self.acknowledged[index]
        said = self.run("open", self.folder, index)
        assert said.code == 0, f"entry {index} cannot be opened: {said.err}"

    def save(self):
        """What [`Self.back`] goes back to."""
        saved = self.seen.with_name(f"{self.seen.name}-saved")
        self.checked = set(self.acknowledged)
        shutil.copytree(self.folder, saved)
        return replace(
            self, folder=saved, acknowledged=dict(self.acknowledged), heads=dict(self.heads)
        )

    def back(self, saved):
        """Puts a ledger back to what was saved of it, in the same place: its lock remains what it was."""
        for path in [*(self.folder / "log").iterdir(), *(self.folder / "private").iterdir()]:
            there = (saved.folder / path.relative_to(self.folder)).exists()
            if path.is_dir() and not (there and path.name == "openings"):
                shutil.rmtree(path)
            elif path.is_file() and path.name != "lock":
                path.unlink()
        shutil.copytree(
            saved.folder,
            self.folder,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("lock", "openings"),
        )
        self.acknowledged, self.heads = dict(saved.acknowledged), dict(saved.heads)
        self.unsure, self.known = saved.unsure, list(saved.known)

    def restored(self, folder):
        """A copy of the ledger, as it comes out of a backup."""
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(self.folder, folder)
        newest = list(self.heads.values())[-1]
        return replace(
            self,
            folder=folder,
            acknowledged=dict(self.acknowledged),
            heads=dict(self.heads),
            known=["--known", newest],
        )


def id_of(entry):
    return re.search(rb"^id ([0-9a-f]{32})$", entry, re.MULTILINE).group(1).decode()


def ids_in(log):
    """The ids of the entries in the tree, read from its bundles."""
    size = int((log / "checkpoint").read_text().splitlines()[1])
    ids = []
    for first in range(0, size, 256):
        width = min(256, size - first)
        name = f"{first // 256:03}" if width == 256 else f"{first // 256:03}.p/{width}"
        bundle = (log / "tile" / "entries" / name).read_bytes()
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            ids.append(id_of(bundle[2 : 2 + length]))
            bundle = bundle[2 + length :]
    return ids


def calls_in(trace, folder):
    """The system calls of a traced run, from the first that names the ledger on."""
    count, calls, folders = {}, [], set()
    for line in trace.read_text().splitlines():
        found = re.match(r"\d+\s+((\w+)\(.*)", line)
        if not found:
            continue
        name = found[2]
        count[name] = count.get(name, 0) + 1
        handle = re.match(r"close\((\d+)", found[1])
        closes = bool(handle) and handle[1] in folders
        if handle:
            folders.discard(handle[1])
        elif "O_DIRECTORY" in line:
            folders.add(line.rsplit("= ", 1)[1])
        if name not in OTHERS and (calls or str(folder) in line):
            never_fails = closes or "GRND_INSECURE" in line
            calls.append(Call(name, count[name], found[1], never_fails))
    return calls


def can_be(call, way, calls):
    """Whether a system can do that to a call, and to those of its name that come after it."""
    alike = [other for other in calls if other.name == call.name and other.at >= call.at]
    struck = alike if way.endswith("on") else alike[:1]
    return way == "killed" or not any(other.never_fails for other in struck)


def faults_of(calls):
    """Each call in each way; in the everyday run, all that write and some of the others."""
    every = [Fault(call, way) for call in calls for way in WAYS if can_be(call, way, calls)]
    draw = random.Random(7)
    always = {"EIO", "killed"}
    return [
        fault
        for fault in every
        if ALL or (fault.call.name in WRITES and fault.way in always) or draw.random() < 1 / EVERY
    ]
