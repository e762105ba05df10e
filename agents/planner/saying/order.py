"""An order to one of the registered actions, as a route. What is missing is asked, what cannot be followed is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from rapidfuzz.distance import OSA

from agents.planner import entities, things
from agents.planner.english import ENGLISH
from agents.planner.names import Catalog
from agents.planner.reading import Reading
from agents.planner.route import Kind, Route, Topic
from agents.planner.saying.matching import Said, index, said
from agents.planner.saying.templates import Template
from agents.planner.saying.values import PRONOUNS, WORKLOAD, fields_of, is_no_name, unquoted, value_of
from agents.planner.vocabulary import COMMON
from tools.plan import Action
from tools.registry import ACTIONS

_WHAT = {"": "what to change", WORKLOAD: "the service or the workload"}
SURE, GUESSED = 0.95, 0.8
ASKED = 0.5
NEARLY = 4  # letters of a word that may be mistyped
_KINDED = re.compile(
    rf"(?P<kind>{'|'.join(sorted(entities.KINDS, key=len, reverse=True))})(?:\s+|/)(?P<name>\S+)"
)
_AFTER = re.compile(
    rf"(?P<name>\S+)\s+(?P<kind>{'|'.join(sorted(entities.KINDS, key=len, reverse=True))}|app|application|workload)"
)
CLAUSES = re.compile(r"\s*[;.!?]+\s+|,?\s+(?:and\s+then|and\s+also|and|then|also|plus)\s+", re.IGNORECASE)
_STATES = re.compile(
    r"\b(?:is|are|was|were|has|have|had|looks?|seems?|keeps?|needs?|failed|fails|crash\w*|thanks?|thank you|please)\b(?!.*\?)"
)
_IMAGE = re.compile(r"[:/]")  # "latest" and "1.4.2" are no images but tags of one
_NOT = re.compile(r"^(?:please\s+)?(?:do\s+not|dont|never|no\s+need\s+to)\s+(?:please\s+)?(?P<rest>.+)$")


@dataclass(frozen=True, slots=True)
class Named:
    """What an argument's words name. `near` are names that may have been meant."""

    args: dict[str, Any]
    near: tuple[str, ...] = ()
    sure: bool = True


def order(reading: Reading, actions: Sequence[Action[Any]] = ACTIONS) -> Route | None:
    """The route of a text that orders what an action's own sentences say; None for any other text."""
    meant = said(reading.raw, reading.norm, actions, reading.context.catalog)
    if not meant:
        return _forbidden(reading, actions) or _mistyped(reading, actions)
    if len(meant) > 1:
        return _which(meant)
    return _completed(reading, meant[0])


def _mistyped(reading: Reading, actions: Sequence[Action[Any]]) -> Route | None:
    """A first word that is nearly one of an order: asked, never taken for it."""
    word, space, rest = reading.raw.partition(" ")
    near = next(
        (
            known
            for known in index(tuple(actions))
            if len(known) > NEARLY and OSA.distance(word.lower(), known) == 1
        ),
        "",
    )
    if not near or not space or word.lower() in ENGLISH | COMMON:
        return None
    mended = f"{near} {rest}"
    found = said(mended, mended.lower(), actions, reading.context.catalog)
    if len(found) != 1 or found[0].missing or found[0].tail.unread:
        return None
    name = found[0].action.name
    ask = f"Did you mean “{mended}”?"
    return Route(Kind.CLARIFY, tool=name, tools=(name,), confidence=ASKED, ask=ask, options=(mended,))


def _completed(reading: Reading, found: Said) -> Route | None:
    if found.tail.unread and not (found.missing and len(found.tail.unread.split()) == 1):
        return _unread(found)
    args: dict[str, Any] = {k: v for k, v in found.tail.places.items() if k in fields_of(found.action)}
    sure = SURE
    for name, words in found.values.items():
        named = _named(reading, found.action, name, words, args)
        if named is None:
            return _ask(found.action, name, args)
        if named.near:
            return _meant(reading, found.action, words, named.near)
        args |= named.args
        sure = sure if named.sure else GUESSED
    return _ask(found.action, found.missing[0], args) if found.missing else _checked(found, args, sure)


