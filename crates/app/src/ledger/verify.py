#!/usr/bin/env python3
"""Checks the proof of a copy without Reedbed and without a network.

    python3 verify.py FOLDER [POLICY]

FOLDER is the `proof` folder of a copy; POLICY is the one in it unless another is given. Needs Python
3.8 and the package `cryptography`. Ends with 0 where everything is proved, with 3 where not.

Formats: C2SP signed-note, tlog-checkpoint, tlog-proof, tlog-cosignature, tlog-policy; RFC 6962.
"""

import base64
import hashlib
import pathlib
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FIELDS = ("dataset", "recipient", "package", "approver-1", "approver-2")
LONGEST_PATH = 63
OF_PROOF = ("manifest", "entry", "opening", "release.tlog-proof", "policy", "keys", "continuation",
            "approvals", "verify.py", "HOW-TO-CHECK.md")


class Refused(Exception):
    """What is not proved, in words."""


def need(condition, reason):
    if not condition:
        raise Refused(reason)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def from_base64(text, reason):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused(reason) from None
    need(base64.b64encode(data).decode() == text, reason)
    return data


def number(text, reason):
    need(re.fullmatch(r"0|[1-9][0-9]*", text, re.ASCII), reason)
    return int(text)


class Key:
    """A verifier key: name+id+base64(kind, key)."""

    def __init__(self, text):
        parts = text.split("+", 2)
        need(len(parts) == 3, "a key does not have three parts")
        self.name, self.id, self.text = parts[0], parts[1], text
        need(self.name and not re.search(r"\s", self.name), "a key has no name")
        data = from_base64(parts[2], "a key is no base64")
        need(len(data) == 33 and data[0] in (1, 4), "a key is of a kind that is not known")
        self.kind, self.raw = data[0], data[1:]
        own = sha256(self.name.encode(), b"\n", data)[:4].hex()
        need(own == self.id, "the id of a key is not that of its name and bytes")
        need(self.raw not in WEAK, "a key is weak")
        self.key = Ed25519PublicKey.from_public_bytes(self.raw)

    def verify(self, text, signatures):
        """Whether it signed; refuses where its signature does not hold."""
        found = False
        for name, data in signatures:
            if name != self.name or data[:4].hex() != self.id:
                continue
            signature, message = data[4:], text.encode()
            if self.kind == 4:
                need(len(signature) == 72, f"the signature of {name} does not hold")
                time = int.from_bytes(signature[:8], "big")
                need(time < 2**63, f"the signature of {name} does not hold")
                message = f"cosignature/v1\ntime {time}\n".encode() + message
                signature = signature[8:]
            need(len(signature) == 64, f"the signature of {name} does not hold")
            try:
                self.key.verify(signature, message)
            except InvalidSignature:
                raise Refused(f"the signature of {name} does not hold") from None
            found = True
        return found


# Points of small order, with which anybody could sign.
WEAK = {
    bytes.fromhex(text)
    for text in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    )
}


def read_note(text):
    need(len(text.encode()) <= 1 << 20, "the note is too long")
    need(not re.search(r"[\x00-\x09\x0b-\x1f]", text), "the note has control characters")
    at = text.rfind("\n\n")
    need(at >= 0 and text.endswith("\n"), "it is no signed note")
    body, signatures = text[: at + 1], []
    for line in text[at + 2 : -1].split("\n"):
        match = re.fullmatch(r"\u2014 (\S+) (\S+)", line)
        need(match and "+" not in match[1], "a line of the note is no signature")
        data = from_base64(match[2], "a signature is no base64")
        need(len(data) > 4, "a signature is too short")
        signatures.append((match[1], data))
    need(len(signatures) <= 64, "the note has too many signatures")
    return body, signatures


def read_head(body):
    lines = body.split("\n")
    need(len(lines) >= 4 and lines[0] and lines[-1] == "", "it is no checkpoint")
    need(all(lines[:-1]), "the checkpoint has an empty line")
    size = number(lines[1], "the size of the checkpoint is no number")
    need(size <= 2**63, "the size of the checkpoint is too large")
    root = from_base64(lines[2], "the root of the checkpoint is no hash")
    need(len(root) == 32, "the root of the checkpoint is no hash")
    return lines[0], size, root


