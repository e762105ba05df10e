"""A question about a plan: the window, open at once and filled a moment later, and what its thread then reads."""

from __future__ import annotations

from typing import Any, Final

from agents.changes.requests import PlanView
from bot.replies import limits
from bot.replies.blocks import Block, Message, context, modal, plain, section
from bot.replies.card import DIFF_LINES, diff_of
from bot.replies.states import words_of
from bot.replies.text import Outbound, mention

QUESTION_VIEW: Final = "plan_question"
LONGEST: Final = 1_000
ASK_TITLE: Final = "Ask about the plan"


def form(view: PlanView, out: Outbound, private_metadata: str) -> dict[str, Any]:
    """What is asked about, who may approve it, and room for the question."""
    headline, rest = words_of(view)
    who = ", ".join(view.who_may) or f"anyone with {view.approve_permission}"
    blocks: list[Block] = [
        section(f"*{out.mrkdwn(view.title, 200)}* on {out.mrkdwn(str(view.target), 300)}\n{out.mrkdwn(headline)}. {out.mrkdwn(rest, 600)}"),
        *diff_of(view.changes, "Before and after", out),
        section(f"*Why*\n{out.mrkdwn(view.reason or 'No reason was given.', 1_000)}"),
        section(f"*Dry run*\n{out.mrkdwn(view.dry_run or 'None.', 1_000)}\n*May approve*\n{out.mrkdwn(f'{view.approvals_needed} of: {who}', 1_000)}"),
        {
            "type": "input",
            "block_id": "question",
            "label": plain("Your question. The thread of the plan reads it with your name.", 200),
            "element": {
                "type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": LONGEST,
            },
        },
        context(f"`{out.mrkdwn(view.id)}`: asking approves nothing and stops nothing; the first {DIFF_LINES} changes are shown."),
    ]  # fmt: skip
    return modal(
        ASK_TITLE,
        blocks,
        submit=plain("Ask", limits.MODAL_TITLE),
        callback_id=QUESTION_VIEW,
        private_metadata=private_metadata[: limits.PRIVATE_METADATA],
    )


def asked(asker: str, view: PlanView, question: str, out: Outbound) -> Message:
    """In the thread, for whoever asked for the change. The words are a person's: quoted, and nothing in them is live."""
    whom = _person(view.requester_id, asker) or out.mrkdwn(view.requester, 80)
    words = out.mrkdwn(question, LONGEST + 200).replace("\n", "\n> ")
    head = f"{mention(asker)} asks {whom} about *{out.mrkdwn(view.title, 200)}* (`{out.mrkdwn(view.id)}`):"
    text = f"{head}\n> {words}"
    note = "The plan is as it was: a question is no vote. Answer here; approve or reject on the card."
    return Message(f"{text}\n{note}", (section(text), context(note)))


def _person(principal: str, asker: str) -> str:
    """Mentioned where it is a person of Slack other than who asks."""
    user = principal.partition(":")[2]
    try:
        return mention(user) if user != asker else ""
    except ValueError:
        return ""
