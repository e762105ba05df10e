"""The plan card, rendered by code from the stored row and nothing else: what is shown is what was sealed.

Buttons carry the plan id alone. Whoever clicks is authorised again; the card only says who may.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from agents.changes.requests import PlanView
from bot.replies import limits
from bot.replies.blocks import (
    Block,
    Element,
    Message,
    actions,
    button,
    code_block,
    confirm,
    context,
    fields,
    header,
    section,
)
from bot.replies.countdown import countdown, stop_button
from bot.replies.states import MARKS, OTHER_MARK, SETTLED, words_of
from bot.replies.text import Outbound, cut, moment
from tools.plan import FieldChange, Target

APPROVE, REJECT, DETAILS = "plan_approve", "plan_reject", "plan_details"
CANCEL, UNDO = "plan_cancel", "plan_undo"
BREAK = "plan_break_glass"
ASK = "plan_ask"
DIFF_LINES = 20
WARNINGS = 6
FALLBACK = 3_900  # Slack takes 4,000 in an edit
UNAUDITED = "the outcome is not in the audit yet; it is kept on disk and follows"


def card(view: PlanView, out: Outbound, *, buttons: bool = True) -> Message:
    blocks = [
        header(out.plain(view.title, limits.HEADER_TEXT)),
        section(_status(view, out)),
        *_body(view, out),
        *([] if not buttons else _buttons(view, out)),
        context(_footer(view, out)),
    ]
    return Message(text=out.mrkdwn(spoken(view), FALLBACK), blocks=tuple(blocks))


def spoken(view: PlanView) -> str:
    """The card as sentences, complete for those who hear it or read a notification."""
    headline, rest = words_of(view)
    if view.altered:
        return f"Plan {view.id}. {headline}: {view.title}. {rest}"
    what = f"{headline}: {view.title}. {rest}".rstrip(".")
    until = f"expires {view.expires_at[:16].replace('T', ' ')} UTC" if view.state == "pending" else ""
    diff = _spoken_diff(view.changes)
    numbers = "; ".join(f"{n}: {b or 'unknown'} before, {a} after" for n, b, a in view.before_after if a)
    facts = [f"Target {view.target}, {_where(view.target)}", f"environment {view.environment} and risk {view.risk}", f"asked by {view.requester}: {view.reason}"]  # fmt: skip
    facts += [until] if until else []
    facts += [f"saves {view.saving}"] if view.saving else []
    facts += [f"costs {view.costs}"] if view.costs else []
    facts += [f"step {s.number} {s.name}: {s.title}, {s.state or 'waits'}" for s in view.steps]
    more = [f"Changes {diff}" if diff else "", f"Measured {numbers}" if numbers else ""]
    told = [what, ", ".join(facts), *_spoken_warnings(view), *_spoken_rest(view), *more]
    return " ".join(f"{part.rstrip('. ')}." for part in told if part) + f" Plan {view.id}."


def _spoken_diff(changes: Sequence[FieldChange]) -> str:
    return "; ".join(f"{c.path} from {c.before or 'unset'} to {c.after or 'unset'}" for c in changes[:DIFF_LINES])  # fmt: skip


def _spoken_warnings(view: PlanView) -> list[str]:
    """What must not be missed comes before the lists."""
    told = [f"Warning: {text}" for text in view.warnings[:WARNINGS]]
    told += [f"Argument came from: {o.came_from}, not from {view.requester}: {o.argument} = {o.value}" for o in view.origins[:WARNINGS]]  # fmt: skip
    told += [f"Warning: {UNAUDITED}"] if view.unaudited else []
    told += [f"What changed since the card was shown: {_spoken_diff(view.drift)}"] if view.drift else []
    told += [f"No undo any more: others have changed it since ({view.undo_gone})"] if view.undo_gone else []
    return told


def _spoken_rest(view: PlanView) -> list[str]:
    """The facts of the card that are not said yet."""
    named = {
        "Touches": view.blast.summary, "Dry run": view.dry_run, "Undo": way_back(view), "Managed by": _owner(view), "May approve": _who_may(view),
        "Action": f"{view.action} {_arguments(view)}", "Success means": view.criterion if view.state != "pending" else "",
    }  # fmt: skip
    told = [f"{name}: {value}" for name, value in named.items() if value]
    if view.advice and view.can_approve:
        told.append(f"A language model's view ({view.advised_by}). Nobody checked it, and it decides nothing: {view.advice}")  # fmt: skip
    return told


def _status(view: PlanView, out: Outbound) -> str:
    headline, rest = words_of(view)
    mark = OTHER_MARK if view.altered else MARKS.get(view.state, OTHER_MARK)
    return f"{mark} *{out.mrkdwn(headline)}*\n{out.mrkdwn(rest)}"


def _body(view: PlanView, out: Outbound) -> list[Block]:
    if view.altered:
        return []
    return [
        *countdown(view, out),
        fields(_facts(view, out)),
        *([section(f"*Saves* {out.mrkdwn(view.saving, 600)}")] if view.saving else []),
        *([section(f"*Costs* {out.mrkdwn(view.costs, 600)}")] if view.costs else []),
        *_steps(view, out),
        *diff_of(view.changes, "Before and after", out),
        *diff_of(view.drift, "What changed since the card was shown", out),
        *_numbers(view, out),
        *_warnings(view, out),
        *_advice(view, out),
        *_undo_gone(view, out),
    ]


def _facts(view: PlanView, out: Outbound) -> Iterable[tuple[str, str]]:
    target, where = view.target, _where(view.target)
    yield "Action", f"`{out.mrkdwn(view.action)}` {out.mrkdwn(_arguments(view), 600)}"
    yield "Target", f"{out.mrkdwn(f'{target.kind} {target.name}')}\n{out.mrkdwn(where)}"
    yield "Environment and risk", out.mrkdwn(f"{view.environment}, {view.risk} risk")
    yield "Touches", out.mrkdwn(view.blast.summary, 600)
    yield "Dry run", out.mrkdwn(view.dry_run, 600)
    yield "Undo", out.mrkdwn(way_back(view), 600)
    yield "Managed by", out.mrkdwn(_owner(view), 600)
    yield "Asked by", out.mrkdwn(f"{view.requester}: {view.reason}", 600)
    yield "May approve", out.mrkdwn(_who_may(view), 600)
    yield (
        ("Success means", out.mrkdwn(view.criterion, 600))
        if view.state != "pending"
        else ("Expires", _time(view.expires_at))
    )


def _where(target: Target) -> str:
    if target.in_namespace:
        return f"cluster {target.cluster}, namespace {target.namespace}"
    return f"compartment {target.compartment}, {target.region}" if target.provider == "oci" else "beside the policy file"  # fmt: skip


def _who_may(view: PlanView) -> str:
    who = ", ".join(view.who_may) or f"anyone with {view.approve_permission}"
    return f"{view.approvals_needed} of: {who}" if view.approvals_needed > 1 else who


def _arguments(view: PlanView) -> str:
    """What the target beside it does not say already."""
    target = view.target
    said = {"cluster": target.cluster, "namespace": target.namespace, "name": target.name}
    said |= {"kind": target.kind.lower(), "service": target.name}
    return ", ".join(f"{key}={value}" for key, value in view.args.items() if said.get(key) != value)


def _owner(view: PlanView) -> str:
    owner = view.ownership
    back = "it would take this change back. " if owner.reverts else ""
    return "; ".join(part for part in (owner.detail, f"{back}{owner.lasting_route}") if part)


def _time(text: str) -> str:
    return moment(datetime.fromisoformat(text))


STEP_MARKS = {"": ":white_circle:", "running": ":mag:", "done": ":white_check_mark:", "failed": ":x:"}
STEP_MARKS |= {
    "rolled back": ":leftwards_arrow_with_hook:",
    "stays": ":warning:",
    "unknown": ":grey_question:",
}


def _steps(view: PlanView, out: Outbound) -> list[Block]:
    """Each step of a runbook with how it stands."""
    if not view.steps:
        return []
    lines = [
        f"{STEP_MARKS.get(step.state, OTHER_MARK)} {step.number} *{out.mrkdwn(step.name, 60)}*: "
        f"{out.mrkdwn(step.title, 160)} ({out.mrkdwn(step.risk)}, {out.mrkdwn(step.state or 'waits')})"
        for step in view.steps
    ]
    return [section("*Steps*\n" + "\n".join(lines))]


def diff_of(changes: Sequence[FieldChange], title: str, out: Outbound) -> list[Block]:
    if not changes:
        return []
    lines = [f"{c.path}: {c.before or '(unset)'} -> {c.after or '(unset)'}" for c in changes[:DIFF_LINES]]
    left = len(changes) - DIFF_LINES
    more = [f"and {left} more fields, see Details"] if left > 0 else []
    return [section(f"*{title}*"), code_block(out.plain("\n".join([*lines, *more]), 2_900))]


def _numbers(view: PlanView, out: Outbound) -> list[Block]:
    measured = [item for item in view.before_after if item[2]] if view.state in SETTLED else []
    if not measured:
        return []
    lines = [f"{name}: {before or 'unknown'} before, {after} after" for name, before, after in measured[:10]]
    return [section("*Measured*\n" + out.mrkdwn("\n".join(lines), 2_000))]


def _warnings(view: PlanView, out: Outbound) -> list[Block]:
    shown = [f":warning: *Warning:* {out.mrkdwn(text, 600)}" for text in view.warnings[:WARNINGS]]
    shown += [
        f":red_circle: *Argument came from: {out.mrkdwn(o.came_from, 100)}*, not from {out.mrkdwn(view.requester, 60)}: "
        f"{out.mrkdwn(f'{o.argument} = {o.value}', 300)}"
        for o in view.origins[:WARNINGS]
    ]
    if view.unaudited:
        shown.append(f":warning: *Warning:* {UNAUDITED}.")
    return [section(text) for text in shown]


def _advice(view: PlanView, out: Outbound) -> list[Block]:
    """Apart from everything that code says, in quotes, with whose it is."""
    if not view.advice or not view.can_approve:
        return []
    whose = f"_A language model's view ({out.mrkdwn(view.advised_by, 100)}). Nobody checked it, and it decides nothing:_"
    return [section(f"{whose}\n> {out.mrkdwn(view.advice, 600)}")]


def _undo_gone(view: PlanView, out: Outbound) -> list[Block]:
    """Why the button that was there is not any more."""
    if not view.undo_gone:
        return []
    text = f"*No undo any more:* others have changed it since ({out.mrkdwn(view.undo_gone, 600)})."
    return [section(text)]


def _buttons(view: PlanView, out: Outbound) -> list[Block]:
    elements: list[Element] = []
    if view.can_approve and not view.altered:
        elements = [approve_button(view, out), button(f"Reject {_object(view, out)}", REJECT, view.id)]
        elements.append(button("Cancel this plan", CANCEL, view.id))
        elements += stop_button(view)
        elements += [break_button(view, out)] if view.who_may_break else []
    if view.can_undo and not view.altered:
        elements.append(button(f"Undo: {out.plain(view.title, 60)}", UNDO, view.id))
    if not view.altered:
        elements.append(button("Show details", DETAILS, view.id))
        elements.append(button("Ask about it", ASK, view.id))
    return [actions(f"plan:{view.id}:{view.state}", elements)] if elements else []


def approve_button(view: PlanView, out: Outbound) -> Element:
    """Verb and object. What destroys is red and asks once more; everything else is plain to press."""
    label = cut(f"Approve: {out.plain(view.title)} ({out.plain(view.environment)})", limits.BUTTON_TEXT)
    if not destructive(view):
        return button(label, APPROVE, view.id, style="primary")
    text = f"{view.blast.summary} {way_back(view) if view.undo_of or view.reversible else 'It cannot be undone.'}"
    ask = confirm(out.plain(view.title, 90), out.plain(text, 290), "Approve")
    return button(label, APPROVE, view.id, style="danger", confirm=ask)


def break_button(view: PlanView, out: Outbound) -> Element:
    """For emergencies: red, asks once more, and then for a reason. Whoever presses it is judged when they do."""
    text = (
        f"It runs now, without the approvals that are missing and in a freeze, too: {view.blast.summary} "
        "You give a reason, the audit channel hears of it, and another person reviews it."
    )
    ask = confirm("Break the glass?", out.plain(text, 290), "Go on")
    return button("Break glass: run without approvals", BREAK, view.id, style="danger", confirm=ask)


def way_back(view: PlanView) -> str:
    """An undo has no undo of its own, and is no step that nobody comes back from: the change can be asked for again."""
    if view.undo_of:
        return f"this takes {view.undo_of} back; to have that again, {view.undo}"
    return view.undo if view.reversible else f"Irreversible: {view.undo}"


def destructive(view: PlanView) -> bool:
    """What takes a service away or cannot be taken back."""
    return not view.reversible or (view.action == "scale" and view.args.get("replicas") == "0")


def _object(view: PlanView, out: Outbound) -> str:
    return out.plain(f"{view.target.name} plan", 60)


def _footer(view: PlanView, out: Outbound) -> str:
    undone = f" undoes `{out.mrkdwn(view.undo_of)}`" if view.undo_of else ""
    seal = f"sealed as `{out.mrkdwn(view.hash[:12])}`" if not view.altered else "not the sealed plan"
    return f"`{out.mrkdwn(view.id)}` {seal}{undone}, thread `{out.mrkdwn(view.correlation or '-')}`"
