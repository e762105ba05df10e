"""A template such as "take {backend} out of [the] (load balancer|lb)" as a pattern.

`whole` wants every argument that the template names; `part` takes the words with arguments left out, each with the
prepositions before it, so that what is missing can be asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from agents.planner.stopwords import words_of

_PIECE = re.compile(r"\[|\]|\(|\)|\||\{(?P<slot>\w+)\}(?P<own>'s)?|(?P<word>[^\s\[\](){}|]+)")
_OPTIONAL, _CHOICE, _SLOT, _GROUP = (
    re.compile(r"\[[^\[\]]*\]"),
    re.compile(r"\(([^()|]*)\|[^()]*\)"),
    re.compile(r"\{(\w+)\}"),
    re.compile(r"\(([^()]*)\)"),
)
_BEFORE = words_of("of to from at with between and in on for by as into onto is named called")

Shape = Callable[[str], str]  # the pattern of an argument's value, by its name


@dataclass(frozen=True)
class Template:
    text: str
    shape: Shape

    @cached_property
    def whole(self) -> re.Pattern[str]:
        return self._pattern(part=False)

    @cached_property
    def part(self) -> re.Pattern[str]:
        return self._pattern(part=True)

    @cached_property
    def slots(self) -> tuple[str, ...]:
        return tuple(piece["slot"] for piece in _PIECE.finditer(self.text) if piece["slot"])

    @cached_property
    def needs(self) -> tuple[frozenset[frozenset[str]], ...]:
        """The words that no form of it does without: one set of each choice."""
        rest = _SLOT.sub("", _OPTIONAL.sub("", self.text)).replace("'s", "")
        choices = [match[1].split("|") for match in _GROUP.finditer(rest)]
        words = [[word] for word in _GROUP.sub("", rest).split()]
        told = [
            frozenset(frozenset(form.split()) - _BEFORE for form in forms) for forms in [*choices, *words]
        ]
        return tuple(forms for forms in told if all(forms))

    @cached_property
    def first(self) -> frozenset[str]:
        """The words that it may begin with."""
        head = self.text[1 : self.text.index(")")] if self.text.startswith("(") else self.text
        return frozenset(words.split()[0] for words in head.split("|"))

    def _pattern(self, *, part: bool) -> re.Pattern[str]:
        pieces = list(_PIECE.finditer(self.text))
        text, _ = _sequence(iter(pieces), self.shape, part=part)
        return re.compile(text + r"(?=$|[\s,;.!?])", re.IGNORECASE)

    def match(self, text: str) -> re.Match[str] | None:
        """The words that `text` begins with, the arguments as groups; whole where it can be."""
        spaced = f" {text}"  # every word of a pattern has its space before it
        return self.whole.match(spaced) or self.part.match(spaced)

    def filled(self, values: Mapping[str, str]) -> str:
        """The sentence with these values, the shortest of its forms."""
        plain = _OPTIONAL.sub("", _CHOICE.sub(r"\1", self.text))
        return " ".join(_SLOT.sub(lambda match: values.get(match[1], "…"), plain).split())


def _sequence(pieces: Iterator[re.Match[str]], shape: Shape, *, part: bool) -> tuple[str, str]:
    """The pattern up to the end or the closing bracket, and that bracket."""
    done: list[str] = []
    held: list[str] = []  # prepositions that go with the argument after them
    branches: list[str] = []
    for piece in pieces:
        mark = piece.group()
        if piece["slot"]:
            done.append(_slot(piece, "".join(held), shape, part=part))
            held = []
            continue
        if piece["word"] in _BEFORE:
            held.append(rf"\s+{re.escape(mark)}")
            continue
        done += held
        held = []
        if mark in "])":
            return _closed([*branches, "".join(done)], mark), mark
        if mark == "|":
            branches.append("".join(done))
            done = []
        elif mark in "[(":
            done.append(_sequence(pieces, shape, part=part)[0])
        else:
            done.append(rf"\s+{re.escape(mark)}")
    return "".join([*done, *held]), ""


def _closed(branches: list[str], mark: str) -> str:
    return f"(?:{'|'.join(branches)}){'?' if mark == ']' else ''}"


def _slot(piece: re.Match[str], before: str, shape: Shape, *, part: bool) -> str:
    name, own = piece["slot"], piece["own"] or ""
    glued = piece.start() > 0 and piece.string[piece.start() - 1] not in " [("  # as in "pod/{name}"
    space = "" if glued else r"\s+(?:the\s+|our\s+)?"
    pattern = rf"{before}{space}(?P<{name}>{shape(name)}){own}"
    return f"(?:{pattern})?" if part else pattern
