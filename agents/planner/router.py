"""Free text to a route. The order of the steps is the order of caution: authority first, then refusals, then orders, then questions."""

from __future__ import annotations

from dataclasses import replace

from agents.planner import changing, follow, runbook, speech, talk, unnamed
from agents.planner.asking import question
from agents.planner.cloud import about_cloud
from agents.planner.left import left_out
from agents.planner.lookups import lookup
from agents.planner.pasted.line import mentions
from agents.planner.pasted.reading import pasted
from agents.planner.reading import Reading, read
from agents.planner.route import Context, Kind, Route, Topic
from agents.planner.saying import order as saying
from agents.planner.speech import Act
from agents.planner.watching import watching

REPORTED = "I read what something or somebody else says, but no order of yours. Say it in your own words if you want it proposed."


def route(text: str, context: Context) -> Route:
    """Where `text` leads, given what this thread and this channel know. Pure: the same words, the same route."""
    if (command := pasted(text)) is not None:
        return command
    reading = read(text, context)
    if (found := _authority(reading) or runbook.order(reading) or saying.order(reading)) is None:
        found = _routed(reading)
    elif found.kind is Kind.CHANGE and not mentions(text) and not speech.reports(reading.norm):
        return found  # such an order was read to its end, and says itself what is left of it
    if found.kind is Kind.CHANGE and mentions(text):
        return _quoted(found)
    if found.kind is Kind.CHANGE and speech.reports(reading.norm):
        return replace(_quoted(found), ask=REPORTED)
    left = left_out(reading, found)
    return unnamed.otherwise(reading, replace(found, left=left) if left else found)


def _quoted(found: Route) -> Route:
    """Words about a command line, or of somebody else with one in them, are no order to do it."""
    ask = (
        "I read a command line in your message, but no order of yours. Send it alone if you want it proposed."
    )
    return Route(Kind.CLARIFY, topic=Topic.QUOTED, args=found.args, confidence=0.6, ask=ask)


def _routed(reading: Reading) -> Route:
    for step in (
        watching,
        lookup,
        about_cloud,
        talk.small_talk,
        _forbidden,
        follow.reply,
        _order,
        _unsupported,
        _how,
        follow.short,
    ):
        if (found := step(reading)) is not None:
            return found
    return question(reading)


def _authority(reading: Reading) -> Route | None:
    """Typed approvals and orders to the bot itself never do anything, whatever else the text says."""
    if speech.injects(reading.norm):
        return Route(Kind.NONE, topic=Topic.INJECTION, confidence=0.9)
    if speech.claims_approval(reading.norm):
        return Route(Kind.NONE, topic=Topic.APPROVAL, confidence=0.95)
    if follow.approves_pending(reading):
        return Route(Kind.NONE, topic=Topic.APPROVAL, confidence=0.9)
    return None


def _forbidden(reading: Reading) -> Route | None:
    """A change that is forbidden is not proposed; what else the text asks is answered."""
    if reading.speech.act is not Act.FORBID:
        return None
    rest = reading.speech.rest
    if len(rest.split()) >= 2:
        answer = question(read(rest, reading.context))
        if answer.kind in {Kind.TOOL, Kind.PLAYBOOK, Kind.CLARIFY} and answer.confidence >= 0.5:
            return answer
    return Route(Kind.NONE, topic=Topic.DECLINED, confidence=0.85)


def _order(reading: Reading) -> Route | None:
    return changing.order(reading) if reading.speech.act is Act.ORDER else None


def _unsupported(reading: Reading) -> Route | None:
    if speech.unsupported_change(reading.norm):
        return Route(Kind.NONE, topic=Topic.UNSUPPORTED, confidence=0.8)
    return None


def _how(reading: Reading) -> Route | None:
    return changing.instead_of_order(reading) if reading.speech.act is Act.HOW else None