def _forbidden(reading: Reading, actions: Sequence[Action[Any]]) -> Route | None:
    match = _NOT.match(reading.norm)
    if match is None or not said(match["rest"], match["rest"], actions, reading.context.catalog):
        return None
    return Route(Kind.NONE, topic=Topic.DECLINED, confidence=0.85)


def _named(
    reading: Reading, action: Action[Any], name: str, words: str, args: dict[str, Any]
) -> Named | None:
    if unquoted(words).lower() in PRONOUNS:
        return _before(reading, action, name)
    if name == WORKLOAD and WORKLOAD not in fields_of(action):
        return _workload(words, action, reading.context.catalog, args)
    value = value_of(action, name, words)
    if value is None or (name == "image" and not _IMAGE.search(words)):
        return None
    if name == "name":
        return _object(str(value), action, reading.context.catalog)
    return Named({name: value})


def _object(word: str, action: Action[Any], catalog: Catalog) -> Named | None:
    """`pod/checkout-abc`, `shop/checkout-abc`, or a name alone; a service is none of its pods."""
    left, slash, name = word.lower().partition("/")
    if action.name.startswith("pod_") and catalog.find(name or left, "service"):
        return None
    if not slash:
        return Named({"name": left})
    if left in entities.KINDS or "namespace" not in fields_of(action):
        return Named({"name": name})
    return Named({"name": name, "namespace": left})


def _workload(words: str, action: Action[Any], catalog: Catalog, args: dict[str, Any]) -> Named | None:
    """A service of the map by its name; else a workload where its kind or its namespace is said."""
    takes, low = fields_of(action), unquoted(words).lower()
    match = _KINDED.fullmatch(low) or _AFTER.fullmatch(low)
    kind, name = (entities.KINDS.get(match["kind"], ""), match["name"]) if match else ("", low)
    if is_no_name(name):
        return None
    kind = "" if kind == "service" else kind
    place, _, rest = name.partition("/")
    where = {"namespace": place} if rest else {}
    name = rest or name
    known = catalog.find(name, "service")
    if known and not kind and not where and "service" in takes:
        return Named({"service": known[0].name})
    if kind or where or "namespace" in args or "service" not in takes:
        named = {"name": name, **({"kind": kind} if kind and "kind" in takes else {}), **where}
        return Named(named, sure=bool(kind or where or known))
    near = catalog.guess(name, "service", "workload").names
    if near:
        return Named({}, tuple(item.name for item in near))
    return Named({"service": name}, sure=False)


def _before(reading: Reading, action: Action[Any], name: str) -> Named | None:
    """What "it" stands for: the last plan's object, what the thread is about, or what an answer named in the cloud."""
    facts, takes = reading.context.facts, fields_of(action)
    if facts.plan is not None and facts.plan.args.get(name):
        kept = {name, "namespace", "cluster", "compartment", "region"} & set(takes)
        return Named({key: value for key, value in facts.plan.args.items() if key in kept})
    if name == "metric" and facts.read is not None and facts.read.name == "oci_metric":
        return Named(
            {"metric": "cpu", **{key: value for key, value in facts.read.args.items() if key in takes}}
        )
    if name == WORKLOAD and facts.focus is not None and (facts.focus.service or facts.focus.name):
        return Named({key: value for key, value in facts.focus.where().items() if key in takes})
    meant = things.referred(reading.norm, facts) if name == "resource" else ()
    return Named({name: meant[0].name}) if len(meant) == 1 else None


def wishes(text: str) -> Iterable[str]:
    """The clauses of a text that want something; a sentence that only states why is none."""
    for clause in CLAUSES.split(text):
        words = clause.strip(" ,.!?;")
        if words and not _STATES.search(words.lower()):
            yield words


