"""All judged statements together: what each grants, to which people, and which deny takes it away again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tools.access.judging import Judged, Verdict
from tools.access.people import ADMINISTRATORS, DEFAULT, People, Who, named_in, who

SURE: Final = (Verdict.GRANTS, Verdict.PART)
ORDER: Final = tuple(Verdict)
TAKEN: Final = "taken away by a deny"
_DENIES: Final = {
    Verdict.GRANTS: "takes it away",
    Verdict.PART: "takes a part of it away",
    Verdict.DEPENDS: "may take it away",
    Verdict.BELOW: "takes it away only below",
    Verdict.RULED_OUT: "ruled out",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One statement for a person. `members` are the users of its groups; `taken` names the denies that reach all of it."""

    judged: Judged
    who: Who
    members: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        if self.judged.deny:
            return _DENIES[self.judged.verdict]
        if self.taken:
            return TAKEN
        return self.judged.verdict.value


@dataclass(frozen=True)
class Whole:
    """`sure`, `perhaps` and `denied` are names of users."""

    grants: tuple[Row, ...]
    denies: tuple[Row, ...]
    ruled_out: tuple[Row, ...]
    sure: tuple[str, ...]
    perhaps: tuple[str, ...]
    denied: tuple[str, ...]


def whole(found: Sequence[Judged], people: People) -> Whole:
    denies = [one for one in found if one.deny and one.verdict is not Verdict.RULED_OUT]
    grants = [one for one in found if not one.deny and one.verdict is not Verdict.RULED_OUT]
    rows = sorted((_row(one, denies, people) for one in grants), key=_rank)
    sure, perhaps, denied = _users(rows, denies, people)
    return Whole(
        tuple(rows),
        tuple(_row(one, (), people) for one in denies),
        tuple(_row(one, (), people) for one in found if one.verdict is Verdict.RULED_OUT and not one.deny),
        sure,
        perhaps,
        denied,
    )


def _rank(row: Row) -> tuple[int, bool, str]:
    return ORDER.index(row.judged.verdict), bool(row.taken), str(row.who)


def _row(judged: Judged, denies: Iterable[Judged], people: People) -> Row:
    groups = [people.group(one) for one in named_in(judged.statement, "group")]
    members = sorted({name for ident in groups for name in people.members.get(ident, ())})
    found = [people.rule(one) for one in named_in(judged.statement, "dynamic-group")]
    hit = [one for one in denies if one.verdict is not Verdict.BELOW and _reaches(one, judged, people)]
    return Row(
        judged,
        who(judged.statement, people),
        tuple(members),
        tuple(f"{one.name}: {one.rule}" for one in found if one is not None),
        tuple(one.line.ref for one in hit if one.verdict in SURE),
        tuple(one.line.ref for one in hit if one.verdict not in SURE),
    )


def _reaches(deny: Judged, grant: Judged, people: People) -> bool:
    """Whether everybody whom the grant is for is denied. Administrators of the Default domain never are."""
    kind, other = deny.statement.subject.kind.low, grant.statement.subject.kind.low
    whom, foreign = _names(grant, other, people), grant.statement.subject.origin is not None
    if foreign != (deny.statement.subject.origin is not None):
        return False
    if other == "group" and ADMINISTRATORS in whom:
        return False
    if kind == "any-user":
        return True
    if kind == "any-group":
        return other in {"any-group", "group"}
    return kind == other and bool(whom) and whom <= _names(deny, kind, people)


def _names(judged: Judged, kind: str, people: People) -> set[str]:
    """By name where an OCID's name is known: a grant may say one and its deny the other."""
    return {people.label(one).lower().removeprefix(DEFAULT) for one in named_in(judged.statement, kind)}


def _users(rows: Sequence[Row], denies: Sequence[Judged], people: People) -> tuple[tuple[str, ...], ...]:
    """Each user once, as the strongest grant has it, after the denies that reach them by any of their groups."""
    stands: dict[str, int] = {}
    for row in rows:
        level = {Verdict.GRANTS: 2, Verdict.BELOW: 0}.get(row.judged.verdict, 1)
        for name in row.members if level else ():
            stands[name] = max(stands.get(name, 0), min(level, _left(name, denies, people)))
    return tuple(tuple(sorted(n for n, at in stands.items() if at == level)) for level in (2, 1, 0))


def _left(user: str, denies: Sequence[Judged], people: People) -> int:
    """2: no deny reaches the user; 1: one may; 0: one does."""
    mine = {ident for ident, names in people.members.items() if user in names}
    if any(people.groups.get(ident, "").lower() == ADMINISTRATORS for ident in mine):
        return 2
    hit = [one.verdict for one in denies if one.verdict is not Verdict.BELOW and _denies(one, mine, people)]
    return 0 if any(one in SURE for one in hit) else 1 if hit else 2


def _denies(deny: Judged, mine: set[str], people: People) -> bool:
    if deny.statement.subject.origin is not None:
        return False
    if deny.statement.subject.kind.low in {"any-user", "any-group"}:
        return True
    return any(people.group(one) in mine for one in named_in(deny.statement, "group"))
