"""One function a method, registered under its name with the scopes of which it needs one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from sandbox.slack.core.args import Args
from sandbox.slack.core.errors import SlackError
from sandbox.slack.workspace import Json, Workspace


@dataclass(frozen=True, slots=True)
class Call:
    workspace: Workspace
    name: str
    args: Args


Handler = Callable[[Call], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class Method:
    handler: Handler
    scopes: tuple[str, ...]
    kind: str


METHODS: Final[dict[str, Method]] = {}


def method(name: str, *scopes: str, kind: str = "bot") -> Callable[[Handler], Handler]:
    """`kind` of token: `bot`, `app` for the app-level token, or `none`."""

    def register(handler: Handler) -> Handler:
        METHODS[name] = Method(handler, scopes, kind)
        return handler

    return register


def need_scope(workspace: Workspace, *scopes: str) -> None:
    held = workspace.manifest.scopes
    if scopes and not any(scope in held for scope in scopes):
        raise SlackError("missing_scope", needed=scopes[0], provided=",".join(sorted(held)))
