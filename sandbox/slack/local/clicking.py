"""People using what the app shows: buttons and menus on messages, in modals and on the Home tab; shortcuts."""

from __future__ import annotations

from typing import Any

from sandbox.slack.core.errors import BadInput
from sandbox.slack.core.people import Person
from sandbox.slack.delivery.records import Row
from sandbox.slack.delivery.transport import Answer
from sandbox.slack.local.elements import PRESSED, action, chosen_state, find, hidden_from, unwrapped
from sandbox.slack.local.filling import fill
from sandbox.slack.local.inputs import Inputs
from sandbox.slack.payloads.interactions import (
    click_on_message,
    click_on_view,
    global_shortcut,
    message_shortcut,
)
from sandbox.slack.workspace import Json


async def click(inputs: Inputs) -> Json:
    person = inputs.person()
    if not inputs.workspace.manifest.interactive:
        raise BadInput("the manifest does not switch interactivity on (settings.interactivity.is_enabled)")
    if inputs.text("view_id"):
        return await _on_view(inputs, person)
    return await _on_message(inputs, person)


async def _on_message(inputs: Inputs, person: Person) -> Json:
    channel = inputs.place(person)
    ts = inputs.need("ts")
    whispered = next(
        (e.message for e in inputs.workspace.ephemerals if e.message["ts"] == ts and e.user == person.id),
        None,
    )
    message = whispered or inputs.message(channel)
    blocks = message.get("blocks") or []
    block, element = _element(inputs, blocks)
    values = inputs.workspace.choices.setdefault((person.id, ts), {})
    fill(values, blocks, inputs.object("values"))
    chosen = _chosen(inputs, element)
    done = action(block, element, chosen, inputs.workspace.stamps.next())
    if element["type"] not in PRESSED:
        _remember(values, block, element, chosen)
    payload = click_on_message(
        inputs.workspace, person, channel, message, done, ephemeral=whispered is not None
    )
    return await _sent(inputs, payload, element, person)


async def _on_view(inputs: Inputs, person: Person) -> Json:
    found = inputs.workspace.views.find(inputs.need("view_id"))
    if found is None or found[0] != person.id:
        raise BadInput(f"{person.name} has no view {inputs.text('view_id')} open", 404)
    view = found[1]
    block, element = _element(inputs, view["blocks"])
    fill(view["state"]["values"], view["blocks"], inputs.object("values"))
    chosen = _chosen(inputs, element)
    done = action(block, element, chosen, inputs.workspace.stamps.next())
    if element["type"] not in PRESSED:
        _remember(view["state"]["values"], block, element, chosen)
    return await _sent(inputs, click_on_view(inputs.workspace, person, view, done), element, person)


def _element(inputs: Inputs, blocks: list[Json]) -> tuple[Json, Json]:
    return find(blocks, inputs.need("action_id"), inputs.text("block_id"), inputs.text("value"))


def _chosen(inputs: Inputs, element: Json) -> Any:
    chosen = unwrapped(inputs.values.get("selected"))
    return inputs.values.get("value", element.get("value")) if chosen is None else chosen


def _remember(values: Json, block: Json, element: Json, chosen: Any) -> None:
    state = {"type": element["type"], **chosen_state(element, chosen)}
    values.setdefault(block["block_id"], {})[element["action_id"]] = state


async def _sent(inputs: Inputs, payload: Json, element: Json, person: Person) -> Json:
    answer = outcome(*await inputs.workspace.courier.ask("interactive", payload))
    return answer | ({"hidden_from_user": True} if hidden_from(element, person.id) else {})


def outcome(row: Row, answer: Answer) -> Json:
    """Whether the app took it, in the words that Slack shows to the person."""
    if answer.error:
        return {"ok": False, "error": row.outcome, "delivery": row.id}
    return {"ok": True, "acked_ms": row.acked_ms, "delivery": row.id}


async def shortcut(inputs: Inputs) -> Json:
    person, wanted = inputs.person(), inputs.need("callback_id")
    declared = next((s for s in inputs.workspace.manifest.shortcuts if s.callback_id == wanted), None)
    if declared is None:
        raise BadInput(f"the manifest declares no shortcut {wanted}")
    if declared.kind == "global":
        payload = global_shortcut(inputs.workspace, person, wanted)
    else:
        channel = inputs.place(person)
        payload = message_shortcut(inputs.workspace, person, channel, inputs.message(channel), wanted)
    return outcome(*await inputs.workspace.courier.ask("interactive", payload))
