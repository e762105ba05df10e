"""One region of a tenancy: its own resources, audit events and retry tokens, in files of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from sandbox.oci.api.tokens import RetryTokens
from sandbox.oci.tenancy import kept
from sandbox.oci.tenancy.audit import AuditLog
from sandbox.oci.tenancy.building import build, remember
from sandbox.oci.tenancy.file import TenancyFile
from sandbox.oci.tenancy.names import Names
from sandbox.oci.tenancy.records import Record, Records
from sandbox.oci.tenancy.tenancy import Tenancy

IDENTITY: Final = "identity"


class Region:
    """`names` says which. What identity knows is the home region's, and known in all: `shared`."""

    def __init__(self, file: TenancyFile, names: Names, folder: Path, now: Callable[[], float]) -> None:
        self.tokens = RetryTokens()
        records = Records(now)
        self.tenancy = Tenancy(file, names, records, AuditLog(folder / f"audit-{names.region}.jsonl"))
        self._path = folder / f"{names.region}.json"
        self._shared: frozenset[str] = frozenset()

    def open(self, shared: Iterable[Record] = ()) -> None:
        """As it was left, or as the file begins it."""
        records = self.tenancy.records
        state = kept.read(self._path)
        for record in shared:
            records.add(record)
        self._shared = frozenset(records.by_id)
        if state is not None:
            kept.fill(records, state)
            self.tokens = RetryTokens(state.tokens)
            self.tenancy.audit.load()
        else:
            build(self.tenancy.file, self.tenancy.names, records)
            remember(self.tenancy, self._shared)
            self.keep()

    def identity(self) -> list[Record]:
        return [one for one in self.tenancy.records.by_id.values() if one.service == IDENTITY]

    def keep(self) -> None:
        records = self.tenancy.records
        own = [one for one in records.by_id.values() if one.id not in self._shared]
        kept.write(self._path, records, own, self.tenancy.names.begun, self.tokens.as_json())
        records.unsaved = False
