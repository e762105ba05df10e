"""Modals and Home tabs."""

from __future__ import annotations

from sandbox.slack.api.lookup import person_of
from sandbox.slack.api.registry import Call, method
from sandbox.slack.core.copying import copied
from sandbox.slack.core.errors import SlackError
from sandbox.slack.viewing import prepared, show_home, show_view
from sandbox.slack.workspace import Json


def _content(call: Call, *, home: bool = False) -> Json:
    view = call.args.object("view", "invalid_arguments")
    if view is None:
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] missing field: view"]})
    return prepared(view, home=home)


@method("views.open")
async def open_view(call: Call) -> Json:
    content = _content(call)
    user = call.workspace.triggers.exchange(call.args.need("trigger_id", "invalid_trigger_id"))
    view = call.workspace.views.open(user, content)
    show_view(call.workspace, user, "open", view)
    return {"view": copied(view)}


@method("views.push")
async def push_view(call: Call) -> Json:
    content = _content(call)
    user = call.workspace.triggers.exchange(call.args.need("trigger_id", "invalid_trigger_id"))
    view = call.workspace.views.push(user, content)
    show_view(call.workspace, user, "push", view)
    return {"view": copied(view)}


@method("views.update")
async def update_view(call: Call) -> Json:
    found = call.workspace.views.find(call.args.text("view_id"), call.args.text("external_id"))
    if found is None:
        raise SlackError("not_found")
    user, view = found
    content = _content(call, home=view["type"] == "home")
    call.workspace.views.update(view, content, call.args.text("hash"))
    if view["type"] == "home":
        show_home(call.workspace, user, view)
    else:
        show_view(call.workspace, user, "update", view)
    return {"view": copied(view)}


@method("views.publish")
async def publish_view(call: Call) -> Json:
    if not call.workspace.manifest.home_tab:
        raise SlackError("not_enabled")
    person = person_of(call, "user_id")
    view = call.workspace.views.publish(person.id, _content(call, home=True), call.args.text("hash"))
    show_home(call.workspace, person.id, view)
    return {"view": copied(view)}