def _others(found: Said) -> tuple[str, ...]:
    """Further names for the order: "node-3 and node-4"."""
    words = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", found.tail.more.strip(" .!?"))
    named = [word for word in words if re.fullmatch(r"(?=.*[-\d])[\w][\w./:-]*", word)]
    return tuple(named) if len(named) == len(words) else ()


def _one(found: Said, others: tuple[str, ...]) -> Route:
    name, last = found.action.name, list(found.values.values())[-1]
    options = tuple(found.head.replace(last, each) for each in (last, *others))
    ask = f"One at a time, please: {', '.join((last, *others))}?"
    return Route(Kind.CLARIFY, tool=name, tools=(name,), confidence=ASKED, ask=ask, options=options)


def sentence(action: Action[Any], values: Mapping[str, str]) -> str:
    """Words that would order this, or the action's own example where it brings no sentences."""
    for text in action.says:
        template = Template(text, str)
        if set(template.slots) <= set(values):
            return template.filled(values)
    return next(iter(action.examples), action.name.replace("_", " "))


def _which(meant: tuple[Said, ...]) -> Route:
    """Words that several actions understand."""
    names = tuple(each.action.name for each in meant)
    options = tuple(sentence(each.action, each.values) for each in meant)
    return Route(
        Kind.CLARIFY,
        tool=names[0],
        tools=names,
        confidence=ASKED,
        ask="Which of these do you mean?",
        options=options,
    )


def _checked(found: Said, args: dict[str, Any], sure: float) -> Route:
    """An order with all that its action needs; or the question for what it lacks."""
    try:
        found.action.args.model_validate(args)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else next(iter(found.missing), "")
        problem = (
            ""
            if first["type"] == "missing" or not first["loc"]
            else str(first["msg"]).removeprefix("Value error, ")
        )
        return _ask(found.action, field, args, problem)
    if found.tail.more and (others := _others(found)):
        return _one(found, others)
    name, left = found.action.name, tuple(wishes(found.tail.more))
    return Route(Kind.CHANGE, tool=name, args=args, tools=(name,), confidence=sure, left=left)


def _ask(action: Action[Any], field: str, args: dict[str, Any], problem: str = "") -> Route:
    info = fields_of(action).get(field)
    label, told = _WHAT.get(field, field.replace("_", " ")), info.description if info else ""
    what = told if told and label.split()[-1] in told else f"{label} ({told})" if told else label
    example = f" For example: {action.examples[0]}." if action.examples else ""
    ask = f"{problem[:1].upper()}{problem[1:].rstrip('.')}." if problem else f"One thing is missing: {what}."
    return Route(
        Kind.CLARIFY, tool=action.name, args=args, tools=(action.name,), confidence=ASKED, ask=ask + example
    )


def _unread(found: Said) -> Route:
    """Words that may change what is meant are not passed over: the rest is offered without them."""
    name, unread = found.action.name, found.tail.unread[:80]
    options: tuple[str, ...] = ()
    if found.missing:
        example = f" For example: {found.action.examples[0]}." if found.action.examples else ""
        ask = f"I cannot follow “{unread}” in that.{example}"
    else:
        ask = f"I can propose “{found.head}”, but not “{unread}”. Send it without that if you mean it so."
        options = (found.head,)
    return Route(Kind.CLARIFY, tool=name, tools=(name,), confidence=ASKED, ask=ask, options=options)


def _meant(reading: Reading, action: Action[Any], words: str, near: tuple[str, ...]) -> Route:
    ask = f"Did you mean {near[0]}?" if len(near) == 1 else f"I know no “{words}”. Which one do you mean?"
    options = tuple(reading.raw.replace(words, name, 1) for name in near)
    return Route(
        Kind.CLARIFY, tool=action.name, tools=(action.name,), confidence=ASKED, ask=ask, options=options
    )
