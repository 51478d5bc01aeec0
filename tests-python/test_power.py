"""The power cut some time after a fault: what was acknowledged since then was safe, not only to be read.

A disk is made up from the system calls of the runs, by the letter of their manual pages: content is
safe once its file was synced, a name once its folder was, and a sync that failed leaves pages that are
held to be written and are not.
"""

import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from faults import ALL, faults_of
from test_faults import check_fault, first_of, ledgers, room, told, traced, tracing, tried

__all__ = ["ledgers", "room", "tracing", "tried"]
CALLS = "openat,close,write,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat"
PAGE = 4096


class File:
    """What programs read of a file, what is on the disk, and the pages that are still to be written."""

    def __init__(self, content=b""):
        self.now, self.disk, self.waiting = bytearray(content), bytes(content), set()

    def append(self, data):
        first = len(self.now) // PAGE
        self.now += data
        self.waiting |= set(range(first, -(-len(self.now) // PAGE)))

    def written(self, pages):
        """What is on the disk once some pages are written."""
        disk = bytearray(self.disk)
        for page in sorted(pages):
            data = self.now[page * PAGE : (page + 1) * PAGE]
            disk += bytes(max(0, page * PAGE + len(data) - len(disk)))
            disk[page * PAGE : page * PAGE + len(data)] = data
        return bytes(disk)

    def sync(self, fails):
        if not fails:
            self.disk = self.written(self.waiting)[: len(self.now)]
        self.waiting = set()


class Disk:
    """A folder as programs see it (`names`), and the names in it that are safe."""

    def __init__(self, folder):
        self.folder, self.opened = folder, {}
        self.names = {path: self.read(path) for path in folder.rglob("*")}
        self.names[folder] = None
        self.safe = dict(self.names)

    @staticmethod
    def read(path):
        return File(path.read_bytes()) if path.is_file() else None

    def watch(self, trace, fault=None):
        """What stands before a command so that [`Self.follow`] can read what it did."""
        inject = fault.before(trace)[-2:] if fault else []
        every = ["-s", "1000000", "-xx", "-e", f"trace={CALLS}"]
        if fault and fault.call.name not in CALLS.split(","):
            every[-1] += f",{fault.call.name}"
        return ["strace", "-f", "-qq", "-o", trace, *every, *inject]

    def follow(self, trace):
        self.opened = {}
        for line in trace.read_text().splitlines():
            found = re.match(r"\d+\s+(\w+)\((.*)\)\s+= (-?\d+)", line)
            if found:
                texts = re.findall(r'"([^"]*)"', found[2])
                texts = [bytes.fromhex(text.replace("\\x", "")) for text in texts]
                self.call(found[1], found[2], texts, int(found[3]))
        there = {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
        held = {path: bytes(file.now) for path, file in self.names.items() if file}
        assert held == there, "what was followed is not what is there"

    def call(self, name, arguments, texts, result):
        handle = arguments.split(",")[0]
        paths = [Path(os.fsdecode(text)) for text in texts] if name != "write" else []
        if name in ("fsync", "fdatasync"):
            self.sync(self.opened[handle], result < 0)
        elif result < 0:
            return
        elif name == "close":
            self.opened.pop(handle, None)
        elif name == "write":
            if self.names.get(self.opened.get(handle)):
                self.names[self.opened[handle]].append(texts[0][:result])
        elif name == "openat":
            self.opened[str(result)] = paths[0]
            self.open(paths[0], arguments)
        elif name.startswith("mkdir"):
            self.names[paths[0]] = None
        elif name.startswith("rename"):
            self.names[paths[1]] = self.names.pop(paths[0])
        elif name.startswith("unlink"):
            del self.names[paths[0]]

    def open(self, path, arguments):
        if self.folder in path.parents and "O_CREAT" in arguments:
            file = self.names.setdefault(path, File())
            if "O_TRUNC" in arguments:
                file.now, file.waiting = bytearray(), set()

    def sync(self, path, fails):
        if self.names[path]:
            self.names[path].sync(fails)
        elif not fails:
            self.safe = {name: file for name, file in self.safe.items() if name.parent != path}
            self.safe |= {name: file for name, file in self.names.items() if name.parent == path}

    def cut(self, draw=None):
        """Leaves in the folder what is safe, and of the rest nothing, or what chance leaves of it."""
        left = {self.folder: None}
        for folder in sorted({path.parent for path in [*self.names, *self.safe]} - {self.folder.parent}):
            names = self.names if draw and draw.random() < 0.5 else self.safe
            if folder in left:
                left |= {path: file for path, file in names.items() if path.parent == folder}
        for path in sorted(self.folder.rglob("*"), reverse=True):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
            elif path.is_file() and path.name != "lock":
                path.unlink()
        for path, file in sorted(left.items()):
            if file is None:
                path.mkdir(exist_ok=True)
            elif path.name != "lock":
                pages = [page for page in sorted(file.waiting) if draw and draw.random() < 0.5]
                path.write_bytes(file.written(pages))


CASES = [("new", "append"), ("page full", "append"), ("torn", "append"),
         ("without a head", "checkpoint"), ("small", "checkpoint")]


@pytest.mark.parametrize("state, command", CASES)
def test_what_is_acknowledged_after_a_fault_outlives_a_power_cut(state, command, ledgers, tracing, tried):
    ledger, saved = ledgers(state)

    def start():
        ledger.back(saved)
        for path in (ledger.folder / "private" / "openings").glob("*"):
            path.unlink()
        for path in (saved.folder / "private" / "openings").glob("*"):
            shutil.copy(path, ledger.folder / "private" / "openings")
        return getattr(ledger, command), Disk(ledger.folder)

    step, _ = start()
    faults = faults_of(traced(ledger, tracing, step))
    syncs = [fault for fault in faults if fault.call.name in ("fsync", "fdatasync")]
    faults = faults if ALL else [fault for fault in syncs if fault.way in ("EIO", "killed")]
    wrong = []
    for number, fault in enumerate(faults):
        for more in (["append", "append"], ["checkpoint", "append"]):
            step, disk = start()
            said = step(before=disk.watch(tracing, fault))
            disk.follow(tracing)
            try:
                check_fault(fault, said, tracing)
                for name in more:
                    assert getattr(ledger, name)(before=disk.watch(tracing)).code == 0
                    disk.follow(tracing)
            except AssertionError as error:
                wrong.append(f"{fault}: {first_of(error)}")
                continue
            seen = dict(ledger.acknowledged), ledger.unsure, dict(ledger.heads)
            for draw in (None, random.Random(number)):
                ledger.acknowledged, ledger.unsure, ledger.heads = dict(seen[0]), seen[1], dict(seen[2])
                disk.cut(draw)
                try:
                    ledger.check()
                except AssertionError as error:
                    kind = "by chance" if draw else "only what is safe"
                    wrong.append(f"{fault}, then {', '.join(more)}, {kind}: {first_of(error)}")
    tried[f"power cut after {command}, {state}"] = 4 * len(faults)
    assert not wrong, told(wrong, 4 * len(faults))
    assert len(faults) >= 10


def test_a_ledger_that_was_made_outlives_a_power_cut(reedbed, room, tracing):
    folder = room / "made"
    folder.mkdir()
    disk = Disk(folder)
    command = [reedbed, "ledger", "init", folder / "ledger", "--origin", "reserve.example/l"]
    subprocess.run([*disk.watch(tracing), *command], check=True, capture_output=True)
    disk.follow(tracing)
    lost = [str(path.relative_to(folder)) for path in disk.names if path not in disk.safe]
    assert not lost, f"the names of {lost} are not safe"
