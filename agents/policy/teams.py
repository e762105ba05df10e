"""Files of teams, `teams/<team>.yaml` beside the policy: their own groups and bindings, under the ceiling that the policy states.

A file that reaches beyond its ceiling is refused with line and key, and with it the whole reading: a policy is one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from agents.policy.compile import Binding, Ceiling, Compiled, bound, hint, validated
from agents.policy.globs import any_matches, in_subtree
from agents.policy.marks import Document, DocumentError, read_document
from agents.policy.models import PolicyFile, TeamFile

FOLDER = "teams"
Covers = Callable[[Sequence[str], str], bool]
Path = tuple[str | int, ...]
ANY_RUN = "\x00"  # what a star of a pattern may stand for; no literal of another pattern is it


@dataclass(eq=False)
class TeamError(Exception):
    """`file` is wrong; the text names line and key."""

    file: str
    problem: str

    def __str__(self) -> str:
        return f"{FOLDER}/{self.file}: {self.problem}"


def with_teams(base: Compiled, texts: Mapping[str, str]) -> Compiled:
    """The policy together with its teams' files, by file name. Raises TeamError."""
    bindings = list(base.bindings)
    digest = hashlib.sha256(base.hash.encode())
    for file, text in sorted(texts.items()):
        bindings += _read(base, file, text)
        digest.update(f"{file}\n{hashlib.sha256(text.encode()).hexdigest()}\n".encode())
    return replace(base, bindings=tuple(bindings), hash=digest.hexdigest() if texts else base.hash)


def _read(base: Compiled, file: str, text: str) -> list[Binding]:
    team = file.removesuffix(".yaml")
    ceiling = base.ceilings.get(team)
    if ceiling is None:
        known = hint(team, base.ceilings)
        raise TeamError(file, f"the policy states no ceiling for a team {team!r} (`teams`){known}")
    try:
        document = read_document(text)
        return _bindings(base, document, validated(document, TeamFile), ceiling, file)
    except DocumentError as error:
        raise TeamError(file, str(error)) from error


def _bindings(
    base: Compiled, document: Document, team: TeamFile, ceiling: Ceiling, file: str
) -> list[Binding]:
    for name in team.groups:
        if name in base.file.groups:
            raise document.error(("groups", name), "a group of the policy has this name")
    together = _together(base.file, document, team)
    found = []
    for n, part in enumerate(team.bindings):
        path = ("bindings", n)
        binding = bound(document, together, base.roles, part, path)
        _within(document, path, binding, ceiling)
        found.append(replace(binding, rule_id=f"{FOLDER}/{file}:{binding.rule_id}"))
    return found


def _together(base: PolicyFile, document: Document, team: TeamFile) -> PolicyFile:
    """The policy with the team's own groups, whose people it must know."""
    names = {person.name for person in base.people}
    for group, part in team.groups.items():
        for n, name in enumerate(part.people):
            if name not in names:
                path = ("groups", group, "people", n)
                raise document.error(path, f"unknown person {name!r}{hint(name, names)}")
    return base.model_copy(update={"groups": {**base.groups, **team.groups}})


def _within(document: Document, path: Path, binding: Binding, ceiling: Ceiling) -> None:
    """Raises DocumentError at the first thing that reaches beyond."""
    part, most = binding.part, ceiling.most
    if part.deny:
        _deny_within(document, path, binding, ceiling)
        return
    _people_within(document, path, binding, ceiling)
    beyond = sorted(binding.permissions - most.permissions)
    if beyond:
        allowed = ", ".join(ceiling.part.roles)
        text = f"{part.role!r} holds {', '.join(beyond)}, which is beyond the team's ceiling ({allowed})"
        raise document.error((*path, "role"), text)
    _all_within(document, path, binding, ceiling)
    if ceiling.part.tools and not part.tools:
        raise document.error(
            (*path, "tools"), f"the team's ceiling names tools: {', '.join(ceiling.part.tools)}"
        )
    if binding.max_rank > most.max_rank:
        text = f"the team's ceiling ends at max_risk: {ceiling.part.max_risk}; write that or a lower one"
        raise document.error((*path, "max_risk"), text)


def _deny_within(document: Document, path: Path, binding: Binding, ceiling: Ceiling) -> None:
    """A deny of a place that it leaves out reaches everywhere: a team's names its own."""
    if not binding.part.namespaces and not binding.part.compartments:
        raise document.error(path, "a deny in a team's file names namespaces or compartments of the team")
    if binding.part.namespaces and not binding.part.clusters and "*" not in ceiling.part.clusters:
        raise document.error(path, "a deny of namespaces in a team's file names their clusters, too")
    _all_within(document, path, binding, ceiling)


def _people_within(document: Document, path: Path, binding: Binding, ceiling: Ceiling) -> None:
    most, allowed = ceiling.most, ", ".join(ceiling.part.to)
    for name in sorted(binding.people - most.people):
        text = f"{name} is beyond the team's ceiling ({allowed})"
        raise document.error((*path, "subjects"), text)
    for group in binding.usergroups:
        if group not in most.usergroups:
            text = f"the Slack group {group} is beyond the team's ceiling ({allowed})"
            raise document.error((*path, "subjects"), text)


def _all_within(document: Document, path: Path, binding: Binding, ceiling: Ceiling) -> None:
    part, most = binding.part, ceiling.part
    kinds: tuple[tuple[str, Iterable[str], tuple[str, ...], Covers], ...] = (
        ("channels", part.channels, most.channels, any_matches),
        ("clusters", part.clusters, most.clusters, any_matches),
        ("namespaces", part.namespaces, most.namespaces, any_matches),
        ("compartments", part.compartments, most.compartments, in_subtree),
        ("tools", part.tools, most.tools or ("*",), any_matches),
    )
    for name, patterns, allowed, covers in kinds:
        for n, pattern in enumerate(patterns):
            if not _covered(pattern, allowed, covers):
                text = f"{pattern!r} is beyond the team's ceiling ({', '.join(allowed) or 'none'})"
                raise document.error((*path, name, n), text)


def _covered(pattern: str, allowed: Sequence[str], covers: Covers) -> bool:
    """Whether whatever fits `pattern` fits one of `allowed`: asked of a name in which each star is a run that nothing spells.

    A lone star fits names with slashes too, so only a lone star covers it.
    """
    if pattern == "*":
        return "*" in allowed
    return covers(allowed, pattern.replace("*", ANY_RUN))
