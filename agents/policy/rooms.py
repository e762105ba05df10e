"""Channels of incidents, checked as the policy is read."""

from __future__ import annotations

from agents.policy.marks import Document
from agents.policy.models import PolicyFile


def check_rooms(document: Document, file: PolicyFile) -> None:
    """What is found for `home` is shown in them, so that the file names a channel that incidents are told in."""
    part = file.rooms
    if not (part.patterns or part.home):
        return
    home = file.channels.get(part.home)
    if home is None or not home.incidents or home.deny:
        raise document.error(("rooms", "home"), "name a channel of this file with incidents: true")
    for n, pattern in enumerate(part.patterns):
        if not pattern.replace("*", ""):
            raise document.error(("rooms", "patterns", n), "every channel would be one of an incident")
