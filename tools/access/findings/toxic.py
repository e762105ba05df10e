"""Rights that are harmless each and not together: ways from what a group has to what it was never given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tools.access.conditions import rule
from tools.access.effective import Known, ability, conditioned
from tools.access.findings.statements import subject
from tools.access.findings.world import Finding, Proof, World, is_dynamic, proof
from tools.access.holders import Holder
from tools.access.matching import COMPARTMENTS, whole_compartment
from tools.access.syntax import Comparison, Condition, Grant, Group, Presence
from tools.access.tokens import Unreadable
from tools.oracle.compartments import Compartment
from tools.reads.digest import token

POLICY: Final = frozenset({"POLICY_CREATE", "POLICY_UPDATE"})
RULES: Final = frozenset({"DYNAMIC_GROUP_CREATE", "DYNAMIC_GROUP_UPDATE"})
MADE: Final = frozenset({"INSTANCE_CREATE"})
SEEN: Final = ("INSPECT", "READ")


def _ways(world: World, wanted: frozenset[str], does: str, *, root: bool = False) -> Iterator[Finding]:
    """Groups other than Administrators that surely have one of the permissions somewhere, each with its statement."""
    for holder in world.holders:
        for known, grant in world.about(holder):
            at = world.place(known)
            if at is None or (root and at is not world.tree.root):
                continue
            given = conditioned(ability(grant.ability, world.tables), grant)
            if (found := given.sure & wanted & world.power(holder, at).sure) and not _whole(grant):
                where = "the tenancy" if at is world.tree.root else at.path
                yield Finding(f"group {_name(holder)} {does} in {where} ({min(found)})", (proof(known),))


def _whole(grant: Grant) -> bool:
    """Everything in the tenancy is a finding of its own (CIS 1.2)."""
    return "all-resources in tenancy" in " ".join(one.low for one in grant.tokens())


def _name(holder: Holder) -> str:
    return token(holder.name, "one with an unusual name")


def writes_policies(world: World) -> Iterator[Finding]:
    yield from _ways(world, POLICY, "may write policies, and so give itself everything,")


def writes_rules(world: World) -> Iterator[Finding]:
    yield from _ways(
        world, RULES, "may change dynamic groups, and so put its own machine into any of them,", root=True
    )


def joins_groups(world: World) -> Iterator[Finding]:
    """To put a user into a group takes both halves."""
    for holder in world.holders:
        have = world.power(holder, world.tree.root).sure
        if {"GROUP_UPDATE", "USER_UPDATE"} <= have:
            parts = [
                one
                for one, grant in world.about(holder)
                if _gives(world, grant, {"GROUP_UPDATE", "USER_UPDATE"})
            ]
            if not any(_whole(grant) for _, grant in world.about(holder)):
                yield Finding(
                    f"group {_name(holder)} may put itself into any group, Administrators included",
                    tuple(map(proof, parts)),
                )


def _gives(world: World, grant: Grant, wanted: set[str]) -> bool:
    return bool(ability(grant.ability, world.tables).sure & wanted)


def makes_members(world: World) -> Iterator[Finding]:
    """Whoever makes an instance where a dynamic group takes in all of them acts as that group from inside it."""
    for dynamic in world.dynamic:
        where = [world.tree.get(one) for one in _compartments(dynamic)]
        more = [one for one, _ in world.about(dynamic)]
        for at in filter(None, where) if more else ():
            for holder in world.holders:
                if world.power(holder, at).sure & MADE and (gained := _gained(world, holder, dynamic, more)):
                    makes = [
                        one
                        for one in world.reaching(holder, at)
                        if one.local and _gives(world, one.local, set(MADE))
                    ]
                    rule_ = Proof(f"oci:{dynamic.id}#matchingRule", dynamic.rule)
                    yield Finding(
                        f"group {_name(holder)} may make an instance in {at.path}, which is then in dynamic group {_name(dynamic)} and gains {', '.join(gained)}",
                        (*map(proof, makes[:2]), rule_, *map(proof, more[:2])),
                    )


def _gained(world: World, holder: Holder, dynamic: Holder, statements: list[Known]) -> list[str]:
    """What the dynamic group has somewhere and the group has not there; the gravest three."""
    found: set[str] = set()
    for known in statements:
        at: Compartment | None = world.place(known)
        if at is not None:
            found |= world.power(dynamic, at).sure - world.power(holder, at).sure
    return sorted(
        found, key=lambda one: (one.endswith(SEEN) and "SECRET_BUNDLE" not in one, "SECRET" not in one, one)
    )[:3]


def _compartments(dynamic: Holder) -> list[str]:
    try:
        condition = rule(dynamic.rule).condition
    except Unreadable:
        return []
    return (
        [
            value
            for one in _comparisons(condition)
            if one.variable.low in COMPARTMENTS
            for value in _quoted(one)
        ]
        if whole_compartment(condition)
        else []
    )


def _comparisons(condition: Condition) -> Iterator[Comparison]:
    if isinstance(condition, Group):
        for one in condition.list.items:
            yield from _comparisons(one)
    elif isinstance(condition, Comparison):
        yield condition


def _quoted(one: Comparison) -> list[str]:
    return [token.plain for token in one.tokens() if token.plain.startswith("ocid1.")]


def anybody(world: World) -> Iterator[Finding]:
    """any-user is everybody who has signed in, machines of other compartments included."""
    for known, grant in world.grants:
        if grant.subject.kind.low in {"any-user", "any-group"} and not (
            grant.where and _principal(grant.where.condition)
        ):
            yield Finding(
                f"{grant.subject.kind.low} may {_what(grant)} without a condition on who asks",
                (proof(known),),
            )


def _what(grant: Grant) -> str:
    return token("-".join(one.text for one in grant.ability.tokens()), "do something").replace("-", " ", 1)


def _principal(condition: Condition) -> bool:
    if isinstance(condition, Group):
        found = [_principal(one) for one in condition.list.items]
        return all(found) if condition.quantifier.low == "any" else any(found)
    named = isinstance(condition, Comparison | Presence) and condition.variable.low.startswith(
        "request.principal."
    )
    return named and (not isinstance(condition, Comparison) or condition.sign in {"=", "in"})


def lets_others_in(world: World) -> Iterator[Finding]:
    """Admitted from any tenancy, or admitted to more than to look."""
    for known in world.known:
        one = known.statement
        if not isinstance(one, Grant) or one.kind != "admit":
            continue
        anywhere = one.subject.origin is not None and one.subject.origin.name is None
        given = ability(one.ability, world.tables)
        if anywhere or not all(name.endswith(SEEN) for name in given.sure) or given.unknown:
            who = "any other tenancy" if anywhere else "another tenancy"
            yield Finding(f"people of {who} are admitted to {_what(one)}", (proof(known),))


def machines_manage(world: World) -> Iterator[Finding]:
    for known, grant in world.grants:
        if is_dynamic(grant) and _whole(grant) and "manage" in {one.low for one in grant.ability.tokens()}:
            yield Finding(
                f"{subject(grant)} may manage everything: whoever is on one of its machines may, too",
                (proof(known),),
            )
