"""Shadows of channels, checked as the policy is read."""

from __future__ import annotations

from agents.policy.marks import Document
from agents.policy.models import PolicyFile


def check_shadows(document: Document, file: PolicyFile) -> None:
    """A shadow is a channel of its own, in which nothing of the real one is told by another way."""
    for name, part in file.channels.items():
        other, path = file.channels.get(part.shadow), ("channels", name, "shadow")
        if not part.shadow:
            continue
        if not part.incidents:
            raise document.error(path, "no incidents are told in this channel; set incidents: true")
        if part.shadow == name or (other and (other.incidents or other.deny or other.shadow)):
            raise document.error(path, "must be another channel, one without incidents, deny and shadow")
