"""The command language, the same after `/cloudops`, after a mention and on the command line. One parser, no model.

`parse` never guesses: words that are no command come back as `Unparsed` with the nearest commands.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

NEAR = 65.0


@dataclass(frozen=True, slots=True)
class Verb:
    """One command. `words` are its positional arguments; a trailing `?` is optional, `...` takes the rest."""

    path: tuple[str, ...]
    words: tuple[str, ...]
    summary: str
    permission: str = ""  # what a person needs to see it in help; the gate decides again on the arguments
    flags: tuple[str, ...] = ()
    example: str = ""

    @property
    def name(self) -> str:
        return " ".join(self.path)

    @property
    def usage(self) -> str:
        words = [f"[{w.rstrip('?.')}]" if w.endswith("?") else f"<{w.rstrip('.')}>" for w in self.words]
        return " ".join([*self.path, *words])

    @property
    def least(self) -> int:
        return sum(not word.endswith("?") for word in self.words)


WHERE = ("namespace", "cluster", "service", "kind")
READ = "monitoring:read"
K8S = "kubernetes:read"

VERBS: tuple[Verb, ...] = (
    Verb(("help",), ("command?",), "what you may do here", example="help k8s logs"),
    Verb(("ask",), ("question...",), "ask in words", "genai:use", example="ask why is checkout failing?"),
    Verb(("status",), (), "how the bot and its connections are", example="status"),
    Verb(("whoami",), (), "who you are to the bot and what you may do here", example="whoami"),
    Verb(
        ("k8s", "overview"),
        ("service?",),
        "a service or namespace at a glance",
        READ,
        WHERE,
        "k8s overview checkout",
    ),
    Verb(("k8s", "unhealthy"), (), "workloads that are not well", K8S, WHERE, "k8s unhealthy -n shop"),
    Verb(("k8s", "why"), ("workload?",), "diagnose a workload or namespace", K8S, WHERE, "k8s why checkout"),
    Verb(
        ("k8s", "logs"),
        ("workload",),
        "log lines, clustered",
        "kubernetes:logs",
        (*WHERE, "since", "grep", "level"),
        "k8s logs checkout --since 15m",
    ),
    Verb(
        ("k8s", "events"),
        ("workload?",),
        "events, worst first",
        K8S,
        (*WHERE, "since"),
        "k8s events checkout",
    ),
    Verb(
        ("k8s", "rollouts"),
        ("workload",),
        "revisions and what changed between them",
        K8S,
        WHERE,
        "k8s rollouts checkout",
    ),
    Verb(
        ("k8s", "usage"),
        ("workload?",),
        "usage against requests and limits",
        K8S,
        (*WHERE, "since"),
        "k8s usage checkout",
    ),
    Verb(
        ("k8s", "who-can"),
        ("verb", "resource", "name?"),
        "who may do this in the cluster",
        "iam:read",
        WHERE,
        "k8s who-can delete pods -n shop",
    ),
    Verb(
        ("k8s", "undo"),
        ("workload",),
        "propose to roll back",
        "remediation:execute",
        (*WHERE, "revision", "reason"),
        "k8s undo checkout",
    ),
    Verb(
        ("k8s", "restart"),
        ("workload",),
        "propose a restart",
        "remediation:execute",
        (*WHERE, "reason"),
        "k8s restart checkout",
    ),
    Verb(
        ("k8s", "scale"),
        ("workload", "replicas"),
        "propose a number of replicas",
        "remediation:execute",
        (*WHERE, "reason"),
        "k8s scale checkout 4",
    ),
    Verb(
        ("k8s", "set-resources"),
        ("workload", "resources..."),
        "propose requests and limits",
        "remediation:execute",
        (*WHERE, "container", "reason"),
        "k8s set-resources checkout memory=256Mi",
    ),
    Verb(("plans",), (), "plans that wait, and the latest ones", "remediation:read", example="plans"),
    Verb(
        ("plans", "show"),
        ("plan",),
        "one plan as its card",
        "remediation:read",
        example="plans show plan_01ABC",
    ),
    Verb(
        ("plans", "cancel"),
        ("plan",),
        "withdraw a plan that has not started",
        "remediation:execute",
        example="plans cancel plan_01ABC",
    ),
    Verb(("audit",), (), "the latest records", "audit:read", ("since", "person"), "audit --since 1h"),
    Verb(
        ("audit", "show"),
        ("record",),
        "one record, by number or request id",
        "audit:read",
        example="audit show 42",
    ),
    Verb(
        ("audit", "plan"),
        ("plan",),
        "everything about one plan",
        "audit:read",
        example="audit plan plan_01ABC",
    ),
    Verb(
        ("audit", "verify"), (), "prove that nobody edited the record", "audit:read", example="audit verify"
    ),
    Verb(
        ("stop",), ("reason?...",), "stop all changes now", "remediation:execute", example="stop all changes"
    ),
    Verb(("resume",), (), "allow changes again (two admins)", "system:write", example="resume"),
)
BY_PATH: Mapping[tuple[str, ...], Verb] = {verb.path: verb for verb in VERBS}
GROUPS = frozenset(verb.path[0] for verb in VERBS if len(verb.path) > 1 and (verb.path[0],) not in BY_PATH)
FIRST_WORDS = tuple(dict.fromkeys(verb.path[0] for verb in VERBS))
SHORT_FLAGS = {"-n": "namespace", "-c": "cluster", "-s": "service"}


@dataclass(frozen=True, slots=True)
class Parsed:
    verb: Verb
    words: tuple[str, ...]
    flags: Mapping[str, str] = field(default_factory=dict)

    def word(self, index: int) -> str:
        return self.words[index] if index < len(self.words) else ""


@dataclass(frozen=True, slots=True)
class Unparsed:
    """`loose` is true when the text does not look like a command at all, so it may be a question in words."""

    problem: str
    suggestions: tuple[str, ...] = ()
    loose: bool = False


def parse(text: str) -> Parsed | Unparsed:
    tokens = _tokens(text)
    if not tokens:
        return Parsed(BY_PATH[("help",)], ())
    verb = _verb(tokens)
    if verb is None:
        return _unknown(tokens)
    rest = tokens[len(verb.path) :]
    if verb.words and verb.words[-1].rstrip("?").endswith("..."):
        return _with_rest(verb, rest)
    words, flags, problem = _split(verb, rest)
    if not problem and not verb.least <= len(words) <= len(verb.words):
        problem = f"`{verb.name}` takes {_count(verb)}"
    if problem:
        return Unparsed(
            f"{problem}. Usage: `{verb.usage}`", (verb.example,), loose=verb.path[0] not in GROUPS
        )
    return Parsed(verb, tuple(words), flags)


def _tokens(text: str) -> list[str]:
    try:
        return shlex.split(text, posix=True)
    except ValueError:  # an apostrophe in a sentence
        return text.split()


def _verb(tokens: Sequence[str]) -> Verb | None:
    lowered = [token.lower() for token in tokens[:2]]
    return BY_PATH.get(tuple(lowered)) or BY_PATH.get((lowered[0],))


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
        if not token.startswith("-") or token == "-":
            words.append(token)
            continue
        name, _, value = token.partition("=")
        name = SHORT_FLAGS.get(name, name.lstrip("-").lower())
        if name not in verb.flags:
            near = _nearest(name, verb.flags)
            return (
                words,
                flags,
                f"unknown option `{token}`" + (f", did you mean `--{near[0]}`?" if near else ""),
            )
        value = value or next(queue, "")
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
        inside = [verb for verb in VERBS if verb.path[0] == first]
        near = _nearest(tokens[1].lower(), [v.path[1] for v in inside]) if len(tokens) > 1 else ()
        wanted = [v for v in inside if v.path[1] in near] or inside
        what = (
            f"`{first} {tokens[1]}` is not a command" if len(tokens) > 1 else f"`{first}` needs one more word"
        )
        return Unparsed(what, tuple(v.usage for v in wanted))
    near = _nearest(first, FIRST_WORDS)
    return Unparsed(f"`{tokens[0]}` is not a command", tuple(near), loose=True)


def _nearest(word: str, names: Sequence[str]) -> tuple[str, ...]:
    found = process.extract(word, names, scorer=fuzz.ratio, limit=3, score_cutoff=NEAR)
    return tuple(str(name) for name, _, _ in found)
