"""The private half: a file of the person's own. Nobody else may read it, or it is not used."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

ENCRYPTED = b"ENCRYPTED PRIVATE KEY"
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class PrivateKeyProblem(Exception):
    """The key file cannot be used; in words for its person. Nothing of the key is in them."""


def make(file: Path, passphrase: str = "") -> Ed25519PrivateKey:
    """A new key in a new file with mode 0600; a file that is there stays as it is. Raises PrivateKeyProblem."""
    private = Ed25519PrivateKey.generate()
    secret = passphrase.encode()
    kept: KeySerializationEncryption = BestAvailableEncryption(secret) if secret else NoEncryption()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, kept)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise PrivateKeyProblem(f"{file}: is there already; name another file with --key") from error
    except OSError as error:
        raise PrivateKeyProblem(f"{file}: cannot be made: {error.strerror}") from error
    with os.fdopen(fd, "wb") as out:
        os.fchmod(out.fileno(), 0o600)  # whatever the umask adds or takes
        out.write(pem)
    return private


def load(file: Path, passphrase: str = "") -> Ed25519PrivateKey:
    """Raises PrivateKeyProblem."""
    pem = _read(file)
    try:
        private = load_pem_private_key(pem, passphrase.encode() if ENCRYPTED in pem else None)
    except (ValueError, TypeError) as error:
        why = "the passphrase is not its own" if ENCRYPTED in pem else "is no Ed25519 private key"
        raise PrivateKeyProblem(f"{file}: {why}") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise PrivateKeyProblem(f"{file}: is no Ed25519 private key")
    return private


def is_locked(file: Path) -> bool:
    """Whether it asks for a passphrase. Raises PrivateKeyProblem."""
    return ENCRYPTED in _read(file)


def public_of(private: Ed25519PrivateKey) -> str:
    return private.public_key().public_bytes_raw().hex()


def _read(file: Path) -> bytes:
    """Mode and content of one and the same file."""
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            if mode & OTHERS:
                raise PrivateKeyProblem(
                    f"{file}: others may read it (mode {stat.S_IMODE(mode):04o}); chmod 600, or enrol a new key"
                )
            return opened.read()
    except OSError as error:
        raise PrivateKeyProblem(f"{file}: cannot be read: {error.strerror}") from error
