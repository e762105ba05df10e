"""From the file as written to what decisions are made of. Every mistake names its line and key."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from agents.policy.checks import check_keys
from agents.policy.decision import Person
from agents.policy.defaults import DEFAULT_ROLES, PRODUCTION
from agents.policy.globs import matches
from agents.policy.marks import Document, DocumentError, dotted, read_document
from agents.policy.models import BindingPart, CeilingPart, FreezePart, PersonPart, PolicyFile
from agents.policy.permissions import Permission, UnknownPermission, expand
from tools.cluster.acting import Acting
from tools.spec import Risk

Roles = Mapping[str, frozenset[Permission]]
P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Binding:
    """A binding with its role spelled out. `people` are names, `usergroups` Slack ids asked at each decision; `line` is its place in the file."""

    rule_id: str
    role: str
    permissions: frozenset[Permission]
    people: frozenset[str]
    usergroups: tuple[str, ...]
    part: BindingPart
    max_rank: int
    line: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be given for a while. `binding.people` are those who may hold it."""

    name: str
    binding: Binding
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How far a team's file may reach; `most` is a binding of all of it."""

    part: CeilingPart
    most: Binding


@dataclass(frozen=True, slots=True)
class Compiled:
    file: PolicyFile
    hash: str
    people: tuple[Person, ...]
    roles: Roles
    bindings: tuple[Binding, ...]
    offers: tuple[Offer, ...] = ()
    ceilings: Mapping[str, Ceiling] = field(default_factory=dict)


