"""Modals sent off or closed, and the Home tab opened."""

from __future__ import annotations

from typing import Any, Final

from sandbox.slack.core.errors import BadInput, SlackError
from sandbox.slack.core.people import TEAM, Person
from sandbox.slack.local.clicking import outcome
from sandbox.slack.local.elements import chosen_state
from sandbox.slack.local.filling import fill
from sandbox.slack.local.inputs import Inputs
from sandbox.slack.payloads.events import emit
from sandbox.slack.payloads.interactions import closed as closed_payload
from sandbox.slack.payloads.interactions import submission as submission_payload
from sandbox.slack.viewing import prepared, show_view
from sandbox.slack.workspace import Json

MISSING: Final = "Please complete this required field."


async def submit(inputs: Inputs) -> Json:
    person = inputs.person()
    view = _open_view(inputs, person)
    if inputs.flag("closed"):
        return await _close(inputs, person, view)
    if view.get("submit") is None and any(b["type"] == "input" for b in view["blocks"]):
        raise BadInput("this modal has no submit button")
    _fill(inputs, view)
    errors = _client_errors(view)
    if errors:
        show_view(inputs.workspace, person.id, "errors", view, errors)
        return {"ok": False, "errors": errors}
    row, answer = await inputs.workspace.courier.ask(
        "interactive", submission_payload(inputs.workspace, person, view)
    )
    found = outcome(row, answer)
    return found | ({} if answer.error else _act(inputs, person, view, answer.body))


def _open_view(inputs: Inputs, person: Person) -> Json:
    found = inputs.workspace.views.find(inputs.need("view_id"))
    if found is None or found[0] != person.id or found[1]["type"] != "modal":
        raise BadInput(f"{person.name} has no modal {inputs.text('view_id')} open", 404)
    return found[1]


async def _close(inputs: Inputs, person: Person, view: Json) -> Json:
    """Cancel: the view goes, with everything on its stack where it says so."""
    views = inputs.workspace.views
    cleared = bool(view.get("clear_on_close"))
    gone = views.clear(person.id) if cleared else [view]
    views.close(person.id, view)
    show_view(inputs.workspace, person.id, "close", view)
    found: Json = {"ok": True}
    for each in gone:
        if each.get("notify_on_close"):
            payload = closed_payload(inputs.workspace, person, each, cleared=cleared)
            found = outcome(*await inputs.workspace.courier.ask("interactive", payload))
    return found


def _fill(inputs: Inputs, view: Json) -> None:
    """`values` is what people filled in; what they left alone has its initial value."""
    state = view["state"]["values"]
    fill(state, view["blocks"], inputs.object("values"))
    for block in view["blocks"]:
        element = block.get("element")
        if element is not None and block["block_id"] not in state:
            state[block["block_id"]] = {element["action_id"]: {"type": element["type"], **_initial(element)}}


def _initial(element: Json) -> Json:
    """What an untouched element sends: its initial value, or nothing."""
    empty = chosen_state(element, None)
    for key in empty:
        initial = element.get(
            key.replace("selected_", "initial_", 1) if "selected_" in key else f"initial_{key}"
        )
        if initial is not None:
            return {key: initial}
    return empty


def _client_errors(view: Json) -> Json:
    """What Slack's own client refuses before the app hears of it."""
    errors: Json = {}
    for block in view["blocks"]:
        element = block.get("element")
        if block["type"] != "input" or element is None:
            continue
        state = view["state"]["values"][block["block_id"]][element["action_id"]]
        given = next((value for key, value in state.items() if key != "type"), None)
        problem = _problem(element, given, optional=bool(block.get("optional")))
        if problem:
            errors[block["block_id"]] = problem
    return errors


def _problem(element: Json, given: Any, *, optional: bool) -> str:
    if given in (None, "", []):
        return "" if optional else MISSING
    if isinstance(given, str):
        if len(given) < element.get("min_length", 0):
            return f"This entry needs at least {element['min_length']} characters."
        if len(given) > element.get("max_length", 3000):
            return f"This entry can have at most {element.get('max_length', 3000)} characters."
    return ""


def _act(inputs: Inputs, person: Person, view: Json, body: Any) -> Json:
    """The app's word on a submission: nothing closes the view; errors keep it; update, push and clear."""
    said = body.get("response_action") if isinstance(body, dict) else None
    workspace = inputs.workspace
    try:
        match said:
            case None:
                workspace.views.close(person.id, view)
                show_view(workspace, person.id, "close", view)
                return {}
            case "errors":
                return _errors(inputs, person, view, body.get("errors"))
            case "update":
                workspace.views.update(view, prepared(body.get("view") or {}, home=False))
                show_view(workspace, person.id, "update", view)
            case "push":
                pushed = workspace.views.push(person.id, prepared(body.get("view") or {}, home=False))
                show_view(workspace, person.id, "push", pushed)
            case "clear":
                workspace.views.clear(person.id)
                show_view(workspace, person.id, "close", view)
            case _:
                raise BadInput(f"the app answered with an unknown response_action {said!r}")
    except SlackError as error:
        raise BadInput(
            f"the app's answer to the form was refused: {error.code} {error.extra or ''}"
        ) from error
    return {"response_action": said}


def _errors(inputs: Inputs, person: Person, view: Json, errors: Any) -> Json:
    known = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= known:
        raise BadInput(
            f"the app's errors must name input blocks of the form ({', '.join(sorted(known))}): {errors!r}"
        )
    show_view(inputs.workspace, person.id, "errors", view, errors)
    return {"response_action": "errors", "errors": errors}


async def home(inputs: Inputs) -> Json:
    """Open the app: `app_home_opened`, what its Home tab shows by now, and for an agent what is `viewing` beside it."""
    person, tab = inputs.person(), inputs.text("tab", "home")
    manifest = inputs.workspace.manifest
    if tab not in {"home", "messages"}:
        raise BadInput(f"tab is home or messages, not {tab!r}")
    if not (manifest.home_tab if tab == "home" else manifest.messages_tab):
        raise BadInput(f"the manifest does not switch the {tab} tab on")
    if person.kind in {"bot", "stranger"}:
        raise BadInput(f"{person.name} cannot open the app")
    channel = inputs.workspace.channels.direct(person.id)
    ts = inputs.workspace.stamps.next()
    event = {"type": "app_home_opened", "user": person.id, "channel": channel.id, "tab": tab, "event_ts": ts}
    view = inputs.workspace.views.home(person.id)
    emit(inputs.workspace, event | ({"view": view} if view and tab == "home" else {}))
    if tab == "messages" and (viewing := inputs.text("viewing")):
        entity = {"type": "slack#/types/channel_id", "value": viewing, "team_id": TEAM}
        changed = {"type": "app_context_changed", "context": {"entities": [entity]}, "event_ts": ts}
        emit(inputs.workspace, {**changed, "user": person.id, "channel": channel.id})
    return {"view": view, "channel": channel.id}
