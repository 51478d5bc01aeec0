"""A small reader of age files (C2SP age, X25519), so that formats are checked by somebody else's hands."""

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 64 * 1024 + 16


def _hkdf(secret, salt, info):
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(secret)


def _unpadded(text):
    return base64.b64decode(text + "=" * (-len(text) % 4))


def open_sealed(sealed: bytes, secret: bytes) -> bytes:
    """Opens a file that is sealed to the X25519 secret of 32 bytes."""
    head, _, rest = sealed.partition(b"\n---")
    mac_line, _, payload = rest.partition(b"\n")
    lines = head.decode().split("\n")
    assert lines[0] == "age-encryption.org/v1"
    own = X25519PrivateKey.from_private_bytes(secret)
    public = own.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    file_key = None
    for at, line in enumerate(lines):
        if not line.startswith("-> X25519 "):
            continue
        share = _unpadded(line.split(" ")[2])
        shared = own.exchange(X25519PublicKey.from_public_bytes(share))
        key = _hkdf(shared, share + public, b"age-encryption.org/v1/X25519")
        file_key = ChaCha20Poly1305(key).decrypt(bytes(12), _unpadded(lines[at + 1]), None)
    assert file_key, "it is sealed to nobody with this secret"
    mac = hmac.new(_hkdf(file_key, b"", b"header"), head + b"\n---", hashlib.sha256).digest()
    assert mac == _unpadded(mac_line.decode().strip())
    nonce, body = payload[:16], payload[16:]
    cipher, opened = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload")), b""
    chunks = [body[at:at + CHUNK] for at in range(0, len(body), CHUNK)]
    for number, chunk in enumerate(chunks):
        last = number == len(chunks) - 1
        opened += cipher.decrypt(number.to_bytes(11, "big") + bytes([last]), chunk, None)
    return opened
