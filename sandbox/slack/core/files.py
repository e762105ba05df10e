"""Uploaded files: what Slack says about them, and their bytes in the state folder or in memory."""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sandbox.slack.core.people import TEAM
from sandbox.slack.core.stamps import new_id


@dataclass(slots=True)
class File:
    id: str
    name: str
    length: int
    user: str
    created: int
    title: str = ""
    alt_txt: str = ""
    received: int = -1
    complete: bool = False
    channels: list[str] = field(default_factory=list)
    ticket: str = ""

    def as_slack(self, base: str) -> dict[str, Any]:
        kind = mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        address = f"{base}/files/{self.id}/{self.name}"
        found: dict[str, Any] = {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": kind,
            "filetype": self.name.rpartition(".")[2] or "binary",
            "pretty_type": self.name.rpartition(".")[2].upper() or "Binary",
            "user": self.user,
            "user_team": TEAM,
            "editable": False,
            "size": self.length,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": False,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": address,
            "url_private_download": address,
            "permalink": address,
            "channels": list(self.channels),
            "has_rich_preview": False,
        }
        return found | ({"alt_txt": self.alt_txt} if self.alt_txt else {})

    def as_record(self) -> dict[str, Any]:
        return asdict(self)


class Files:
    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "files" if folder else None
        self._by_id: dict[str, File] = {}
        self._bytes: dict[str, bytes] = {}

    def expect(self, name: str, length: int, user: str, created: int, alt_txt: str = "") -> File:
        """Announce an upload; its ticket is the secret part of the address that takes the bytes."""
        file = File(
            new_id("F"), name, length, user, created, alt_txt=alt_txt, ticket=secrets.token_urlsafe(12)
        )
        self._by_id[file.id] = file
        return file

    def add(self, file: File) -> None:
        self._by_id[file.id] = file

    def get(self, key: str) -> File | None:
        return self._by_id.get(key)

    def drop(self, key: str) -> None:
        self._by_id.pop(key, None)
        self._bytes.pop(key, None)
        if self._folder is not None:
            (self._folder / key).unlink(missing_ok=True)

    def by_ticket(self, ticket: str) -> File | None:
        return next((f for f in self._by_id.values() if f.ticket and f.ticket == ticket), None)

    def receive(self, file: File, content: bytes) -> None:
        file.received = len(content)
        if self._folder is None:
            self._bytes[file.id] = content
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / file.id).write_bytes(content)

    def content(self, file: File) -> bytes | None:
        if self._folder is None:
            return self._bytes.get(file.id)
        path = self._folder / file.id
        return path.read_bytes() if path.exists() else None

    def __iter__(self) -> Iterator[File]:
        return iter(self._by_id.values())
