"""The app as it was declared: what it may call, hear and be asked. Undeclared things do not exist for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Shortcut:
    callback_id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Command:
    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True, slots=True)
class AppManifest:
    name: str
    bot_name: str
    scopes: frozenset[str]
    events: frozenset[str]
    commands: Mapping[str, Command]
    shortcuts: tuple[Shortcut, ...]
    functions: frozenset[str]
    interactive: bool
    home_tab: bool
    messages_tab: bool
    agent_view: bool

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Raises ValueError naming the part that is not a manifest."""
        features, settings = _part(document, "features"), _part(document, "settings")
        scopes = _part(_part(document, "oauth_config"), "scopes")
        home = _part(features, "app_home")
        name = str(_part(document, "display_information").get("name") or "")
        if not name:
            raise ValueError("manifest: display_information.name is missing")
        return cls(
            name=name,
            bot_name=str(_part(features, "bot_user").get("display_name") or name.lower()),
            scopes=frozenset(_names(scopes, "bot")) | frozenset(_names(scopes, "bot_optional")),
            events=frozenset(_names(_part(settings, "event_subscriptions"), "bot_events")),
            commands={c.command: c for c in map(_command, _items(features, "slash_commands"))},
            shortcuts=tuple(map(_shortcut, _items(features, "shortcuts"))),
            functions=frozenset(_part(document, "functions")),
            interactive=bool(_part(settings, "interactivity").get("is_enabled")),
            home_tab=bool(home.get("home_tab_enabled")),
            messages_tab=bool(home.get("messages_tab_enabled"))
            and not home.get("messages_tab_read_only_enabled"),
            agent_view="agent_view" in features,
        )


def _part(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key, {})
    if not isinstance(found, Mapping):
        raise ValueError(f"manifest: {key} is not an object")  # noqa: TRY004 - one error for a bad manifest
    return found


def _items(document: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = document.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise ValueError(f"manifest: {key} is not a list of objects")
    return found


def _names(document: Mapping[str, Any], key: str) -> list[str]:
    found = document.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise ValueError(f"manifest: {key} is not a list of names")
    return found


def _command(item: Mapping[str, Any]) -> Command:
    return Command(
        command=str(item.get("command") or ""),
        description=str(item.get("description") or ""),
        usage_hint=str(item.get("usage_hint") or ""),
        should_escape=bool(item.get("should_escape")),
    )


def _shortcut(item: Mapping[str, Any]) -> Shortcut:
    return Shortcut(
        callback_id=str(item.get("callback_id") or ""),
        kind=str(item.get("type") or "message"),
        name=str(item.get("name") or ""),
    )