def read_proof(text):
    head, _, rest = text.partition("\n")
    need(head == "c2sp.org/tlog-proof@v1", "it is no proof")
    line, _, rest = rest.partition("\n")
    if line.startswith("extra "):
        from_base64(line[6:], "the extra data are no base64")
        line, _, rest = rest.partition("\n")
    need(line.startswith("index "), "the proof has no index")
    index, path = number(line[6:], "the index is no number"), []
    while True:
        need("\n" in rest, "the proof ends before its checkpoint")
        line, _, rest = rest.partition("\n")
        if not line:
            break
        need(len(path) < LONGEST_PATH, "the path of the proof is too long")
        path.append(from_base64(line, "a line of the path is no hash"))
        need(len(path[-1]) == 32, "a line of the path is no hash")
    return index, path, rest


def verify_inclusion(leaf, index, size, path, root):
    """RFC 9162, section 2.1.3.2."""
    need(index < size, "the index lies beyond the tree")
    at, last, node = index, size - 1, leaf
    for sibling in path:
        need(last > 0, "the path is too long")
        if at & 1 or at == last:
            node = sha256(b"\x01", sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = sha256(b"\x01", node, sibling)
        at, last = at >> 1, last >> 1
    need(last == 0, "the path is too short")
    need(node == root, "the path leads to another root")


def verify_consistency(old_size, old_root, size, root, path):
    """RFC 9162, section 2.1.4.2."""
    need(old_size <= size, "the log is smaller than it was")
    if old_size == size or old_size == 0:
        need(not path, "the path from the earlier head is too long")
        need(old_size != size or old_root == root, "the log has another root than it had")
        need(old_size or old_root == sha256(), "the root of the empty log is another")
        return
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    path = list(path)
    if old_size & (old_size - 1):
        need(path, "the path from the earlier head is too short")
        old = new = path.pop(0)
    else:
        old = new = old_root
    for sibling in path:
        need(last > 0, "the path from the earlier head is too long")
        if at & 1 or at == last:
            old, new = sha256(b"\x01", sibling, old), sha256(b"\x01", sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = sha256(b"\x01", new, sibling)
        at, last = at >> 1, last >> 1
    need(last == 0, "the path from the earlier head is too short")
    need(old == old_root and new == root, "the log does not continue the earlier head")


def read_history(text):
    """The changes of the log's key, as (old, new, size) from the first; both keys sign each."""
    changes, parts = [], text.split("\n\n")
    need(len(parts) % 2 == 0 and len(parts) <= 128, "the history of the keys is none")
    for at in range(0, len(parts), 2):
        # The last one has its own end.
        end = "" if at + 2 == len(parts) else "\n"
        body, signatures = read_note(f"{parts[at]}\n\n{parts[at + 1]}{end}")
        lines = body.split("\n")
        need(len(lines) == 6 and lines[0] == "reedbed-key/v1", "it is no change of a key")
        size = number(lines[2], "the size of a change is no number")
        need(size <= 2**63, "the size of a change is too large")
        old, new = Key(lines[3]), Key(lines[4])
        for key in (old, new):
            need(key.kind == 1 and key.name == lines[1], "the keys are not those of one log")
            need(key.verify(body, signatures), "a change is not signed by both keys")
        if changes:
            follows = changes[-1][1].text == old.text and changes[-1][2] <= size
            need(follows, "a change does not follow the one before")
        seen = [key.text for change in changes for key in change[:2]]
        need(new.text not in seen and new.text != old.text, "a key comes back")
        changes.append((old, new, size))
    return changes


def log_signed(logs, origin, size, body, signatures):
    """Whether a log of the policy signed a head that it may have signed."""
    found = False
    for key, until in logs:
        if key.name == origin and key.verify(body, signatures):
            found = found or until is None or size <= until
    return found


def check_policy(data, history, origin, size, body, signatures):
    """The keys of the logs with the largest tree of each, and the witnesses that cosigned, by name;
    refuses where the policy is not met."""
    logs, members, grouped, quorum, has_quorum = [], {}, set(), None, False
    holds, keys, cosigned = {}, set(), []
    for line in data.split(b"\n"):
        need(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line), "the policy has control characters")
        words = [word for word in re.split(rb"[ \t]+", line) if word]
        if not words or words[0].startswith(b"#"):
            continue
        kind, rest = words[0], words[1:]
        if kind == b"log" and len(rest) in (1, 2):
            key = Key(rest[0].decode())
            there = [log.raw for log, _ in logs]
            need(key.kind == 1 and key.raw not in there, "a log of the policy is wrong")
            logs.append((key, None))
        elif kind == b"witness" and len(rest) in (2, 3):
            key = Key(rest[1].decode())
            need(key.kind == 4 and key.raw not in keys, "a witness of the policy is wrong")
            need(rest[0] not in members and rest[0] != b"none", "a name of the policy is wrong")
            keys.add(key.raw)
            members[rest[0]] = True
            holds[rest[0]] = key.verify(body, signatures)
            if holds[rest[0]]:
                cosigned.append(rest[0].decode(errors="replace"))
        elif kind == b"group" and len(rest) >= 3:
            name, least, of = rest[0], rest[1], rest[2:]
            need(all(one in members for one in of), "a group has a member that is not defined")
            need(len(set(of)) == len(of) and not grouped & set(of), "a member counts twice")
            need(name not in members and name != b"none", "a name of the policy is wrong")
            count = {b"any": 1, b"all": len(of)}.get(least)
            if count is None:
                count = number(least.decode(errors="replace"), "a group asks for no number")
            need(1 <= count <= len(of), "a group asks for more than it has")
            grouped |= set(of)
            members[name] = True
            holds[name] = sum(holds[one] for one in of) >= count
        elif kind == b"quorum" and len(rest) == 1:
            need(not has_quorum, "the policy has two quorum lines")
            need(rest[0] == b"none" or rest[0] in members, "the quorum is not defined")
            has_quorum, quorum = True, None if rest[0] == b"none" else rest[0]
        else:
            raise Refused("a line of the policy is not known")
    need(has_quorum, "the policy has no quorum line")
    if history:
        keys = [history[0][0]] + [new for _, new, _ in history]
        named = [key.text for key, _ in logs]
        need(any(key.text in named for key in keys), "the policy names no key of the history")
        logs = [(key, until) for key, until in logs if key.name != keys[0].name]
        logs += [(old, until) for old, _, until in history] + [(keys[-1], None)]
    signed = log_signed(logs, origin, size, body, signatures)
    need(signed, "no log of the policy signed the checkpoint")
    need(quorum is None or holds[quorum], "too few witnesses of the policy cosigned the checkpoint")
    return logs, cosigned


def check_continuation(text, logs, origin, size, root):
    """The size of the earlier head, which the log must have signed and continued."""
    head, _, rest = text.partition("\n")
    need(head == "reedbed-continuation/v1", "it is no continuation")
    path = []
    while True:
        need("\n" in rest, "the continuation ends before its checkpoint")
        line, _, rest = rest.partition("\n")
        if not line:
            break
        need(len(path) < LONGEST_PATH, "the path of the continuation is too long")
        path.append(from_base64(line, "a line of the path is no hash"))
        need(len(path[-1]) == 32, "a line of the path is no hash")
    body, signatures = read_note(rest)
    old_origin, old_size, old_root = read_head(body)
    signed = log_signed(logs, old_origin, old_size, body, signatures)
    need(signed and old_origin == origin, "the earlier head is none of the log")
    verify_consistency(old_size, old_root, size, root, path)
    return old_size


def check_approvals(text, manifest, approvers):
    """Which of those who are to approve did."""
    signatures = []
    body = f"reedbed-approval/v1\n{sha256(manifest).hex()}\n"
    if text is not None:
        own, signatures = read_note(text)
        need(own == body, "the approvals are of another manifest")
    named = [Key(value.decode()) for value in approvers if value]
    need(all(key.kind == 1 for key in named), "a key is not one that approves")
    return [(key.name, key.verify(body, signatures)) for key in named]


def read_opening(text):
    head, _, rest = text.partition("\n")
    need(head == "reedbed-opening/v1", "it is no opening")
    fields, rest = {}, rest.encode()
    while rest:
        line, _, rest = rest.partition(b"\n")
        match = re.fullmatch(rb"([a-z0-9-]+) ([0-9a-f]{64}) (0|[1-9][0-9]*)", line)
        need(match and match[1].decode() in FIELDS, "a line of the opening is not known")
        length = int(match[3])
        need(rest[length : length + 1] == b"\n", "a value of the opening is cut off")
        need(match[1].decode() not in fields, "a field is opened twice")
        fields[match[1].decode()] = (bytes.fromhex(match[2].decode()), rest[:length])
        rest = rest[length + 1 :]
    return fields


def optional(path):
    return path.read_bytes().decode() if path.exists() or path.is_symlink() else None


def check(folder, policy):
    index, path, note = read_proof((folder / "release.tlog-proof").read_bytes().decode())
    body, signatures = read_note(note)
    origin, size, root = read_head(body)
    history = optional(folder / "keys")
    history = read_history(history) if history is not None else []
    logs, cosigned = check_policy(policy.read_bytes(), history, origin, size, body, signatures)
    entry = (folder / "entry").read_bytes()
    verify_inclusion(sha256(b"\x00", entry), index, size, path, root)
    lines = entry.decode().split("\n")
    need(len(entry) == 768 and lines[0] == "reedbed-entry/v1", "it is no entry")
    said = dict(line.split(" ", 1) for line in lines[1:] if line)
    opened = read_opening((folder / "opening").read_bytes().decode())
    for name, (salt, value) in opened.items():
        own = sha256(f"reedbed-commitment/v1\n{name}\n".encode(), salt, value).hex()
        need(said.get(name) == own, f"the entry does not commit to the {name} that is opened")
    manifest = (folder / "manifest").read_bytes()
    need("package" in opened, "the digest of the copy is not opened")
    need(opened["package"][1].decode() == sha256(manifest).hex(), "the manifest is another")
    need(manifest.startswith(b"reedbed-manifest/v1\n"), "it is no manifest")
    listed, package = {}, folder.resolve().parent
    for line in manifest.decode().split("\n")[1:-1]:
        digest, length, name = line.split(" ", 2)
        listed[name] = (digest, int(length))
    own = {}
    for file in package.rglob("*"):
        name = file.relative_to(package).as_posix()
        need(not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", name), "a name is none")
        need(not file.is_symlink() and (file.is_file() or file.is_dir()), f"{name} is a link, or no file")
        if not name.startswith("proof/") and file.is_file():
            own[name] = file
        elif file.is_file():
            need(name[6:] in OF_PROOF, f"{name} was added")
    for name in sorted(set(listed) | set(own)):
        need(name in own, f"{name} is missing")
        need(name in listed, f"{name} was added")
        data = own[name].read_bytes()
        need(listed[name] == (sha256(data).hex(), len(data)), f"{name} was changed")
    text = optional(folder / "continuation")
    earlier = None if text is None else check_continuation(text, logs, origin, size, root)
    approvers = [opened[name][1] for name in ("approver-1", "approver-2") if name in opened]
    approved = check_approvals(optional(folder / "approvals"), manifest, approvers)
    return origin, size, index, said, opened, cosigned, len(listed), earlier, approved


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 1
    folder = pathlib.Path(arguments[0])
    policy = pathlib.Path(arguments[1]) if len(arguments) == 2 else folder / "policy"
    try:
        found = check(folder, policy)
    except (Refused, OSError, UnicodeDecodeError, ValueError) as refused:
        print(f"not proved: {refused}")
        return 3
    origin, size, index, said, opened, cosigned, files, earlier, approved = found
    print(f"proved: entry {index} of {size} of the log {origin}: {said['kind']} on {said['day']}")
    for name in ("dataset", "recipient"):
        if name in opened:
            print(f"  {name}: {opened[name][1].decode(errors='replace')}")
    print(f"proved: all {files} files of the copy are those that the entry commits to")
    if earlier is not None:
        print(f"proved: the log continues the one with {earlier} entries of an earlier copy")
    for name, has_approved in approved:
        print(f"proved: the holder of the key {name} approved it" if has_approved
              else f"NOT APPROVED by {name}, whom the entry names")
    if not approved:
        print("not proved: that anybody approved it; the entry names nobody")
    if cosigned:
        print(f"witnessed by: {', '.join(cosigned)}")
    else:
        print("unwitnessed: nobody but the log itself vouches that all others see the same log")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
