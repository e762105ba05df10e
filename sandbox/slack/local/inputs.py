"""Reading what a script sent, with a sentence for everything that is not as it should be."""

from __future__ import annotations

from typing import Any

from sandbox.slack.core.channels import Channel
from sandbox.slack.core.errors import BadInput
from sandbox.slack.core.messages import Message
from sandbox.slack.core.people import Person
from sandbox.slack.workspace import Json, Workspace


class Inputs:
    """One call's body or query, beside the workspace in which its names mean something."""

    def __init__(self, workspace: Workspace, values: Any) -> None:
        if not isinstance(values, dict):
            raise BadInput("the body is a JSON object")
        self.workspace = workspace
        self.values: Json = values

    def text(self, name: str, default: str = "") -> str:
        found = self.values.get(name)
        if found is None:
            return default
        if not isinstance(found, str):
            raise BadInput(f"{name} is a text, not {found!r}")
        return found

    def need(self, name: str) -> str:
        found = self.text(name)
        if not found.strip():
            raise BadInput(f"{name} is missing")
        return found

    def flag(self, name: str) -> bool:
        found = self.values.get(name, False)
        if not isinstance(found, bool):
            raise BadInput(f"{name} is true or false, not {found!r}")
        return found

    def count(self, name: str) -> int:
        """A number of things to show; 0 for all of them."""
        found = self.text(name, "0")
        if not found.isdigit():
            raise BadInput(f"{name} is a number, not {found!r}")
        return int(found)

    def names(self, name: str) -> list[str]:
        found = self.values.get(name) or []
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise BadInput(f"{name} is a list of ids")
        return found

    def object(self, name: str) -> Json:
        found = self.values.get(name) or {}
        if not isinstance(found, dict):
            raise BadInput(f"{name} is a JSON object")
        return found

    def person(self, name: str = "user") -> Person:
        """Somebody who can act: known, and still in the workspace."""
        key = self.need(name)
        people = self.workspace.people
        found = people.get(key) or next((p for p in people if p.bot_id == key), None)
        if found is None:
            known = ", ".join(person.id for person in people)
            raise BadInput(f"there is nobody with the id {key}; there are {known}")
        if found.kind == "deactivated":
            raise BadInput(f"{found.name} is deactivated and can do nothing")
        return found

    def channel(self, name: str = "channel") -> Channel:
        key = self.need(name)
        channels = self.workspace.channels
        found = channels.get(key) or channels.named(key)
        if found is None:
            raise BadInput(f"there is no channel {key}; there are {', '.join(c.id for c in channels)}")
        return found

    def place(self, person: Person) -> Channel:
        """The channel, when `person` sees it."""
        channel = self.channel()
        if not channel.seen_by(person):
            raise BadInput(f"{person.name} does not see {channel.name}")
        return channel

    def message(self, channel: Channel, name: str = "ts") -> Message:
        key = self.need(name)
        found = self.workspace.messages.get(channel.id, key)
        if found is None:
            raise BadInput(f"there is no message {key} in {channel.name}", status=404)
        return found
