"""A command that asked back: the same command with what was doubtful replaced by each option, as words that can be sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands.grammar import Parsed
from tools.errors import AskBack

PLACES = ("compartment", "cluster", "namespace", "region")
_SEVERAL = re.compile(
    r"Several (?P<kind>[a-z]+)s have "
)  # `Several namespaces have CpuUtilization. Which one?`


@dataclass(frozen=True, slots=True)
class Doubt:
    """Where the doubtful value stands: an option's name, or the number of a word (one behind the last: it is missing)."""

    flag: str = ""
    word: int = 0


def options(parsed: Parsed, ask: AskBack) -> tuple[str, ...]:
    if not ask.options:
        return ()
    doubt = _doubt(parsed, ask.question)
    return tuple(dict.fromkeys(_said(parsed, doubt, option) for option in ask.options))


def _doubt(parsed: Parsed, question: str) -> Doubt:
    """What there are several of, else a value that the question repeats, else what it calls by its name, else the first word."""
    if (several := _SEVERAL.match(question)) and (flag := _ending(parsed.verb.flags, several["kind"])):
        return Doubt(flag=flag)
    for number, word in reversed(tuple(enumerate(parsed.words))):
        if word and _repeats(question, word):
            return Doubt(word=number)
    for name, value in parsed.flags.items():
        if _repeats(question, value):
            return Doubt(flag=name)
    slots = [slot.rstrip("?.") for slot in parsed.verb.words]
    for number, slot in enumerate(slots[: len(parsed.words) + 1]):
        if _names(question, slot):
            return Doubt(word=number)
    flag = next((name for name in (*PLACES, *parsed.verb.flags) if _names(question, name)), "")
    return Doubt(flag=flag) if flag in parsed.verb.flags else Doubt()


def _ending(flags: Sequence[str], kind: str) -> str:
    return next((name for name in flags if name == kind or name.endswith(f"_{kind}")), "")


def _repeats(question: str, value: str) -> bool:
    """In quotes, or as a word of its own."""
    return re.search(rf"(?<![\w.-]){re.escape(value)}(?![\w-]|\.\w)", question, re.IGNORECASE) is not None


def _names(question: str, slot: str) -> bool:
    return re.search(rf"\b{slot.replace('_', ' ')}s?\b", question, re.IGNORECASE) is not None


def _said(parsed: Parsed, doubt: Doubt, option: str) -> str:
    """The option as it is: what tools offer, they read back as that one thing."""
    if doubt.flag:
        return spelled(parsed, parsed.words, {**parsed.flags, doubt.flag: option})
    flags = dict(parsed.flags)
    if (
        not parsed.words or doubt.word == 0
    ):  # the name of a service in place of the option, or one that says where
        flags.pop("service", None)
        if " in " in option:
            flags.pop("namespace", None)
    words = [*parsed.words[: doubt.word], option, *parsed.words[doubt.word + 1 :]]
    return spelled(parsed, words, flags)


def spelled(parsed: Parsed, words: Sequence[str], flags: Mapping[str, str]) -> str:
    free = bool(parsed.verb.words) and parsed.verb.words[-1].rstrip("?").endswith("...")
    last = len(parsed.verb.words) - 1
    said = [word if free and number == last else quoted(word) for number, word in enumerate(words)]
    options_ = [_option(parsed, name, value) for name, value in flags.items()]
    return " ".join(filter(None, [parsed.verb.name, *said, *options_]))


def quoted(word: str) -> str:
    """As the parser reads it back in one piece."""
    if not re.search(r"[\s'\"\\]", word):
        return word
    return f"'{word}'" if "'" not in word else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _option(parsed: Parsed, name: str, value: str) -> str:
    flag = f"--{name.replace('_', '-')}"
    return flag if name in parsed.verb.switches and value == "true" else f"{flag} {quoted(value)}"
