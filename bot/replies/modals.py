"""Windows: the reason of a rejection, the details of a plan, a full result."""

from __future__ import annotations

from typing import Any

from agents.changes.glass import LEAST
from agents.changes.requests import PlanView
from bot.replies import limits
from bot.replies.blocks import Block, code_block, context, modal, plain, section
from bot.replies.states import words_of
from bot.replies.text import Outbound

REASON_VIEW = "plan_reason"
GLASS_VIEW = "plan_glass"
REASON_TITLE = "Reject the plan"
GLASS_TITLE = "Break glass"
DETAILS_TITLE = "Plan in full"
RAW_TITLE = "Raw output"
RAW_PART = 2_900
RAW_PARTS = 60


def reason_form(view: PlanView, out: Outbound, private_metadata: str) -> dict[str, Any]:
    """`private_metadata` says where the button stood; who may reject is judged when the form is sent."""
    ask: Block = {
        "type": "input",
        "block_id": "reason",
        "optional": False,  # what is not said teaches nobody
        "label": plain("Why? It stands on the card, and whoever asked reads it.", 200),
        "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 500},
    }
    intro = section(f"Reject *{out.mrkdwn(view.title, 200)}* on {out.mrkdwn(str(view.target), 300)}?")
    return modal(
        REASON_TITLE,
        [intro, ask],
        submit=plain("Reject", limits.MODAL_TITLE),
        callback_id=REASON_VIEW,
        private_metadata=private_metadata[: limits.PRIVATE_METADATA],
    )


def glass_form(view: PlanView, out: Outbound, private_metadata: str) -> dict[str, Any]:
    """Sending it is the click that counts; who may is judged again then."""
    ask: Block = {
        "type": "input",
        "block_id": "reason",
        "label": plain("Why can it not wait? The audit channel reads it, and whoever reviews it.", 200),
        "element": {
            "type": "plain_text_input", "action_id": "text", "multiline": True, "min_length": LEAST, "max_length": 500,
        },
    }  # fmt: skip
    what = f"*{out.mrkdwn(view.title, 200)}* on {out.mrkdwn(str(view.target), 300)}"
    intro = section(
        f":rotating_light: {what}\nIt runs at once, without the approvals that are missing and in a freeze, too. "
        "Everything else holds: it is checked once more, verified, and rolled back when it does not hold."
    )
    return modal(
        GLASS_TITLE,
        [intro, ask],
        submit=plain("Run it now", limits.MODAL_TITLE),
        callback_id=GLASS_VIEW,
        private_metadata=private_metadata[: limits.PRIVATE_METADATA],
    )


def details(view: PlanView, out: Outbound) -> dict[str, Any]:
    headline, rest = words_of(view)
    blocks = [section(f"*{out.mrkdwn(headline)}*\n{out.mrkdwn(rest, 2_500)}")]
    if not view.altered:
        blocks += _facts(view, out)
    return modal(DETAILS_TITLE, blocks)


def _facts(view: PlanView, out: Outbound) -> list[Block]:
    rule = f"{view.approvals_needed} with {view.approve_permission}"
    rule += f", not {view.requester}" if view.not_requester else ""
    lines = [
        f"plan {view.id}",
        f"sealed as {view.hash}",
        f"action {view.action}",
        *(f"  {key} = {value}" for key, value in view.args.items()),
        f"target {view.target} uid {view.target.uid} generation {view.target.generation}",
        f"environment {view.environment}, risk {view.risk}",
        f"asked by {view.requester} ({view.requester_id}): {view.reason}",
        f"approvals {view.approvals_given} of {rule}",
        *(f"  {v.at} {v.name} {v.decision} {v.reason}".rstrip() for v in view.votes),
        f"success means {view.criterion} within {view.deadline_s:.0f} s",
        *([f"saves {view.saving}"] if view.saving else []),
        *([f"costs {view.costs}"] if view.costs else []),
        f"undo: {view.undo}",
        f"dry run: {view.dry_run}",
        f"managed by: {view.ownership.detail}",
    ]
    changes = [f"{c.path}: {c.before or '(unset)'} -> {c.after or '(unset)'}" for c in view.changes]
    history = [f"{at[11:19]} {text}" for at, text in view.history]
    blocks = [code_block(out.plain("\n".join(lines), RAW_PART))]
    for title, items in (("Every field", changes), ("What happened", history)):
        if items:
            blocks += [section(f"*{title}*"), *_code(out.plain("\n".join(items)))]
    return blocks


def raw_result(title: str, text: str, out: Outbound) -> dict[str, Any]:
    """Text that others wrote, shown as it is to whoever asked for it; it has passed redaction when it was kept."""
    shown = out.plain(text)
    parts = _code(shown)
    note = f"{len(shown)} characters"
    if len(shown) > RAW_PART * RAW_PARTS:
        note += f", the first {RAW_PART * RAW_PARTS} shown"
    return modal(RAW_TITLE, [context(f"{out.mrkdwn(title, 300)}: {note}"), *parts])


def _code(text: str) -> list[Block]:
    parts = [text[at : at + RAW_PART] for at in range(0, len(text), RAW_PART)][:RAW_PARTS]
    return [code_block(part) for part in parts or [" "]]
