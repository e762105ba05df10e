"""What a change of statements would newly allow, and take away: who, where, which permissions. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tools.access.catalogue import Catalogue
from tools.access.effective import Known, Power, power
from tools.access.holders import DYNAMIC, GROUP, SERVICE, Holder, anyone
from tools.access.people import called, named_in
from tools.access.syntax import ById, Grant
from tools.oracle.compartments import Compartment, Tree

NAMED = (GROUP, DYNAMIC, SERVICE)


@dataclass(frozen=True, slots=True)
class Delta:
    """At one compartment and below it, up to where another delta of the same holder begins."""

    holder: Holder
    at: Compartment
    gains: Power
    loses: Power

    def __bool__(self) -> bool:
        return bool(self.gains or self.loses)


@dataclass(frozen=True)
class Change:
    """All statements before and after, and the ones that differ."""

    before: Sequence[Known]
    after: Sequence[Known]
    differing: Sequence[Known]


def holders(changed: Sequence[Known], names: Mapping[str, Mapping[str, str]]) -> list[Holder]:
    """Whom the changed statements are about. `names` are names by OCID, by kind; who is not there has a name alone."""
    found: dict[tuple[str, str], Holder] = {}
    for one in changed:
        for holder in _holders(one.local, names) if one.local else ():
            found[(holder.kind, holder.id or holder.name)] = holder
    return list(found.values())


def _holders(grant: Grant, names: Mapping[str, Mapping[str, str]]) -> Iterator[Holder]:
    kind = grant.subject.kind.low
    if kind in {"any-user", "any-group"}:
        yield anyone() if kind == "any-user" else Holder(GROUP, "", "of any name", ())
    for named in named_in(grant, kind) if kind in NAMED else ():
        known = names.get(kind, {})
        key = called(named)
        ident = key if isinstance(named, ById) else next((i for i, name in known.items() if name.lower() == key), "")  # fmt: skip
        name = known.get(ident) or named.plain if not isinstance(named, ById) else known.get(ident, key)
        yield Holder(kind, ident, name, ((ident, name),))


def deltas(change: Change, holder: Holder, tree: Tree, tables: Catalogue) -> list[Delta]:
    """By path, without those that say what the compartment above them says already."""
    before = [one for one in change.before if one.local and holder.reached(one.local)]
    after = [one for one in change.after if one.local and holder.reached(one.local)]
    found: dict[str, Delta] = {}
    for at in _places((*before, *after), tree):
        was = power(before, at, tree, tables, exempt=holder.exempt)
        will = power(after, at, tree, tables, exempt=holder.exempt)
        found[at.id] = Delta(holder, at, will.less(was), was.less(will))
    return [one for one in found.values() if one and not _said_above(one, found, tree)]


def _places(found: Sequence[Known], tree: Tree) -> list[Compartment]:
    """Where what somebody may do can differ from the compartment above: where a statement begins to count."""
    places = {tree.root.id: tree.root}
    for one in found:
        at = one.applies(tree.root, tree).at
        if at is not None:
            places[at.id] = at
    return sorted(places.values(), key=lambda one: (one is not tree.root, one.path))


def _said_above(one: Delta, found: Mapping[str, Delta], tree: Tree) -> bool:
    above = next((found[up.id] for up in tree.above(one.at)[1:] if up.id in found), None)
    return above is not None and (above.gains, above.loses) == (one.gains, one.loses)


def crossing(changed: Sequence[Known]) -> list[Known]:
    """What changes between tenancies: what it allows depends on the other one."""
    return [one for one in changed if one.local is None]
