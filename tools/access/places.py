"""Where a statement applies, seen from the compartment that is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tools.access.syntax import Place
from tools.oracle.compartments import Compartment, Tree


class Standing(StrEnum):
    HERE = "here"  # at the compartment, or above it
    BELOW = "below"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Applies:
    """`at` is the compartment that the statement names, None where that cannot be told."""

    standing: Standing
    why: str
    at: Compartment | None = None


def applies(place: Place, attached: Compartment, target: Compartment, tree: Tree) -> Applies:
    """`attached` is the compartment of the policy: paths count from there."""
    if place.kind.low != "compartment":
        if attached is tree.root:
            return _standing(tree.root, target, tree)
        return Applies(
            Standing.UNKNOWN,
            f"`in tenancy` counts in a policy of the root, and this one is in {attached.path}",
        )
    if place.id:
        found = tree.get(place.id)
        return _standing(found, target, tree) if found else _unseen(place.id)
    named = _named(place.path, attached, tree)
    if len(named) == 1:
        return _standing(named[0], target, tree)
    said = ":".join(place.path)
    if named:
        return Applies(Standing.UNKNOWN, f"{said} may be {' or '.join(one.path for one in named)}")
    return _unseen(said)


def _unseen(named: str) -> Applies:
    return Applies(Standing.UNKNOWN, f"compartment {named} is not there, or not visible to me")


def _standing(at: Compartment, target: Compartment, tree: Tree) -> Applies:
    if at == target:
        return Applies(Standing.HERE, "", at)
    if at in tree.above(target):
        return Applies(Standing.HERE, f"{_called(at, tree)} contains {target.path}", at)
    if target in tree.above(at):
        return Applies(Standing.BELOW, f"only in {at.path}", at)
    return Applies(Standing.ELSEWHERE, "", at)


def _called(one: Compartment, tree: Tree) -> str:
    return "the tenancy" if one is tree.root else one.path


def _named(path: tuple[str, ...], attached: Compartment, tree: Tree) -> list[Compartment]:
    """Every compartment that the path may mean: below the policy's own, from that one's name on, or whole from the root."""
    found = [tree.child(attached, path)]
    if path[0].lower() == attached.name.lower():
        found.append(tree.child(attached, path[1:]))
    whole = tree.child(tree.root, path)
    if whole is not None and attached in tree.above(whole):
        found.append(whole)
    return list({one.id: one for one in found if one is not None}.values())
