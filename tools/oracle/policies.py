"""All statements of policies in some compartments, read once and kept with where they stand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from tools.access.effective import Known
from tools.access.judging import Line, Unread
from tools.access.statements import parse
from tools.access.tokens import Unreadable
from tools.oracle.api import Api
from tools.oracle.compartments import Compartment
from tools.oracle.principals import lines


@dataclass(frozen=True)
class Book:
    """`read` are the paths of the compartments whose policies were listed; `missing` says which could not be."""

    known: tuple[Known, ...]
    unread: tuple[Unread, ...]
    read: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[Line, ...]:
        return (*(one.line for one in self.known), *(one.line for one in self.unread))

    @property
    def count(self) -> int:
        return len(self.known) + len(self.unread)

    @property
    def policies(self) -> int:
        return len({one.policy for one in self.all})


async def book(api: Api, compartments: Sequence[Compartment]) -> Book:
    """Raises the three error words when no compartment's policies can be listed."""
    parts = await lines(api, compartments)
    found = [one for part in parts.found.values() for one in part]
    missing = tuple(f"policies of {one}" for one in parts.could_not_see)
    return await asyncio.to_thread(lambda: kept(found, tuple(parts.found), missing))


def kept(found: Sequence[Line], read: tuple[str, ...] = (), missing: tuple[str, ...] = ()) -> Book:
    """Parsed; blocks for about a tenth of a second a thousand statements."""
    known: list[Known] = []
    unread: list[Unread] = []
    for line in found:
        try:
            known.append(Known(line, parse(line.text)))
        except Unreadable as error:
            unread.append(Unread(line, str(error)))
    return Book(tuple(known), tuple(unread), read, missing)
