"""A plugin of age for the tests, made from its specification (C2SP age-plugin): an X25519 key that lies in
the identity, as it would in hardware.

`install` puts it into a folder for PATH. REEDTEST says how it behaves: `refuse`, `die`, `babble`, `silent`
(ends well and does nothing), `pin` (asks for a secret) or `ask` (says and asks all that it may).
"""

import base64
import os
import sys
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NAME = "reedtest"
PIN = "1234 reeds"
SIGNS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def install(folder: Path) -> Path:
    """Makes the program; gives the folder that is to be on PATH."""
    folder.mkdir(exist_ok=True)
    program = folder / f"age-plugin-{NAME}"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{Path(__file__).resolve()}' \"$@\"\n")
    program.chmod(0o755)
    return folder


def new_key():
    """A recipient, and the identity that goes with it."""
    key = X25519PrivateKey.generate()
    return (bech32(f"age1{NAME}", key.public_key().public_bytes_raw()),
            bech32(f"age-plugin-{NAME}-", key.private_bytes_raw()).upper())


def checksum(values):
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, part in enumerate([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3]):
            check ^= part if top >> bit & 1 else 0
    return check


def human(part):
    return [ord(c) >> 5 for c in part] + [0] + [ord(c) & 31 for c in part]


def bech32(part, data):
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    words = [int(bits[at:at + 5], 2) for at in range(0, len(bits), 5)]
    check = checksum(human(part) + words + [0] * 6) ^ 1
    return part + "1" + "".join(SIGNS[w] for w in words + [check >> 5 * (5 - i) & 31 for i in range(6)])


def unbech32(text):
    part, _, data = text.lower().rpartition("1")
    words = [SIGNS.index(sign) for sign in data]
    assert checksum(human(part) + words) == 1
    bits = "".join(f"{word:05b}" for word in words[:-6])
    return bytes(int(bits[at:at + 8], 2) for at in range(0, len(bits) - 7, 8))


def send(tag, *args, body=b""):
    text = base64.b64encode(body).decode().rstrip("=")
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    if len(text) % 64 == 0:
        lines.append("")
    sys.stdout.write("\n".join([" ".join(["->", tag, *args]), *lines]) + "\n")
    sys.stdout.flush()


def receive():
    head = sys.stdin.readline()
    assert head.startswith("-> ") and head.endswith("\n"), head
    text = ""
    while True:
        line = sys.stdin.readline().removesuffix("\n")
        text += line
        if len(line) < 64:
            break
    return head[3:-1].split(" "), base64.b64decode(text + "=" * (-len(text) % 4))


def ask(tag, *args, body=b""):
    send(tag, *args, body=body)
    return receive()


def wrap_key(shared, ephemeral, recipient):
    return HKDF(SHA256(), 32, ephemeral + recipient, b"reedtest").derive(shared)


def wrap(recipient, key):
    own = X25519PrivateKey.generate()
    ephemeral = own.public_key().public_bytes_raw()
    secret = wrap_key(own.exchange(X25519PublicKey.from_public_bytes(recipient)), ephemeral, recipient)
    return ephemeral.hex(), ChaCha20Poly1305(secret).encrypt(bytes(12), key, None)


def unwrap(identity, ephemeral, body):
    key = X25519PrivateKey.from_private_bytes(identity)
    ephemeral = bytes.fromhex(ephemeral)
    shared = key.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    secret = wrap_key(shared, ephemeral, key.public_key().public_bytes_raw())
    return ChaCha20Poly1305(secret).decrypt(bytes(12), body, None)


def behave(how, role):
    """Does what is asked of it; says whether it goes on."""
    if how == "die":
        sys.exit(1)
    if how == "babble":
        print("Hello, is there anybody?", flush=True)
        return False
    if how == "refuse":
        ask("error", "internal", body="no reed today\u001b[31m".encode())
        return False
    if how == "pin":
        for _ in range(2):
            (answer, *_), body = ask("request-secret", body=b"PIN of the reed")
            if answer == "ok" and body.decode() == PIN:
                return True
        ask("error", role, "0", body=b"a wrong PIN")
        return False
    if how == "ask":
        assert ask("msg", body="touch\nthe reed".encode())[0][0] == "ok"
        assert ask("confirm", base64.b64encode(b"yes").decode().rstrip("="), body=b"sure?")[0][0] == "fail"
        assert ask("request-public", body=b"your name")[0][0] == "fail"
        assert ask("whistle", "twice")[0][0] == "unsupported"
        hidden = [name for name in os.environ if "PASSPHRASE" in name]
        assert ask("msg", body=f"sees {len(hidden)} passphrases".encode())[0][0] == "ok"
    return how != "silent"


def main(role):
    how = os.environ.get("REEDTEST", "")
    keys, stanzas, key = [], [], None
    while True:
        (tag, *args), body = receive()
        if tag == "done":
            break
        if tag in ("add-recipient", "add-identity"):
            keys.append(unbech32(args[0]))
        elif tag == "recipient-stanza":
            stanzas.append((args, body))
        elif tag == "wrap-file-key":
            key = body
    if role == "recipient-v1" and behave(how, "recipient"):
        for recipient in keys:
            ephemeral, body = wrap(recipient, key)
            ask("recipient-stanza", "0", NAME, ephemeral, body=body)
    elif role == "identity-v1" and behave(how, "identity"):
        for (file, tag, *args), body in stanzas:
            for identity in keys if tag == NAME else []:
                try:
                    key = unwrap(identity, args[0], body)
                except InvalidTag:
                    continue
                ask("file-key", file, body=key)
    send("done")


if __name__ == "__main__":
    main(sys.argv[1].removeprefix("--age-plugin="))
