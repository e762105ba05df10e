"""CIS 1.1, 1.2, 1.3, 1.15: what the statements of policies give away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tools.access.catalogue import ALL, VERBS
from tools.access.effective import ability, conditioned
from tools.access.findings.world import Finding, World, administers, proof
from tools.access.syntax import Comparison, Condition, Grant, Group, Verb
from tools.reads.digest import token

MEMBERS: Final = frozenset({"GROUP_UPDATE", "USER_UPDATE", "GROUP_DELETE"})
STORED: Final = frozenset(
    {"VOLUME_DELETE", "VOLUME_BACKUP_DELETE", "BOOT_VOLUME_BACKUP_DELETE", "BUCKET_DELETE", "OBJECT_DELETE"}
    | {"FILE_SYSTEM_DELETE", "MOUNT_TARGET_DELETE", "EXPORT_SET_DELETE", "FILESYSTEM_DELETE_SNAPSHOT"}
)
STORES: Final = ("volume-family", "volumes", "object-family", "buckets", "objects", "file-family", "file-systems", "volume-backups", "boot-volume-backups")  # fmt: skip


def subject(grant: Grant) -> str:
    said = " ".join(one.text for one in grant.subject.tokens())
    return token(said.replace(" ", ":", 1), "a subject with an unusual name")


def everything_in_the_tenancy(world: World) -> Iterator[Finding]:
    for known, grant in world.grants:
        found = grant.ability
        everything = isinstance(found, Verb) and (found.verb.low, found.resource.low) == (VERBS[-1], ALL)
        if everything and world.place(known) is world.tree.root and not administers(grant):
            yield Finding(f"{subject(grant)} may manage all-resources in the tenancy", (proof(known),))


def service_administrators(world: World) -> Iterator[Finding]:
    """A tenancy in which only Administrators manage anything has no administrators of services."""
    managing = [
        one for _, grant in world.grants
        if isinstance(one := grant.ability, Verb) and one.verb.low == VERBS[-1] and one.resource.low != ALL and not administers(grant)
    ]  # fmt: skip
    if not managing:
        yield Finding("no statement lets a group manage one service alone")


def members_of_administrators(world: World) -> Iterator[Finding]:
    for known, grant in world.grants:
        found = grant.ability
        if administers(grant) or (isinstance(found, Verb) and found.resource.low == ALL):
            continue
        given = conditioned(ability(found, world.tables), grant)
        wide = world.place(known) in {world.tree.root, None}
        if (given.sure | given.perhaps) & MEMBERS and wide and not _spares(grant):
            yield Finding(
                f"{subject(grant)} may change users or groups, Administrators included", (proof(known),)
            )


def _spares(grant: Grant) -> bool:
    return grant.where is not None and _excluding(grant.where.condition)


def _excluding(condition: Condition) -> bool:
    """`target.group.name != 'Administrators'`, alone or among conditions that must all hold."""
    if isinstance(condition, Group):
        return condition.quantifier.low == "all" and any(map(_excluding, condition.list.items))
    if not isinstance(condition, Comparison) or condition.variable.low not in {
        "target.group.name",
        "target.group.id",
    }:
        return False
    return condition.sign in {"!=", "not in"} or (
        condition.sign == "=" and "administrators" not in condition.text.lower()
    )


def storage_is_deleted(world: World) -> Iterator[Finding]:
    """Who runs storage should not be able to delete it: a condition on the permission takes that out."""
    for known, grant in world.grants:
        found = grant.ability
        if not isinstance(found, Verb) or found.resource.low not in STORES or administers(grant):
            continue
        given = conditioned(ability(found, world.tables), grant)
        if lost := (given.sure | given.perhaps) & STORED:
            yield Finding(
                f"{subject(grant)} may delete what it stores ({', '.join(sorted(lost)[:3])})", (proof(known),)
            )
