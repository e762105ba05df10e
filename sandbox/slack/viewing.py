"""Views checked, completed and shown, for the Web API and for answers to submissions alike."""

from __future__ import annotations

from sandbox.slack.content import refuse
from sandbox.slack.core.blockids import filled
from sandbox.slack.core.errors import SlackError
from sandbox.slack.validation.surfaces import check_view
from sandbox.slack.workspace import Json, Workspace


def prepared(view: Json, *, home: bool) -> Json:
    """A view that may be shown: every limit kept, every block named."""
    kind = view.get("type")
    if kind not in {"modal", "home"}:
        refuse_view([f"must be a valid view type, not {kind!r} [json-pointer:/view/type]"])
    if (kind == "home") is not home:
        wanted = "home" if home else "modal"
        refuse_view([f"must be a view of type {wanted} [json-pointer:/view/type]"])
    problems, in_blocks = check_view(view)
    refuse_view(problems)
    refuse(in_blocks)
    return view | {"blocks": filled(view["blocks"])}


def refuse_view(problems: list[str]) -> None:
    if problems:
        messages = [f"[ERROR] {problem}" for problem in problems]
        raise SlackError("invalid_arguments", response_metadata={"messages": messages})


def show_view(workspace: Workspace, user: str, action: str, view: Json, errors: Json | None = None) -> None:
    data: Json = {"user": user, "action": action, "view": view}
    if errors:
        data["errors"] = errors
    workspace.feed.tell("view", data, frozenset({user}))


def show_home(workspace: Workspace, user: str, view: Json) -> None:
    workspace.feed.tell("home", {"user": user, "view": view}, frozenset({user}))
