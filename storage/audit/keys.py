"""The two keys of the audit: one seals rows (secret), one signs heads (its public half is enough to verify)."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from storage.errors import KeyProblem

MAC_BYTES = 32
MAC_NAME, SIGNING_NAME = "audit.key", "audit-signing.pem"


@dataclass(frozen=True, slots=True, repr=False)
class AuditKeys:
    """`signing` is the raw Ed25519 seed; `public` the raw public key. `repr` shows neither secret."""

    mac: bytes
    signing: bytes
    public: bytes

    @property
    def mac_id(self) -> str:
        """Names the key in a row and gives nothing of it away."""
        return hashlib.sha256(b"audit mac key\0" + self.mac).hexdigest()[:16]

    @property
    def public_id(self) -> str:
        return public_id(self.public)

    def __repr__(self) -> str:
        return f"AuditKeys(mac {self.mac_id}, public {self.public_id})"

    def sign(self, text: str) -> str:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.signing).sign(text.encode()).hex()


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
    mac = _read(mac_file, make=_new_mac if make_mac else None)
    if len(mac) < MAC_BYTES:
        raise KeyProblem(f"{mac_file.name}: needs at least {MAC_BYTES} bytes")
    signing, public = _ed25519(_read(signing_file, make=_new_signing if make_signing else None), signing_file)
    if make_signing:
        _publish(signing_file, public)
    return AuditKeys(mac, signing, public)


def load_public(file: Path) -> bytes:
    """The raw public key from a PEM file with the public or the private half. Raises KeyProblem."""
    text = _read(file)
    if b"PRIVATE" in text:
        return _ed25519(text, file)[1]
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(text)
    except ValueError as error:
        raise KeyProblem(f"{file.name}: is no PEM file with an Ed25519 key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyProblem(f"{file.name}: is no Ed25519 key")
    return key.public_bytes_raw()


def _ed25519(pem: bytes, file: Path) -> tuple[bytes, bytes]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise KeyProblem(f"{file.name}: is no PEM file with an Ed25519 private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyProblem(f"{file.name}: is no Ed25519 key")
    return key.private_bytes_raw(), key.public_key().public_bytes_raw()


def _new_mac() -> bytes:
    return secrets.token_bytes(MAC_BYTES)


def _new_signing() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _publish(signing_file: Path, public: bytes) -> None:
    """The public half beside the private one, for whoever verifies elsewhere."""
    file = signing_file.with_suffix(".pub.pem")
    if file.exists():
        return
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = Ed25519PublicKey.from_public_bytes(public)
    file.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


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
