"""What a detector says itself, once: that it cannot look, and that it can again. What it finds is an incident's card."""

from __future__ import annotations

from agents.policy.detecting import DetectorPart
from bot.replies.blocks import Message, context, section
from bot.replies.text import Outbound


def blind(part: DetectorPart, why: str, out: Outbound) -> Message:
    text = (
        f"*Detector {out.mrkdwn(part.name)}*: I cannot look ({out.mrkdwn(why, 400)}). I keep trying and say it once; "
        "whether anything is unusual meanwhile I do not know. Nothing was changed."
    )
    return _message(text)


def seeing(part: DetectorPart, out: Outbound) -> Message:
    return _message(f"*Detector {out.mrkdwn(part.name)}*: I can look again.")


def _message(text: str) -> Message:
    return Message(text, (section(text), context("It reads as `system:triage`; `detectors` shows them all.")))
