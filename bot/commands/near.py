"""What is offered where a command was nearly typed. Nothing that acts at once is ever offered for a near miss."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.commands.verbs import BY_PATH, FIRST_WORDS, VERBS

NEAR = 65.0
ALIKE = 85.0  # `improve` is not `approve`
STOP_ALL = "stop all changes"
_INSTANCE = re.compile(r"\b(?:instance|vm)\s+(?P<name>[A-Za-z0-9][\w.-]*)")
DECISIONS = ("approve", "reject")
LISTS = frozenset({"alarms", "cost", "iam", "metrics", "resources"})  # commands with others that begin so
_MEANT = {
    "health": "status",
    "healthy": "status",
    "state": "status",
    "rollback": "k8s undo",
    "roles": "whoami",
}


def nearest(word: str, names: Sequence[str]) -> tuple[str, ...]:
    found = process.extract(word, names, scorer=fuzz.ratio, limit=3, score_cutoff=NEAR)
    return tuple(str(name) for name, _, _ in found)


def first_words(tokens: Sequence[str]) -> tuple[str, ...]:
    """For a first word that begins no command: the group that it is in, or what is spelled like it."""
    first, rest = tokens[0].lower(), list(tokens[1:])
    if len(tokens) <= 2 and (inside := _MEANT.get(first) or _inside(first)):
        return (" ".join([inside, *rest]),)
    near = nearest(first, FIRST_WORDS)
    if rest and (whole := [" ".join([name, *rest]) for name in near if takes(name, rest)]):
        return tuple(whole)
    if "stop" in near and rest:
        return other_stop(rest)
    if not near and len(rest) == 1 and not rest[0].endswith("?"):  # too short to be taken for a question
        return (f"ask {' '.join(tokens)}",)
    return tuple(STOP_ALL if name == "stop" else name for name in near)


def takes(name: str, rest: Sequence[str]) -> bool:
    """Whether the group of the first word has that second one: what was typed behind a mistyped word is not lost."""
    return (name, rest[0].lower()) in BY_PATH


def decides(tokens: Sequence[str]) -> bool:
    """Somebody tries to decide about a plan by typing."""
    return any(fuzz.ratio(tokens[0].lower(), word) >= ALIKE for word in DECISIONS)


def plans_to_decide(tokens: Sequence[str]) -> tuple[str, ...]:
    named = next((word for word in tokens[1:] if re.fullmatch(r"plan_\w+", word)), "")
    return (f"plans show {named}",) if named else ("plans",)


def _inside(word: str) -> str:
    return next((f"{group} {word}" for group in ("k8s", "oci") if (group, word) in BY_PATH), "")


def other_stop(rest: Sequence[str]) -> tuple[str, ...]:
    """`stop` and something that is not all changes: asked in words, which propose at most."""
    words = " ".join(rest)
    if words.lower() in {"changes", "change", "all change", "the changes", "now", "right now", "please"}:
        return (STOP_ALL,)
    instance = _INSTANCE.search(words)
    return (f"ask stop instance {instance['name']}" if instance else f"ask stop {words}",)


def misfit(first: str, rest: Sequence[str], usage: str, example: str) -> tuple[str, ...]:
    """For a command that does not take these words: the one beside it that does."""
    word = rest[0] if rest else ""
    beside = [verb.path[1] for verb in VERBS if verb.path[0] == first and len(verb.path) > 1]
    if near := nearest(word.lower(), beside):
        return tuple(" ".join([first, name, *rest[1:]]) for name in near)
    if first == "audit" and word and not word.startswith("-"):
        return (f"audit plan {word}" if word.startswith("plan_") else f"audit show {word}",)
    if first == "plans" and word:
        return (f"plans show {word}",) if word.startswith("plan_") else ("plans", "plans show <plan>")
    if (
        word and not word.startswith("-") and first == "status"
    ):  # the bot's own; of a thing it is another command
        return (f"k8s overview {' '.join(rest)}", "status")
    if word and first in LISTS:  # nothing near: all that begins so, beside its own example
        return (example or usage, f"help {first}")
    return (example or usage,)


def in_group(first: str, rest: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """A group without a command of it: what is wrong, and what is near."""
    inside = {verb.path[1]: verb for verb in VERBS if verb.path[0] == first and len(verb.path) > 1}
    near = nearest(rest[0].lower(), list(inside)) if rest else ()
    what = f"`{first} {rest[0]}` is not a command" if rest else f"`{first}` needs one more word"
    if near:
        return what, tuple(inside[name].usage for name in near)
    return what, (f"help {first}",)  # which lists what whoever types it may do
