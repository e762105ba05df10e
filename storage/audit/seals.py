"""Which key sealed a row. Keys take turns in one direction: after a newer one, an older one has no say any more."""

from __future__ import annotations

import json
from collections.abc import Sequence

from storage.audit.chain import Mac
from storage.audit.keys import mac_id


class Seals:
    """For one walk along the chain. `keys` newest first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._known = frozenset(mac_id(key) for key in keys)
        self._left = [Mac(key) for key in reversed(keys)]

    def fits(self, digest: bytes, mac: bytes) -> bool:
        for number, seal in enumerate(self._left):
            if seal.of(digest) == mac:
                del self._left[:number]
                return True
        return False

    def why_not(self, body: bytes) -> tuple[str, bool]:
        """What is wrong with a row that no key fits; and whether only its key is missing here."""
        named = _key_id(body)
        if named and named not in self._known:
            return f"was sealed with key {named}, which is not in the key file", True
        return "was not sealed with our key, or with one that was retired before", False


def _key_id(body: bytes) -> str:
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    return str(said.get("key_id", "")) if isinstance(said, dict) else ""
