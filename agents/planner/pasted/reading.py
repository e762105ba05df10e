"""A pasted command line as a route: the action or the reading that it means, or a refusal that names what is near."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from agents.planner.pasted import kubectl, kubectl_reads, oci
from agents.planner.pasted.flags import Flag, given
from agents.planner.pasted.line import Line, Problem, commanded, cut
from agents.planner.pasted.meaning import Command, Made, Meaning, find
from agents.planner.route import Kind, Route, Topic
from agents.ranking import fitting
from tools.plan import Action
from tools.registry import ACTIONS, TOOLS
from tools.spec import Args

SURE = 0.95
_COMMANDS: Mapping[str, Mapping[tuple[str, ...], Command]] = {
    "kubectl": {**kubectl.CHANGES, **kubectl_reads.READS},
    "oci": oci.COMMANDS,
}
_FIRST: Mapping[str, Mapping[str, Flag]] = {"kubectl": kubectl.PLACE, "oci": oci.PLACE}
_LIKE = {
    "edit": "set resources", "apply": "set image", "replace": "set image", "taint": "cordon node", "evict": "evict pod",
    "compute instance terminate": "stop instance", "compute instance launch": "start instance", "db autonomous-database delete": "stop database",
    "compute-management instance-pool terminate": "stop instance pool", "compute-management instance-pool reset": "stop instance pool",
    "ce node-pool delete": "node pool size", "ce cluster delete": "node pool size", "lb backend delete": "backend offline",
    "lb backend create": "backend online", "bv boot-volume delete": "back up boot volume", "ce node delete": "cycle node pool",
}  # fmt: skip
_TOOLS = {tool.name: tool for tool in TOOLS}


def pasted(text: str, actions: Sequence[Action[Any]] = ACTIONS) -> Route | None:
    """The route of a text that is one command line of kubectl or the OCI CLI; None for any other text."""
    if not is_line(text):
        return None
    line = cut(commanded(text))
    found = line if isinstance(line, Problem) else _meant(line)
    if isinstance(found, Meaning):
        found = _fitted(found, {action.name: action for action in actions})
    if isinstance(found, Problem):
        return _refused(found, actions)
    kind = Kind.TOOL if found.name in _TOOLS else Kind.CHANGE
    return Route(
        kind, tool=found.name, args=dict(found.args), tools=(found.name,), confidence=SURE, left=found.left
    )


def _ours(typed: str) -> bool:
    """`oci list instances` and words about Oracle Cloud are no line of the OCI CLI: that names a service first."""
    program, *words = typed.split()
    return program == "oci" and not (
        words[0].startswith("-")
        or (words[0] in oci.SERVICES and (find(words, oci.COMMANDS) or "--" in typed))
    )


def _meant(line: Line) -> Made:
    words = _reordered(line)
    if isinstance(words, Problem):
        return words
    command = find(words, _COMMANDS[line.program])
    if command is None:
        name = _name(line.program, words)
        return Problem(
            f"`{line.program} {name}` is no command that I can read or propose", like=_LIKE.get(name, "")
        )
    parsed = given(words[len(command.path) :], command.flags)
    made = parsed if isinstance(parsed, Problem) else command.make(parsed)
    return Problem(made.why, made.instead, made.like or command.like) if isinstance(made, Problem) else made


def _name(program: str, words: Sequence[str]) -> str:
    """What names the command: one word of kubectl's, three of the OCI CLI's."""
    plain = [word for word in words if not word.startswith("-")]
    return " ".join(plain[: 1 if program == "kubectl" else 3])


def _reordered(line: Line) -> list[str] | Problem:
    """Options that stand before the command, put behind it."""
    known, words, moved = _FIRST[line.program], list(line.words), list[str]()
    while words and words[0].startswith("-"):
        flag = words.pop(0)
        if flag.partition("=")[0] not in known:
            return Problem(f"`{flag}` is an option that I cannot follow")
        moved += [flag] if "=" in flag else [flag, words.pop(0) if words else ""]
    return [*words, *moved]


def _fitted(found: Meaning, actions: Mapping[str, Action[Any]]) -> Made:
    """With the arguments that the action or the tool takes; another kind than its own is no such order."""
    takes: type[Args] | None = next(
        (each.args for each in (_TOOLS.get(found.name), actions.get(found.name)) if each is not None), None
    )
    if takes is None:
        return Problem("that is nothing that I can propose here", like=found.name.replace("_", " "))
    args = dict(found.args)
    if "kind" not in takes.model_fields and args.get("kind") in {"deployment", "pod"}:
        args.pop("kind")
    try:
        takes.model_validate(args)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return Problem(
            f"{where}: {first['msg']}" if where else str(first["msg"]), like=found.name.replace("_", " ")
        )
    return Meaning(found.name, args, found.left)


def _refused(problem: Problem, actions: Sequence[Action[Any]]) -> Route:
    near = next(iter(fitting(problem.like, actions)), None) if problem.like else None
    offer = (
        f" The nearest that I can propose is {near.name}: “{near.examples[0]}”."
        if near and near.examples
        else ""
    )
    return Route(
        Kind.CLARIFY,
        topic=Topic.PASTED,
        confidence=SURE,
        ask=f"I run no command lines, I read what they mean; this one I do not take: {problem.why}.{offer}",
        options=problem.instead,
    )


def is_line(text: str) -> bool:
    """Whether a text is one command line of kubectl or the OCI CLI."""
    typed = commanded(text)
    return bool(typed) and not _ours(typed)
