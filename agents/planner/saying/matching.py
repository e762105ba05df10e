"""Which action some words order, and what they say of its arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from agents.planner import speech
from agents.planner.names import Catalog
from agents.planner.saying.tail import Tail, read_tail
from agents.planner.saying.templates import Template
from agents.planner.saying.values import PRONOUNS, fields_of, is_no_name, shape_of, unquoted
from tools.plan import Action

_STATED = re.compile(
    r"^(?:i|we|they|he|she|it|you|someone|somebody)\s+(?:will|can|could|may|might|am|are|is|was|were|had|have|has|did|do)\b"
)
_STATEMENT = re.compile(r"(?:\S*[^\s.,;!?]\s+){1,12}?\S*[^\s.,;!?]\s*(?:[.,;!]+\s+|\s+-\s+)(?:so\s+|and\s+)?")
_QUOTING = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|tell|tells|told|wr(?:ote|ites|itten)|reads?|prints?|logs?|logged|lines?|messages?|alerts?|events?|output|errors?|according|quot\w+|suggests?|recommends?|asked|asks|wants|runbook|docs?)\b|[:>\"“”`]",
    re.IGNORECASE,
)
_OPENED, _LET = re.compile(r"^(i|we|you)'d\b"), re.compile(r"^let'?s\b")
_WORD = re.compile(r"[a-z-]+")


@dataclass(frozen=True, slots=True)
class Said:
    """`values` are the words of the arguments that were said, `head` those of the order itself."""

    action: Action[Any]
    template: Template
    values: dict[str, str]
    tail: Tail
    head: str
    missing: tuple[str, ...] = ()

    @property
    def fit(self) -> tuple[bool, bool, bool, int]:
        """Whole before part, nothing left before something left, then what takes in the most words."""
        return not self.tail.unread, not self.missing, not self.tail.more, len(self.head)


def said(text: str, norm: str, actions: Sequence[Action[Any]], catalog: Catalog) -> tuple[Said, ...]:
    """The order that a text begins with, politeness taken off; several where the words fit several actions.

    Questions and wondering order nothing.
    """
    if speech.orders_nothing(norm) or _STATED.match(norm):
        return ()
    found = [each for body in bodies(text) for each in _all(body, actions, catalog)]
    found = [each for each in found if not any(_says_more(other, each) for other in found)]
    best = max((each.fit for each in found), default=None)
    return tuple({each.action.name: each for each in found if each.fit == best}.values())


def _says_more(other: Said, each: Said) -> bool:
    """Whether the same order goes on where `each` ends: "4 ocpus and 32 gb if nobody minds" is one with a condition."""
    begins = other.head.lower().startswith(each.head.lower()) and len(other.head) > len(each.head)
    return begins and other.action is each.action and not other.missing


def wished(text: str, norm: str, actions: Sequence[Action[Any]]) -> frozenset[str]:
    """Actions that words may order which no template reads: they begin as an order of it does, and hold its words."""
    if speech.orders_nothing(norm) or _STATED.match(norm):
        return frozenset()
    found: set[str] = set()
    for body in bodies(text):
        words = _WORD.findall(body.lower())
        for action, template in index(tuple(actions)).get(words[0], ()) if words else ():
            if all(any(form <= set(words) for form in forms) for forms in template.needs):
                found.add(action.name)
    return frozenset(found)


def bodies(text: str) -> Iterator[str]:
    """The text, what of it is left as politeness is taken off, and the same after a first sentence that only states."""
    yield from _unpolite(text)
    stated = _STATEMENT.match(text)
    if stated and not _QUOTING.search(stated.group()):
        yield from _unpolite(text[stated.end() :])


def _unpolite(text: str) -> Iterator[str]:
    yield text
    for rest in speech.unpolite(_OPENED.sub(r"\1 would", _LET.sub("let us", text.lower()))):
        yield text[len(text) - len(rest) :]


def _all(body: str, actions: Sequence[Action[Any]], catalog: Catalog) -> Iterator[Said]:
    first = _WORD.match(body.lower())
    for action, template in index(tuple(actions)).get(first.group(), ()) if first else ():
        if match := template.match(body):
            values = {name: value for name, value in match.groupdict().items() if value and _names(value)}
            missing = tuple(name for name in template.slots if name not in values)
            tail = read_tail(body[match.end() - 1 :], _takes(action), catalog)
            yield Said(action, template, values, tail, match.group().strip(), missing)


def _names(value: str) -> bool:
    """Whether words may stand for a thing: "it" may, "the" and "all" do not."""
    word = unquoted(value).lower()
    return word in PRONOUNS or not is_no_name(word)


def _takes(action: Action[Any]) -> frozenset[str]:
    return frozenset(fields_of(action))


@lru_cache(maxsize=8)
def index(actions: tuple[Action[Any], ...]) -> dict[str, tuple[tuple[Action[Any], Template], ...]]:
    """Templates by the word that they begin with."""
    found: dict[str, tuple[tuple[Action[Any], Template], ...]] = {}
    for action in actions:
        for text in action.says:
            template = Template(text, partial(shape_of, action))
            for word in template.first:
                found[word] = (*found.get(word, ()), (action, template))
    return found
