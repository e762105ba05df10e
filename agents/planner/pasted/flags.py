"""The options of a command line: each is known and means something, or the line is refused by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agents.planner.pasted.line import Problem


@dataclass(frozen=True, slots=True)
class Flag:
    """`to` is the argument that it fills; without one it changes nothing here, and `left` says so beside the answer."""

    to: str = ""
    takes: bool = True  # a value of its own
    left: bool = False


@dataclass(slots=True)
class Given:
    words: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def given(words: Sequence[str], known: Mapping[str, Flag]) -> Given | Problem:
    found, queue = Given(), iter(words)
    for word in queue:
        if not word.startswith("-"):
            found.words.append(word)
            continue
        name, value = _split(word, known)
        flag = known.get(name)
        if flag is None:
            return Problem(f"`{word}` is an option that I cannot follow")
        if (problem := _taken(found, name, flag, value, queue)) is not None:
            return problem
    return found


def _split(word: str, known: Mapping[str, Flag]) -> tuple[str, str | None]:
    name, equals, value = word.partition("=")
    if equals:
        return name, value
    short = word[:2]
    if not word.startswith("--") and len(word) > len(short) and short in known and known[short].takes:
        return short, word[2:]
    return word, None


def _taken(found: Given, name: str, flag: Flag, value: str | None, queue: Iterator[str]) -> Problem | None:
    if value is None:
        value = next(queue, None) if flag.takes else "true"
    if not flag.takes and value != "true":
        return None if value == "false" else Problem(f"`{name}` is true or false, not {str(value)[:40]!r}")
    if not value or (flag.takes and value.startswith("--")):
        return Problem(f"`{name}` has no value")
    if flag.to and flag.to in found.values:
        return Problem(f"`{name}` is there more than once")
    if flag.to:
        found.values[flag.to] = value
    elif flag.left:
        found.left.append(f"{name} {value}" if flag.takes else name)
    return None
