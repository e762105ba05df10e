"""The command language, the same after `/cloudops`, after a mention and on the command line. One parser, no model.

`parse` never guesses: words that are no command come back as `Unparsed` with the nearest commands.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from agents.planner.detectors import detector_command
from agents.planner.digests import digest_command
from agents.planner.pasted.reading import is_line
from bot.commands.near import decides, first_words, in_group, misfit, nearest, other_stop, plans_to_decide
from bot.commands.sayings import meant
from bot.commands.verb import Verb
from bot.commands.verbs import BY_PATH, GROUPS

ONLY_CHANGES = "`stop` alone stops every change of the bot at once, and nothing else"
TYPED = "Typing decides about no plan: that is what the buttons on its card are for"
SHARE = "--share"
LONGEST = 2_000  # characters; more is pasted output with a question
SHORT_FLAGS = {"-n": "namespace", "-c": "cluster", "-s": "service"}


@dataclass(frozen=True, slots=True)
class Parsed:
    verb: Verb
    words: tuple[str, ...]
    flags: Mapping[str, str] = field(default_factory=dict)
    share: bool = False  # the answer to a slash command is for everyone

    def word(self, index: int) -> str:
        return self.words[index] if index < len(self.words) else ""


@dataclass(frozen=True, slots=True)
class Unparsed:
    """`loose` is true when the text does not look like a command at all, so it may be a question in words."""

    problem: str
    suggestions: tuple[str, ...] = ()
    loose: bool = False


def parse(text: str) -> Parsed | Unparsed:
    if len(text) > LONGEST:
        return Unparsed("That is too long for a command", loose=True)
    if is_line(text):
        return Unparsed("That is a command line of another program", loose=True)
    tokens = meant(_tokens(digest_command(text) or detector_command(text) or text))
    if (verb := _verb(tokens)) is not None and verb.verbatim:
        tokens = meant(text.split())
    share = SHARE in tokens
    parsed = _parse([token for token in tokens if token != SHARE])
    return replace(parsed, share=True) if share and isinstance(parsed, Parsed) else parsed


def _parse(tokens: list[str]) -> Parsed | Unparsed:
    if not tokens:
        return Parsed(BY_PATH[("help",)], ())
    verb = _verb(tokens)
    if verb is None:
        return _unknown(tokens)
    rest = tokens[len(verb.path) :]
    if verb.path == ("stop", "all") and rest and rest[0].lower() not in {"change", "changes"}:
        return Unparsed(ONLY_CHANGES, other_stop(tokens[1:]), loose=True)
    if verb.words and verb.words[-1].rstrip("?").endswith("..."):
        return _with_rest(verb, rest)
    words, flags, problem = _split(verb, rest)
    if not problem and not verb.least <= len(words) <= len(verb.words):
        problem = f"`{verb.name}` takes {_count(verb)}"
    if problem:
        return _misfit(verb, problem, words, rest)
    return Parsed(verb, tuple(words), flags)


def _misfit(verb: Verb, problem: str, words: list[str], rest: list[str]) -> Unparsed:
    loose = verb.path[0] not in GROUPS
    if verb.path == ("stop",):
        return Unparsed(ONLY_CHANGES, other_stop(rest), loose=True)
    return Unparsed(
        f"{problem}. Usage: `{verb.usage}`",
        misfit(verb.path[0], words, verb.usage, verb.example),
        loose=loose,
    )


def _tokens(text: str) -> list[str]:
    try:
        return shlex.split(text, posix=True)
    except ValueError:  # an apostrophe in a sentence
        return text.split()


def _verb(tokens: Sequence[str]) -> Verb | None:
    """The longest path that the words begin with."""
    lowered = tuple(token.lower() for token in tokens[:3])
    return BY_PATH.get(lowered) or BY_PATH.get(lowered[:2]) or BY_PATH.get(lowered[:1])


def _with_rest(verb: Verb, rest: list[str]) -> Parsed | Unparsed:
    """Verbs whose last argument is free text; their flags stand before it or after it."""
    fixed = len(verb.words) - 1
    words, flags, problem = _split(verb, rest) if verb.flags else (rest, {}, "")
    if problem:
        return Unparsed(f"{problem}. Usage: `{verb.usage}`", (verb.example,))
    if len(words) < verb.least:
        return Unparsed(f"`{verb.name}` needs something to work on. Usage: `{verb.usage}`", (verb.example,))
    return Parsed(verb, (*words[:fixed], " ".join(words[fixed:])), flags)


def _split(verb: Verb, tokens: list[str]) -> tuple[list[str], dict[str, str], str]:
    words: list[str] = []
    flags: dict[str, str] = {}
    queue = iter(tokens)
    for token in queue:
        if not token.startswith("-") or len(token) == 1:
            words.append(token)
            continue
        name, _, value = token.partition("=")
        name = SHORT_FLAGS.get(name, name.lstrip("-").lower().replace("-", "_"))
        if name not in verb.flags:
            near = nearest(name, verb.flags)
            return (
                words,
                flags,
                f"unknown option `{token}`" + (f", did you mean `--{near[0]}`?" if near else ""),
            )
        value = value or ("true" if name in verb.switches else next(queue, ""))
        if not value:
            return words, flags, f"`--{name}` needs a value"
        flags[name] = value
    return words, flags, ""


def _count(verb: Verb) -> str:
    most = len(verb.words)
    if most == 0:
        return "no arguments"
    return (
        f"{most} argument{'s' if most > 1 else ''}"
        if verb.least == most
        else f"{verb.least} to {most} arguments"
    )


def _unknown(tokens: Sequence[str]) -> Unparsed:
    first = tokens[0].lower()
    if first in GROUPS:
        return Unparsed(*in_group(first, tokens[1:]))
    if decides(tokens):
        return Unparsed(TYPED, plans_to_decide(tokens), loose=True)
    return Unparsed(f"`{tokens[0]}` is not a command", first_words(tokens), loose=True)
