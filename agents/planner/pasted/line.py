"""One pasted command line, taken out of what surrounds it and cut into words. Whatever a shell would act on is a problem.

Nothing here runs anything: the words become a typed action or reading, or a refusal that names what was in the way.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from dataclasses import dataclass

PROGRAMS = frozenset({"kubectl", "oci"})
OTHERS = frozenset(
    {"helm", "terraform", "argocd", "flux", "docker", "ansible", "sudo", "aws", "az", "gcloud"}
)
_OPERATORS = ";&|<>()"
_AROUND = re.compile(
    r"(?:<@[^>]*>|@?cloudops\b|hey|hi|hello|please|pls|thanks?|thank you|thx|now|then|just|ok(?:ay)?|can you|could you|would you|will you|run|execute|perform|apply|do|try|this|that|it|the|command|for (?:me|us)|again|[\s,:.!?])*",
    re.IGNORECASE,
)
_BEFORE = re.compile(_AROUND.pattern + r"(?=[`$#]|kubectl\s|oci\s)", re.IGNORECASE)
_FENCED = re.compile(
    r"(?P<ticks>`{1,3})(?:(?:bash|sh|shell|console|text)?\n)?(?P<inner>.+?)(?P=ticks)", re.DOTALL
)
_PROMPT = re.compile(r"^\s*[$#]\s+")
_SMART = str.maketrans({"“": '"', "”": '"', "„": '"', "\u2018": "'", "\u2019": "'", "\u00a0": " ", "—": "--"})


@dataclass(frozen=True, slots=True)
class Line:
    """`words` without the program."""

    text: str
    program: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a pasted line is no order. `instead` are words or a line that would be one; `like` says what it is near to."""

    why: str
    instead: tuple[str, ...] = ()
    like: str = ""


def commanded(text: str) -> str:
    """The command line that a text is, politeness around it taken off; empty where the text is anything else."""
    text = text.translate(_SMART).strip()
    fenced = _FENCED.search(text)
    if fenced and _AROUND.fullmatch(text[: fenced.start()]) and _AROUND.fullmatch(text[fenced.end() :]):
        inner = _PROMPT.sub("", fenced["inner"].strip())
        return inner if _begins(inner) else ""
    match = _BEFORE.match(text)
    bare = _PROMPT.sub("", text[match.end() :]) if match else text
    return bare.strip() if _begins(bare) else ""


def _begins(text: str) -> bool:
    first, _, rest = text.lstrip().partition(" ")
    return first in PROGRAMS and bool(rest.strip())


def cut(text: str) -> Line | Problem:
    if odd := _odd(text):
        return Problem(odd)
    try:
        words = _words(" ".join(line.rstrip("\\").strip() for line in text.splitlines()))
    except ValueError:
        return Problem("a quote in it is not closed")
    for word in words:
        if word and set(word) <= set(_OPERATORS):
            before = words[: words.index(word)]
            return Problem(
                f"`{word}` would be for a shell, and I run none", (shlex.join(before),) if before else ()
            )
    return Line(text, words[0], tuple(words[1:]))


def _odd(text: str) -> str:
    """What must not be read over: further lines, what a shell would put in, and what nobody sees."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if any(not line.endswith("\\") for line in lines[:-1]):
        return f"it has {len(lines)} lines, and I take one command at a time"
    for mark, what in (
        ("$(", "a command inside the command"),
        ("`", "a command inside the command"),
        ("$", "a variable that I do not know"),
    ):
        if mark in text:
            return f"`{mark}` stands for {what}"
    if any(unicodedata.category(char)[0] == "C" and char not in "\n\t\r" for char in text):
        return "there are characters in it that cannot be seen"
    return ""


def _words(text: str) -> list[str]:
    reader = shlex.shlex(text, posix=True, punctuation_chars=_OPERATORS)
    reader.whitespace_split = True
    reader.commenters = ""
    return list(reader)


def mentions(text: str) -> bool:
    """Whether a text speaks of a command line without being one."""
    return (
        re.search(r"(?<![\w./-])(?:kubectl\s+(?:-\S+\s+\S+\s+)?[a-z]+|oci\s+[a-z-]+\s+.*--[a-z])", text)
        is not None
    )
