"""Statements and permissions in words, as the tools on Oracle's policies say them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tools.access.effective import Known
from tools.access.judging import Line
from tools.access.syntax import Grant, Verb
from tools.reads.digest import listed, short, token
from tools.spec import Evidence, Json

WEIGHT = ("INSPECT", "READ", "USE", "UPDATE", "CREATE", "DELETE", "MANAGE")


def source(one: Line) -> str:
    return f"policy {one.policy_name} in {one.attached.path}, statement {one.number + 1}"


def quoted(one: Line) -> str:
    return f"{short(one.text, 240)!r} ({source(one)})"


def evidence(one: Line) -> Evidence:
    label = f"policy {token(one.policy_name, 'with an unusual name')}, statement {one.number + 1}"
    return Evidence(one.ref, label, short(one.text, 300), untrusted=True)


def entry(one: Line) -> Json:
    return {
        "statement": one.text,
        "ref": one.ref,
        "policy": one.policy,
        "policy_name": one.policy_name,
        "attached": one.attached.path,
        "line": one.number + 1,
    }


def condition(known: Known) -> str:
    one = known.statement
    return one.where.condition.text if isinstance(one, Grant) and one.where else ""


def what(grant: Grant) -> str:
    """`manage all-resources`, or the list in braces."""
    found = grant.ability
    return f"{found.verb.low} {found.resource.low}" if isinstance(found, Verb) else short(found.text, 80)


def permissions(found: Iterable[str], most: int = 6) -> str:
    """What ends things first, what only looks last."""
    return listed(sorted(found, key=lambda one: (_mildness(one), one)), most)


def _mildness(permission: str) -> int:
    end = permission.rpartition("_")[2]
    return {"DELETE": 0, "MANAGE": 0, "CREATE": 1, "UPDATE": 2, "INSPECT": 9, "READ": 8}.get(end, 3)


def names(found: Sequence[str], most: int = 6) -> str:
    return listed([token(one, "one with an unusual name") for one in found], most)