def hint(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def compile_policy(text: str, actions: Collection[str] = ()) -> Compiled:
    """`actions` are the names of those that there are; empty: nobody knows. Raises DocumentError naming line and key of the
    first mistake.
    """
    document = read_document(text)
    file = validated(document, PolicyFile)
    people = _people(document, file)
    roles = _roles(document, file)
    _check_parts(document, file)
    _check_actions(document, file, actions)
    bindings = tuple(
        bound(document, file, roles, part, ("bindings", n)) for n, part in enumerate(file.bindings)
    )
    offers = tuple(_offer(document, file, roles, n) for n in range(len(file.grantable)))
    ceilings = {name: _ceiling(document, file, roles, name) for name in file.teams}
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Compiled(file, digest, people, roles, bindings, offers, ceilings)


def _ceiling(document: Document, file: PolicyFile, roles: Roles, name: str) -> Ceiling:
    part, path = file.teams[name], ("teams", name)
    for n, role in enumerate(part.roles):
        if role not in roles:
            raise document.error((*path, "roles", n), f"unknown role {role!r}{hint(role, roles)}")
    shared = part.model_dump(exclude={"to", "roles"})
    binding = BindingPart(subjects=part.to, role=part.roles[0], **shared)
    most = bound(document, file, roles, binding, path, named="to")
    held = frozenset[Permission]().union(*(roles[role] for role in part.roles))
    return Ceiling(part, replace(most, permissions=held))


def _offer(document: Document, file: PolicyFile, roles: Roles, n: int) -> Offer:
    part, path = file.grantable[n], ("grantable", n)
    if any(part.name == other.name for other in file.grantable[:n]):
        raise document.error((*path, "name"), f"duplicate {part.name!r}")
    return Offer(part.name, bound(document, file, roles, part.binding, path, named="to"), part.longest)


def validated(document: Document, model: type[P]) -> P:
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise document.error(_path(document.data, first["loc"]), _problem(first, model)) from error


def _path(data: Any, loc: Sequence[str | int]) -> tuple[str | int, ...]:
    """The part of pydantic's location that is in the file; it appends words of its own such as `[key]`."""
    path: list[str | int] = []
    for part in loc:
        inside = (isinstance(data, Mapping) and part in data) or (
            isinstance(data, list) and isinstance(part, int) and part < len(data)
        )
        if not inside:
            missing = isinstance(data, Mapping) and part != "[key]"
            return (*path, part) if missing else tuple(path)
        data = data[part]
        path.append(part)
    return tuple(path)


def _problem(error: Mapping[str, Any], model: type[BaseModel]) -> str:
    kind, message = str(error["type"]), str(error["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        fields = {f.alias or name for name, f in model.model_fields.items()}
        return "unknown key" + (hint(str(error["loc"][0]), fields) if len(error["loc"]) == 1 else "")
    if kind == "missing":
        return "this key is required"
    return message[:1].lower() + message[1:]


def _unique(document: Document, seen: dict[str, str], value: str, path: tuple[str | int, ...]) -> None:
    if value in seen:
        raise document.error(path, f"duplicate {value!r}, first at {seen[value]}")
    seen[value] = f"line {document.line(path)}"


def _people(document: Document, file: PolicyFile) -> tuple[Person, ...]:
    names: dict[str, str] = {}
    accounts: dict[str, str] = {}
    users: dict[str, str] = {}
    for n, person in enumerate(file.people):
        _unique(document, names, person.name, ("people", n, "name"))
        _unique(document, accounts, person.id, ("people", n, "id"))
        for m, account in enumerate(person.also):
            _unique(document, accounts, account, ("people", n, "also", m))
        if person.kubernetes:  # two people as one user: the cluster's audit log could not tell them apart
            _unique(document, users, person.kubernetes.user, ("people", n, "kubernetes"))
    for group, part in file.groups.items():
        members: dict[str, str] = {}
        for n, name in enumerate(part.people):
            path = ("groups", group, "people", n)
            _unique(document, members, name, path)
            if name not in names:
                raise document.error(path, f"unknown person {name!r}{hint(name, names)}")
    return tuple(Person(p.id, p.name, (p.id, *p.also), kubernetes=_acting(p)) for p in file.people)


def _acting(person: PersonPart) -> Acting | None:
    known = person.kubernetes
    return Acting(user=known.user, groups=known.groups) if known else None


def _roles(document: Document, file: PolicyFile) -> Roles:
    written = DEFAULT_ROLES if file.roles is None else file.roles
    done: dict[str, frozenset[Permission]] = {}

    def spell_out(role: str, above: tuple[str, ...]) -> frozenset[Permission]:
        if role in done:
            return done[role]
        found: set[Permission] = set()
        seen: dict[str, str] = {}
        for n, item in enumerate(written[role]):
            path = ("roles", role, n)
            _unique(document, seen, item, path)
            if item in written:
                if item in (*above, role):
                    raise document.error(path, f"role {item!r} contains itself")
                found |= spell_out(item, (*above, role))
            else:
                found |= _permission(document, item, path, written)
        done[role] = frozenset(found)
        return done[role]

    for role in written:
        spell_out(role, ())
    return done


def _permission(
    document: Document, text: str, path: tuple[str | int, ...], roles: Iterable[str] = ()
) -> frozenset[Permission]:
    try:
        return expand(text)
    except UnknownPermission as error:
        known = [*Permission, *roles]
        raise document.error(path, f"unknown permission {text!r}{hint(text, known)}") from error


def _check_parts(document: Document, file: PolicyFile) -> None:
    for name, rule in file.approvals.items():
        path = ("approvals", name)
        if rule.role is not None and len(_permission(document, rule.role, (*path, "role"))) != 1:
            raise document.error((*path, "role"), "one permission, not a star")
        if not rule.distinct and rule.count > 1:
            raise document.error((*path, "distinct"), "one person never counts twice; leave it true")
    for n, window in enumerate(file.freeze):
        if problem := _freeze_problem(window):
            raise document.error(("freeze", n), problem)
        _check_environments(document, file, ("freeze", n), window.environments)
    names: dict[str, str] = {}
    for n, hours in enumerate(file.risk.hours):
        _unique(document, names, hours.name, ("risk", "hours", n, "name"))
        if hours.from_time >= hours.to_time:
            raise document.error(("risk", "hours", n, "to"), "the hours of a day end after they begin")
        _check_environments(document, file, ("risk", "hours", n), hours.environments)
    _check_duty(document, file)
    check_keys(document, file)
    digests: dict[str, str] = {}
    for n, digest in enumerate(file.digests):
        _unique(document, digests, digest.name, ("digests", n, "name"))


def _check_actions(document: Document, file: PolicyFile, known: Collection[str]) -> None:
    """A name that is no action's would pre-authorise nothing, and be found out at three in the morning."""
    for n, name in enumerate(file.incident.actions):
        if known and name not in known:
            raise document.error(("incident", "actions", n), f"unknown action {name!r}{hint(name, known)}")


def _check_duty(document: Document, file: PolicyFile) -> None:
    names: dict[str, str] = {}
    people = [person.name for person in file.people]
    for n, part in enumerate(file.duty):
        _unique(document, names, part.name, ("duty", n, "name"))
        if [part.rota, part.ical, part.pagerduty, part.group].count(None) != 3:
            raise document.error(("duty", n), "give one of rota, ical, pagerduty and group")
        if part.group is not None and part.group not in file.groups:
            problem = f"unknown group {part.group!r}{hint(part.group, file.groups)}"
            raise document.error(("duty", n, "group"), problem)
        turns = part.rota.people if part.rota else ()
        for name in (*turns, *part.people.values()):
            if name not in people:
                key = "rota" if name in turns else "people"
                raise document.error(("duty", n, key), f"unknown person {name!r}{hint(name, people)}")


def _check_environments(
    document: Document, file: PolicyFile, path: tuple[str | int, ...], patterns: Sequence[str]
) -> None:
    """A pattern that fits no environment would be a freeze that never holds, without a word."""
    known = dict.fromkeys([*(e.name for e in file.environments), PRODUCTION])
    for n, pattern in enumerate(patterns):
        if not any(matches(pattern, name) for name in known):
            problem = f"unknown environment {pattern!r}{hint(pattern, known)}"
            raise document.error((*path, "environments", n), problem)


def _freeze_problem(window: FreezePart) -> str:
    days = (window.from_day is not None, window.to_day is not None)
    cron = (window.cron is not None, window.lasts is not None)
    if any(days) and any(cron):
        return "either from and to, or cron and lasts, not both"
    if all(days) or all(cron):
        return ""
    return "needs from and to (days of the year), or cron and lasts"


def bound(
    document: Document,
    file: PolicyFile,
    roles: Roles,
    part: BindingPart,
    where: tuple[str | int, ...],
    *,
    named: str = "subjects",
) -> Binding:
    if part.role not in roles:
        raise document.error((*where, "role"), f"unknown role {part.role!r}{hint(part.role, roles)}")
    people: set[str] = set()
    usergroups: list[str] = []
    seen: dict[str, str] = {}
    for m, subject in enumerate(part.subjects):
        path = (*where, named, m)
        _unique(document, seen, subject, path)
        kind, _, name = subject.partition(":")
        if kind == "person" and any(p.name == name for p in file.people):
            people.add(name)
        elif kind == "group" and name in file.groups:
            people.update(file.groups[name].people)
            if usergroup := file.groups[name].slack_usergroup:
                usergroups.append(usergroup)
        else:
            known = [f"person:{p.name}" for p in file.people] + [f"group:{g}" for g in file.groups]
            raise document.error(path, f"unknown subject {subject!r}{hint(subject, known)}")
    rank = Risk(part.max_risk).rank if part.max_risk else Risk.CRITICAL.rank
    rule_id = f"{dotted(where)}:{part.role}"
    line = document.line(where)
    return Binding(
        rule_id, part.role, roles[part.role], frozenset(people), tuple(usergroups), part, rank, line
    )


__all__ = ["Binding", "Compiled", "DocumentError", "compile_policy"]
