"""What a person signs about a plan: one canonical text that names the plan, its hash, the decision, the person and the time.

Nothing can be taken out of it and put elsewhere: whatever differs makes another text, and the signature is not of that.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Decision = Literal["approve", "reject", "run"]
PURPOSE: Final = "cloudops: decision of a person about a plan"


@dataclass(frozen=True, slots=True)
class Statement:
    """`person` is the account that the key was enrolled for; `key` its fingerprint; `at` ISO text in UTC."""

    workspace: str
    plan: str
    hash: str
    decision: Decision
    reason: str
    person: str
    key: str
    at: str

    @property
    def text(self) -> str:
        names = ("workspace", "plan", "hash", "decision", "reason", "person", "key", "at")
        said: dict[str, Any] = {name: getattr(self, name) for name in names}
        return rfc8785.dumps({"purpose": PURPOSE, "version": 1, **said}).decode()

    @property
    def time(self) -> datetime | None:
        """None: no time, or one that names no zone."""
        try:
            found = datetime.fromisoformat(self.at)
        except ValueError:
            return None
        return found if found.tzinfo else None


@dataclass(frozen=True, slots=True)
class Signed:
    statement: Statement
    signature: str

    @property
    def id(self) -> str:
        """For records: it gives the signature a name."""
        return hashlib.sha256(self.signature.encode()).hexdigest()[:16]


def sign(private: Ed25519PrivateKey, statement: Statement) -> Signed:
    return Signed(statement, private.sign(statement.text.encode()).hex())


def made_with(public: str, text: str, signature: str) -> bool:
    """Whether `signature` is of `text`, by the key whose public half is `public` (hex)."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public: str) -> str:
    """What people compare: of the public half (hex), in groups that can be read aloud."""
    digest = hashlib.sha256(b"cloudops person key\0" + bytes.fromhex(public)).hexdigest()[:24]
    return "-".join(digest[i : i + 4] for i in range(0, 24, 4))
