"""Deploys that other systems told us of. Whoever keeps that record puts it in: a tool reads no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Deploy:
    """One message of a deploy system. All its words are somebody else's; `at` is its own time, `heard` when it reached us.

    `service` is what the other side calls it (a repository, an application); `state` one of its own words.
    """

    id: str
    at: datetime
    heard: datetime
    system: str
    service: str
    state: str
    environment: str = ""
    cluster: str = ""
    namespace: str = ""
    revision: str = ""
    actor: str = ""
    title: str = ""
    url: str = ""


class DeployRecord(Protocol):
    async def deploys(self, since: datetime, until: datetime, most: int) -> Sequence[Deploy]:
        """Newest first. Raises TryLater when the record cannot be read."""
