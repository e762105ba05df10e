"""Which thing a text is about: named in it, else what the thread is about, else ask."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from agents.planner.entities import Found
from agents.planner.reading import Reading
from agents.planner.route import Kind, Route

_PRONOUN = re.compile(
    r"\b(?:it|its|it's|itself|that|this|them|they|their|there|the (?:same|service|app|application|workload|deployment|pod|pods|rollout|release|deploy))\b"
)
MAX_OPTIONS = 8


@dataclass(frozen=True, slots=True)
class Target:
    """`args` as tools take them. `sure` drops for guesses. A `question` means: ask instead of running."""

    args: dict[str, str] = field(default_factory=dict)
    sure: float = 1.0
    question: str = ""
    options: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def for_read(reading: Reading, *, needed: bool) -> Target:
    """The target of a read; near misses that are beyond doubt are taken with a note, others asked back."""
    found = reading.found
    if len(found.services) > 1:
        return _which_of(reading, found.services)
    if found.near and not found.specific:
        return _did_you_mean(reading, found)
    if found.specific:
        where = {**_around(reading, found), **found.where()}
        return Target(where, 1.0 if found.known else 0.85, notes=found.notes)
    focus = reading.context.facts.focus
    if focus and (needed or refers_back(reading.norm)):
        return Target({**focus.where(), **_place(found)}, 0.9)
    if needed and _scoped(reading):
        return Target({"service": reading.context.scope.service, **_place(found)}, 0.8)
    if needed and not found.namespace:
        return _which_service(reading)
    return Target(_place(found), 0.9 if found.any or not needed else 0.75)


def _around(reading: Reading, found: Found) -> dict[str, str]:
    """Where a pod or workload that is named alone lives: with the known name it starts with, else where the thread is."""
    if not found.name or found.namespace:
        return {}
    known = [
        item
        for item in reading.context.catalog.of_sort("service", "workload")
        if item.namespace
        and any(found.name == word or found.name.startswith(f"{word}-") for word in item.words())
    ]
    best = max(known, key=lambda item: len(item.name), default=None)
    focus = reading.context.facts.focus
    if best is not None:
        return {"namespace": best.namespace, **({"cluster": best.cluster} if best.cluster else {})}
    if focus is not None and focus.namespace:
        return {"namespace": focus.namespace, **({"cluster": focus.cluster} if focus.cluster else {})}
    places = {item.namespace for item in reading.context.catalog.of_sort("service") if item.namespace}
    return {"namespace": places.pop()} if len(places) == 1 else {}


def for_change(reading: Reading) -> Target:
    """The target of a change: only what the person named here or earlier in this thread. Doubt always asks."""
    found = reading.found
    if len(found.services) > 1:
        return _which_of(reading, found.services)
    if found.near:
        return _did_you_mean(reading, found)
    if found.specific:
        return Target(found.where(), 1.0 if found.known else 0.85)
    focus = reading.context.facts.focus
    if focus and (focus.service or focus.name):
        return Target({**focus.where(), **_place(found)}, 0.92)
    return _which_service(reading)


def refers_back(norm: str) -> bool:
    return bool(_PRONOUN.search(norm)) or norm.startswith(("and ", "so ", "then ", "also ", "why"))


def clarify(target: Target, tool: str = "", tools: tuple[str, ...] = ()) -> Route:
    return Route(
        Kind.CLARIFY,
        tool=tool,
        args=target.args,
        tools=tools,
        confidence=0.4,
        ask=target.question,
        options=target.options,
    )


def _place(found: Found) -> dict[str, str]:
    return {
        key: value for key, value in (("cluster", found.cluster), ("namespace", found.namespace)) if value
    }


def _scoped(reading: Reading) -> bool:
    return bool(reading.context.scope.service)


def _did_you_mean(reading: Reading, found: Found) -> Target:
    word, names = found.near[0]
    options = tuple(_instead(reading.raw, word, name) for name in names)
    said = f"Did you mean {names[0]}?" if len(names) == 1 else f"I know no “{word}”. Which one do you mean?"
    return Target(question=said, options=options)


def _which_of(reading: Reading, names: tuple[str, ...]) -> Target:
    listed = ", ".join(names[:-1]) + f" or {names[-1]}"
    options = tuple(_only(reading.raw, name, names) for name in names)
    return Target(args={"service": names[0]}, question=f"One at a time, please: {listed}?", options=options)


def _which_service(reading: Reading) -> Target:
    known = reading.context.catalog.services()[:MAX_OPTIONS]
    text = reading.raw.rstrip(" ?.!")
    options = tuple(
        f"{text} for {name}" if not _PRONOUN.search(text) else _swap_pronoun(text, name) for name in known
    )
    return Target(question="Which service or workload do you mean?", options=options)


def _swap_pronoun(text: str, name: str) -> str:
    return (
        re.sub(r"\b(?:it|that|this|them)\b", name, text, count=1, flags=re.IGNORECASE)
        if re.search(r"\b(?:it|that|this|them)\b", text, re.IGNORECASE)
        else f"{text}: {name}"
    )


def _instead(text: str, word: str, name: str) -> str:
    return re.sub(rf"(?<![\w-]){re.escape(word)}(?: thing)?(?![\w-])", name, text, flags=re.IGNORECASE)


def _only(text: str, name: str, names: tuple[str, ...]) -> str:
    others = "|".join(re.escape(other) for other in names if other != name)
    slim = re.sub(
        rf"(?:\s*(?:,|and|or|&)\s*)?(?<![\w-])(?:{others})(?![\w-])(?:\s*(?:,|and|or|&)\s*)?",
        " ",
        text,
        flags=re.IGNORECASE,
    )
    return re.sub(r"\s+", " ", slim).strip()
