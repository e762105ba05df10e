"""Short messages that lean on the thread: "why?", "and its logs?", "same for payments", "yes", "do it again"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from agents.planner.facts import LastRead
from agents.planner.intents import score
from agents.planner.playbooks import IS_PROBLEM, PLAYBOOKS, WHY_FAILING
from agents.planner.reading import Reading
from agents.planner.route import Kind, Route, Topic
from agents.planner.speech import Act

_YES = re.compile(
    r"^(?:yes|yeah|yep|yup|sure|okay|do (?:it|that|so)|go(?: ahead| for it| on)?|please do(?: it| that)?|proceed|make it so|let us do (?:it|that)|please go ahead|continue|confirmed?|agreed|sounds good|run it|please|execute(?: it)?|apply(?: it)?|and do it|ja|si|oui)\b[\s,!.]*(?:please|then|now|with (?:it|that)|do (?:it|that)|go ahead|ahead|thanks|proceed|you can)?[\s,!.]*(?:please|now)?[\s!.]*$"
)
_AGAIN = re.compile(
    r"^(?:and |please |now |can you |could you |okay )*(?:(?:do|run|try|check|show|repeat|ask|look|restart|scale)?\s*(?:it|that|this|the same)?\s*(?:again|once more|one more time)|repeat(?: that| it)?|retry(?: it| that)?|re-?run(?: it| that)?|re-?check|same again|refresh|update|any (?:change|news|update)s?|and now|now|what about now|still|is it still (?:failing|down|slow|broken|happening|bad|like that))[\s?!.]*$"
)
_SAME = re.compile(
    r"^(?:and |now |please |then |so |okay |also |or )*(?:(?:do |show |check |run |give )?(?:me )?(?:the )?same(?: thing| question| check)? (?:for|with|on|in|of|about)|(?:and |or )?(?:what|how) about|and(?: for| in| on| of)?|now(?: for)?|for|in|what of|also(?: for)?|compare (?:it )?(?:with|to)|on|or)\b\s*(?P<rest>.{1,60}?)(?: too| as well| also| instead| please| then)*[\s?!.]*$"
)
_SUSPECT = re.compile(
    r"^(?:the |our |its )?(?P<word>database|db|cache|network|rollout|release|deployment)[\s?!.]*$"
)
_WHY = re.compile(
    r"^(?:and |but |so |okay |tell me |explain )*(?:why|how come|what for|explain|the reason|what is the (?:reason|cause))(?: is (?:that|this|it)(?: so)?| so| though| exactly| not| does (?:it|that) happen| did (?:it|that) happen| that)?[\s?!.]*$"
)
_MORE = re.compile(
    r"^(?:and |please |show |give |tell |me |can you |could you )*(?:more|details?|the details|more details|the rest|everything|all of (?:it|them)|go on|what else|anything else|expand|elaborate|deeper)[\s?!.]*$"
)
_FIX = re.compile(
    r"^(?:and |so |then |okay |now |please |can you |could you |go ahead and |just )*(?:fix (?:it|this|that)|solve (?:it|this|that)|repair (?:it|this)|make it (?:work|stop|healthy)|help|do something(?: about it)?|(?:what|how) (?:can|should|do|shall|could) (?:we|i|you) (?:do(?: now| about (?:it|that|this))?|fix (?:it|this|that))|what (?:now|next)|how (?:to|can i|do i|can we|do we) fix (?:it|this|that)|what do you (?:suggest|recommend|propose|advise)|next steps?|any (?:suggestions?|advice|idea|ideas))[\s?!.]*$"
)


def approves_pending(reading: Reading) -> bool:
    """A bare "yes, go ahead" while a plan of this thread waits for clicks."""
    plan = reading.context.facts.plan
    return bool(
        plan
        and plan.state in {"pending", "approved"}
        and _YES.match(reading.norm)
        and reading.norm not in {"okay", "please"}
    )


def reply(reading: Reading) -> Route | None:
    """Answers to what the bot said last: yes, again, fix it."""
    facts, norm = reading.context.facts, reading.norm
    if _YES.match(norm):
        return _accept(reading)
    if _FIX.match(norm) and (facts.suggested or facts.finding or facts.focus):
        return _fix(reading)
    if _AGAIN.match(norm):
        return _again(reading)
    return None


def short(reading: Reading) -> Route | None:
    """Questions that are only complete together with the last one."""
    norm = reading.norm
    last = reading.context.facts.read
    if _WHY.match(norm):
        return _why(reading)
    if last is None:
        return None
    if _MORE.match(norm):
        return _from_last(last, {}, 0.75)
    if match := _SAME.match(norm):
        return _same(reading, last, match["rest"])
    if (
        reading.words <= 8
        and not reading.found.specific
        and (reading.window or reading.found.namespace)
        and not score(norm)
    ):
        return _from_last(last, _moved(reading), 0.85)
    return None


def _accept(reading: Reading) -> Route | None:
    suggested = reading.context.facts.suggested
    if not suggested:
        return Route(
            Kind.CLARIFY,
            confidence=0.3,
            ask="Yes to what? Tell me what you would like to know or to propose.",
        )
    from agents.planner.router import route  # the suggestion is a text like any other; a cycle by nature

    facts = reading.context.facts.knows(suggested="")
    return route(suggested, replace(reading.context, facts=facts))


def _fix(reading: Reading) -> Route:
    facts = reading.context.facts
    words = facts.suggested or (facts.finding.suggested if facts.finding else "")
    name = facts.focus.label if facts.focus else ""
    options = (words,) if words else (f"why is {name} failing?", f"roll back {name}", f"restart {name}")
    ask = f"I can propose this: {words}." if words else f"What shall I propose for {name}?"
    return Route(Kind.CLARIFY, confidence=0.6, ask=ask, options=options)


def _again(reading: Reading) -> Route | None:
    facts = reading.context.facts
    if reading.speech.act is Act.ORDER and reading.speech.changes:
        return None  # "restart it again" is an order of its own
    wants_action = re.search(r"\b(?:do|try|run)\b", reading.norm)
    if facts.plan and (wants_action or facts.read is None):
        plan = facts.plan
        return Route(Kind.CHANGE, tool=plan.action, args=plan.args, tools=(plan.action,), confidence=0.85)
    return _from_last(facts.read, {}, 0.85) if facts.read else None


def _why(reading: Reading) -> Route | None:
    focus = reading.context.facts.focus
    if focus is None:
        return None
    return Route(
        Kind.PLAYBOOK,
        tool=PLAYBOOKS[WHY_FAILING][0],
        args={**focus.where()},
        tools=PLAYBOOKS[WHY_FAILING],
        confidence=0.8,
        playbook=WHY_FAILING,
    )


def _same(reading: Reading, last: LastRead, rest: str) -> Route | None:
    """The last question for another target, unless the text asks a question of its own."""
    found, focus = reading.found, reading.context.facts.focus
    if focus and not found.specific and (suspect := _SUSPECT.match(rest)):
        args, tools = {**focus.where(), "suspect": suspect["word"]}, PLAYBOOKS[IS_PROBLEM]
        return Route(
            Kind.PLAYBOOK, tool=tools[0], args=args, tools=tools, confidence=0.8, playbook=IS_PROBLEM
        )
    if score(rest) and max(score(rest).values()) >= 2.5 and not _only_names(reading, rest):
        return None
    if len(found.services) > 1 or (found.near and not found.specific):
        return None
    moved = _moved(reading)
    if not moved and (word := _bare_name(rest, reading)):
        moved = {"service": word}
    return _from_last(last, moved, 0.88) if moved else None


def _only_names(reading: Reading, rest: str) -> bool:
    left = [
        word
        for word in re.findall(r"[\w.-]+", rest)
        if word not in reading.found.spans
        and word not in {"the", "in", "service", "namespace", "last", "for"}
    ]
    return not left


def _bare_name(rest: str, reading: Reading) -> str:
    word = rest.strip().split()[-1] if rest.strip() else ""
    return word if re.fullmatch(r"[a-z][a-z0-9-]{2,40}", word) and word in reading.found.spans else ""


def _moved(reading: Reading) -> dict[str, Any]:
    """The target and time that this text names, as changes to the last arguments."""
    return {**reading.found.where(), **reading.window.as_args()}


def _from_last(last: LastRead, moved: dict[str, Any], confidence: float) -> Route:
    args = dict(last.args)
    if "service" in moved or "name" in moved:
        for key in ("service", "name", "kind", "container"):
            args.pop(key, None)
    args |= moved
    if last.kind == "playbook":
        tools = PLAYBOOKS[last.name]
        return Route(
            Kind.PLAYBOOK, tool=tools[0], args=args, tools=tools, confidence=confidence, playbook=last.name
        )
    return Route(Kind.TOOL, tool=last.name, args=args, tools=(last.name,), confidence=confidence)


def unknown() -> Route:
    return Route(Kind.NONE, topic=Topic.OUTSIDE, confidence=0.3)
