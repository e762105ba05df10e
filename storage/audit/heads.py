"""Signed heads: at row `seq` the chain has this hash. Kept in the database, in a file elsewhere, and in the log."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from storage.audit.keys import AuditKeys, PublicKey

EVERY_ROWS = 100
EVERY_SECONDS = 60.0
AFTER_QUIET_SECONDS = 3.0  # whoever looks after the last answer finds it signed
HEAD, PURGED = "head", "purge"


@dataclass(frozen=True, slots=True)
class Head:
    """`n` counts heads and `prev` is the signature of the one before: none can be taken out. `hash` is hex.

    Kind `purge` says: rows up to `seq` were removed on purpose, the last of them had `hash`.
    """

    n: int
    seq: int
    hash: str
    time: str
    key_id: str
    prev: str
    signature: str = ""
    kind: str = HEAD
    workspace: str = "*"

    @property
    def text(self) -> str:
        """What is signed: RFC 8785 text, which for plain texts and small numbers is what `json` writes, only faster."""
        said = {name: getattr(self, name) for name in NAMES if name != "signature"}
        return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def signed_by(self, public: PublicKey) -> bool:
        return public.signed(self.text, self.signature)

    def line(self) -> str:
        """As it stands in the anchor file and in the log."""
        return json.dumps({"event": "audit_head", **dataclasses.asdict(self)}, separators=(",", ":"))


NAMES = tuple(field.name for field in dataclasses.fields(Head))


def sign(keys: AuditKeys, head: Head) -> Head:
    return dataclasses.replace(head, signature=keys.sign(head.text))


def head_of(said: Mapping[str, Any]) -> Head:
    """Raises ValueError for a line that is no head."""
    try:
        found = {name: said[name] for name in NAMES}
    except (KeyError, TypeError) as error:
        raise ValueError("not a head") from error
    numbers = {"n", "seq"}
    if any(type(value) is not (int if name in numbers else str) for name, value in found.items()):
        raise ValueError("not a head")
    return Head(**found)
