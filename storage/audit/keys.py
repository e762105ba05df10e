"""The two keys of the audit: one seals rows (secret), one signs heads (its public half is enough to verify).

A key is replaced by putting a new one before it in its file: the first seals and signs, those behind it are retired and
still prove what they sealed and signed before.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from storage.errors import KeyProblem

MAC_BYTES = 32
MAC_NAME, SIGNING_NAME = "audit.key", "audit-signing.pem"
HEX = b"hex:"
BLOCK = re.compile(rb"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True, repr=False)
class AuditKeys:
    """`signing` is the raw Ed25519 seed; `public` the raw public key; retired ones newest first. `repr` shows no secret."""

    mac: bytes
    signing: bytes
    public: bytes
    retired_macs: tuple[bytes, ...] = ()
    retired_publics: tuple[bytes, ...] = ()

    @property
    def macs(self) -> tuple[bytes, ...]:
        return (self.mac, *self.retired_macs)

    @property
    def mac_id(self) -> str:
        return mac_id(self.mac)

    @property
    def public_id(self) -> str:
        return public_id(self.public)

    def __repr__(self) -> str:
        return f"AuditKeys(mac {self.mac_id}, public {self.public_id})"

    def sign(self, text: str) -> str:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.signing).sign(text.encode()).hex()


def mac_id(mac: bytes) -> str:
    """Names the key in a row and gives nothing of it away."""
    return hashlib.sha256(b"audit mac key\0" + mac).hexdigest()[:16]


def public_id(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


class PublicKey:
    """What tells our signature from any other. Parsed once, asked often."""

    def __init__(self, public: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        self._key = Ed25519PublicKey.from_public_bytes(public)

    def signed(self, text: str, signature: str) -> bool:
        from cryptography.exceptions import InvalidSignature

        try:
            self._key.verify(bytes.fromhex(signature), text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


def load_keys(
    mac_file: Path, signing_file: Path, *, make_mac: bool = False, make_signing: bool = False
) -> AuditKeys:
    """Raises KeyProblem. What may be made and is missing is made (development): files that only we may read."""
    macs = _macs(_read(mac_file, make=_new_mac if make_mac else None), mac_file)
    text = _read(signing_file, make=_new_signing if make_signing else None)
    signing, publics = _private(text, signing_file), _publics(text, signing_file)
    if make_signing:
        _publish(signing_file, publics)
    return AuditKeys(macs[0], signing, publics[0], macs[1:], publics[1:])


def load_macs(file: Path) -> tuple[bytes, ...]:
    """The secrets of the macs, newest first. Raises KeyProblem."""
    return _macs(_read(file), file)


def load_publics(file: Path) -> tuple[bytes, ...]:
    """The raw public keys of a PEM file with public or private halves, newest first. Raises KeyProblem."""
    return _publics(_read(file), file)


def load_public(file: Path) -> bytes:
    """The newest. Raises KeyProblem."""
    return load_publics(file)[0]


def _macs(content: bytes, file: Path) -> tuple[bytes, ...]:
    """The key itself, or text with a key a line: `hex:` and its digits."""
    found = [content]
    if content.startswith(HEX):
        try:
            found = [bytes.fromhex(line.removeprefix(HEX).decode()) for line in content.split()]
        except ValueError as error:
            raise KeyProblem(f"{file.name}: a line is not hex: and the digits of a key") from error
    if any(len(key) < MAC_BYTES for key in found):
        raise KeyProblem(f"{file.name}: needs at least {MAC_BYTES} bytes")
    return tuple(found)


def _publics(text: bytes, file: Path) -> tuple[bytes, ...]:
    blocks = [found.group() for found in BLOCK.finditer(text)]
    return tuple(_public(block, file) for block in blocks or [text])


def _public(pem: bytes, file: Path) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if b"PRIVATE" in pem:
        return Ed25519PrivateKey.from_private_bytes(_private(pem, file)).public_key().public_bytes_raw()
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise KeyProblem(f"{file.name}: is no PEM file with an Ed25519 key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyProblem(f"{file.name}: is no Ed25519 key")
    return key.public_bytes_raw()


def _private(pem: bytes, file: Path) -> bytes:
    """The seed of the first key, which must be a private one."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    first = BLOCK.search(pem)
    try:
        key = load_pem_private_key(first.group() if first else pem, password=None)
    except (ValueError, TypeError) as error:
        raise KeyProblem(f"{file.name}: is no PEM file that begins with an Ed25519 private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyProblem(f"{file.name}: is no Ed25519 key")
    return key.private_bytes_raw()


def _new_mac() -> bytes:
    return secrets.token_bytes(MAC_BYTES)


def _new_signing() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _publish(signing_file: Path, publics: tuple[bytes, ...]) -> None:
    """The public halves beside the private one, for whoever verifies elsewhere."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    keys = [Ed25519PublicKey.from_public_bytes(public) for public in publics]
    text = b"".join(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in keys)
    file = signing_file.with_suffix(".pub.pem")
    if not file.exists() or file.read_bytes() != text:
        file.write_bytes(text)


def _read(file: Path, *, make: Callable[[], bytes] | None = None) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        if make is None:
            raise KeyProblem(f"{file.name}: there is no such key file") from error
    except OSError as error:
        raise KeyProblem(f"{file.name}: cannot be read: {error.strerror}") from error
    return _create(file, make())


def _create(file: Path, content: bytes) -> bytes:
    """Made under another name and linked: of two processes that start at once, both end up with the same key."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(fd)
        try:
            os.link(draft, file)
        except FileExistsError:
            return file.read_bytes()
        finally:
            draft.unlink()
    except OSError as error:
        raise KeyProblem(f"{file.name}: cannot be made: {error.strerror}") from error
    return content
