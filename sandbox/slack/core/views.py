"""Modals by person, at most three on top of each other, and one Home tab a person."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Final

from sandbox.slack.core.copying import copied
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.people import APP_ID, BOT_ID, TEAM
from sandbox.slack.core.stamps import new_id

View = dict[str, Any]
DEEPEST: Final = 3


class Views:
    """A view is one object for its whole life: updates change it in place and give it a new hash."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        return self._stacks.setdefault(user, [])

    def top(self, user: str) -> View | None:
        stack = self.stack(user)
        return stack[-1] if stack else None

    def home(self, user: str) -> View | None:
        return self._homes.get(user)

    def find(self, view_id: str = "", external_id: str = "") -> tuple[str, View] | None:
        """The person who has the view open, and the view; homes are found by id, too."""
        for user, stack in self._stacks.items():
            for view in stack:
                if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                    return user, view
        for user, view in self._homes.items():
            if view["id"] == view_id:
                return user, view
        return None

    def open(self, user: str, content: View) -> View:
        """A new stack: Slack closes what was open before."""
        self._stacks[user] = []
        return self._put(user, content, previous=None)

    def push(self, user: str, content: View) -> View:
        previous = self.top(user)
        if len(self.stack(user)) >= DEEPEST:
            raise SlackError("push_limit_reached")
        return self._put(user, content, previous=previous)

    def update(self, view: View, content: View, expected: str | None = None) -> View:
        if expected and expected != view["hash"]:
            raise SlackError("hash_conflict")
        kept = {key: view[key] for key in ("id", "root_view_id", "previous_view_id")}
        fresh = self._shape(content) | kept
        fresh["state"] = {"values": _still_there(view, fresh)}
        view.clear()
        view.update(fresh)
        return view

    def publish(self, user: str, content: View, expected: str | None = None) -> View:
        now = self._homes.get(user)
        if now is not None:
            return self.update(now, content, expected)
        view = self._shape(content) | {"id": new_id("V"), "previous_view_id": None}
        view["root_view_id"] = view["id"]
        self._homes[user] = view
        return view

    def close(self, user: str, view: View) -> None:
        stack = self.stack(user)
        if view in stack:
            stack.remove(view)

    def clear(self, user: str) -> list[View]:
        closed, self._stacks[user] = self.stack(user), []
        return closed

    def _put(self, user: str, content: View, previous: View | None) -> View:
        if content.get("external_id") and self.find(external_id=content["external_id"]):
            raise SlackError("duplicate_external_id")
        view = self._shape(content) | {"id": new_id("V")}
        view["previous_view_id"] = previous["id"] if previous else None
        view["root_view_id"] = previous["root_view_id"] if previous else view["id"]
        self.stack(user).append(view)
        return view

    def _shape(self, content: View) -> View:
        empty = {"private_metadata": "", "callback_id": "", "external_id": "", "close": None, "submit": None}
        flags = {"clear_on_close": False, "notify_on_close": False, "submit_disabled": False}
        titles = {"title": {"type": "plain_text", "text": "", "emoji": True}}
        return {
            **empty,
            **flags,
            **titles,
            **copied(content),
            "team_id": TEAM,
            "app_id": APP_ID,
            "app_installed_team_id": TEAM,
            "bot_id": BOT_ID,
            "state": {"values": {}},
            "hash": f"{self._clock():.0f}.{secrets.token_hex(4)}",
        }


def _still_there(old: View, new: View) -> dict[str, Any]:
    """What a person typed stays where the updated view has the same block id and action id."""
    kept: dict[str, Any] = {}
    present = {block.get("block_id"): block for block in new.get("blocks", [])}
    for block_id, values in old["state"]["values"].items():
        element = (present.get(block_id) or {}).get("element") or {}
        same = {action: value for action, value in values.items() if action == element.get("action_id")}
        if same:
            kept[block_id] = same
    return kept
