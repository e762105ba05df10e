"""API keys of the people and of the two principals of a bot, kept in the state folder from one start to the next."""

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

BITS = 2048
LABEL = b"OCI_API_KEY\n"  # without it the OCI command line warns at every call


@dataclass(frozen=True)
class Key:
    """`path` is the private half, in PEM."""

    path: Path
    public: rsa.RSAPublicKey

    def private(self) -> rsa.RSAPrivateKey:
        return _read(self.path)

    @property
    def fingerprint(self) -> str:
        return _print_of(self.public)

    @property
    def pem(self) -> str:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.public.public_bytes(serialization.Encoding.PEM, form).decode()


def fingerprint(pem: str) -> str:
    """Of a public key in PEM form. Raises ValueError for anything else."""
    found = serialization.load_pem_public_key(pem.encode())
    if not isinstance(found, rsa.RSAPublicKey):
        raise ValueError("it is no RSA key")  # noqa: TRY004 - a text that is wrong, whatever it holds
    return _print_of(found)


def _print_of(public: rsa.RSAPublicKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    der = public.public_bytes(serialization.Encoding.DER, form)
    text = hashlib.md5(der, usedforsecurity=False).hexdigest()
    return ":".join(text[at : at + 2] for at in range(0, len(text), 2))


def key(path: Path) -> Key:
    """The key in that file; a new one when there is none."""
    if not path.is_file():
        _write(path, _new())
    return Key(path, _read(path).public_key())


def _read(path: Path) -> rsa.RSAPrivateKey:
    """A key of our own making: to prove once more that it is one takes longer than the rest of a start."""
    found = serialization.load_pem_private_key(
        path.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
    )
    if not isinstance(found, rsa.RSAPrivateKey):
        raise TypeError(f"{path} holds no RSA key")
    return found


def _new() -> bytes:
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, pem: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(pem + LABEL)
