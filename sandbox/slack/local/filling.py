"""What people filled in, put into the state of a form: `{block_id: {action_id: choice}}`."""

from __future__ import annotations

from sandbox.slack.core.blockids import walk
from sandbox.slack.core.errors import BadInput
from sandbox.slack.local.elements import PRESSED, chosen_state, unwrapped
from sandbox.slack.workspace import Json


def fill(state: Json, blocks: list[Json], values: Json) -> None:
    """Choices in short or in Slack's own form. Blocks that hold nothing to choose are passed over."""
    known = {(b["block_id"], e["action_id"]): e for b, e in walk(blocks) if e.get("action_id")}
    named = {block["block_id"] for block in blocks}
    for block_id, choices in values.items():
        if block_id not in named:
            raise BadInput(f"values: there is no block {block_id}; there are {', '.join(sorted(named))}")
        if not isinstance(choices, dict):
            raise BadInput(f"values: {block_id} holds an object of actions")
        for action_id, given in choices.items():
            element = known.get((block_id, action_id))
            if element is None:
                there = ", ".join(action for block, action in known if block == block_id)
                raise BadInput(f"values: {block_id} has no action {action_id}; it has {there or 'none'}")
            if element["type"] not in PRESSED:
                chosen = {"type": element["type"], **chosen_state(element, unwrapped(given))}
                state.setdefault(block_id, {})[action_id] = chosen
