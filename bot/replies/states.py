"""The state of a plan in words: what happened, whether anything was changed, what comes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from agents.changes.requests import PlanView
from bot.replies.text import duration

NOTHING = "Nothing was changed."
Words = Callable[[PlanView], tuple[str, str]]  # headline, the rest of the sentence


def words_of(view: PlanView) -> tuple[str, str]:
    """A headline and what a person must know beside it. Plain text, not yet safe for Slack."""
    if view.altered:
        return "Void", f"The stored plan is not the one that was sealed: {view.detail}. It can never run."
    return _STATES[view.state](view)


def approvers(view: PlanView) -> str:
    said = {
        "approve": "{}",
        "break_glass": "{} (broke the glass)",
        "on_call": "{} (alone, on duty in an incident)",
    }
    names = [said[v.decision].format(v.name) for v in view.votes if v.decision in said]
    return _joined(names, "and") or "nobody"


def taken_over(view: PlanView) -> str:
    """What a crash in the middle meant: the intent row and the target tell that the write went out once."""
    if not inherited(view):
        return ""
    return " The process that ran it died: taken over by another one, written once, 0 repeated."


def inherited(view: PlanView) -> str:
    """The same before it is known how often it was written."""
    if not any(text == "taken over" for _, text in view.history):
        return ""
    return " The process that ran it died: taken over by another one."


def _pending(view: PlanView) -> tuple[str, str]:
    left = max(1, view.approvals_needed - view.approvals_given)
    people = "1 person" if left == 1 else f"{left} people"
    who = f" who may: {_joined(view.who_may, 'or')}" if view.who_may else f" with {view.approve_permission}"
    other = f", not {view.requester} who asked for it" if view.not_requester else ""
    given = f" {approvers(view)} approved already." if view.approvals_given else ""
    return "Pending", f"{people} must approve{who}{other}.{given} {NOTHING}"


def _approved(view: PlanView) -> tuple[str, str]:
    return f"Approved by {approvers(view)}", "It starts now."


def _executing(view: PlanView) -> tuple[str, str]:
    step = view.progress or "checking the target once more before the write"
    return "Running", f"Approved by {approvers(view)}. Applying: {step}.{inherited(view)}"


def _verifying(view: PlanView) -> tuple[str, str]:
    step = view.progress or "reading the target"
    back = step.startswith(("rolling back", "roll-back"))
    doing = "The change did not hold" if back else "Verifying"
    return (
        "Rolling back" if back else "Running",
        f"Approved by {approvers(view)}. {doing}: {step}.{inherited(view)}",
    )


def _succeeded(view: PlanView) -> tuple[str, str]:
    proof = _sentence(view.detail or view.criterion)
    return f"Succeeded{_in(view)}", f"Approved by {approvers(view)}. {proof}{taken_over(view)}"


def _rolled_back(view: PlanView) -> tuple[str, str]:
    return (
        f"Rolled back{_in(view)}",
        f"Approved by {approvers(view)}. {_sentence(view.detail)} It is as it was before.{inherited(view)}",
    )


def _rollback_failed(view: PlanView) -> tuple[str, str]:
    return "Roll-back failed", f"{_sentence(view.detail)} The target was changed and is not as before."


def _failed(view: PlanView) -> tuple[str, str]:
    changed = "" if "nothing" in view.detail.lower() else " Look at the target: it may have been changed."
    return (
        f"Failed{_in(view)}",
        f"Approved by {approvers(view)}. {_sentence(view.detail)}{changed}{inherited(view)}",
    )


def _unknown(view: PlanView) -> tuple[str, str]:
    return (
        "Unknown",
        f"{_sentence(view.detail)} The change was sent; nobody could read whether it holds. Look at the target.",
    )


def _void(view: PlanView) -> tuple[str, str]:
    return "Void", f"{_sentence(view.detail)} {NOTHING} Ask for it again."


def _expired(view: PlanView) -> tuple[str, str]:
    given = f"{view.approvals_given} of {max(1, view.approvals_needed)}"
    return "Expired", f"{given} approvals came in time. {NOTHING} Ask for it again."


def _rejected(view: PlanView) -> tuple[str, str]:
    return "Rejected", f"{_sentence(view.detail)} {NOTHING}"


def _cancelled(view: PlanView) -> tuple[str, str]:
    return "Cancelled", f"{_sentence(view.detail)} {NOTHING}"


def _superseded(view: PlanView) -> tuple[str, str]:
    return "Superseded", f"A newer plan for {view.target} took its place. {NOTHING}"


_STATES: Mapping[str, Words] = {
    "pending": _pending,
    "approved": _approved,
    "executing": _executing,
    "verifying": _verifying,
    "succeeded": _succeeded,
    "rolled_back": _rolled_back,
    "rollback_failed": _rollback_failed,
    "failed": _failed,
    "unknown": _unknown,
    "void": _void,
    "expired": _expired,
    "rejected": _rejected,
    "cancelled": _cancelled,
    "superseded": _superseded,
}
SETTLED = frozenset(_STATES) - {"pending", "approved", "executing", "verifying"}
MARKS: Mapping[str, str] = {
    "pending": ":hourglass_flowing_sand:",
    "approved": ":arrow_forward:",
    "executing": ":gear:",
    "verifying": ":mag:",
    "succeeded": ":white_check_mark:",
    "rolled_back": ":leftwards_arrow_with_hook:",
    "rollback_failed": ":rotating_light:",
    "failed": ":x:",
    "unknown": ":grey_question:",
}
OTHER_MARK = ":no_entry_sign:"


def _in(view: PlanView) -> str:
    return f" in {duration(view.elapsed_s)}" if view.elapsed_s is not None else ""


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _joined(names: Sequence[str], by: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {by} {names[-1]}" if names else ""
