"""Who would take a change back, how soon, and which change lasts: read from whatever manages the object.

What cannot be read counts as reverting: a change that holds only for lack of a look must not be called done.
"""

from __future__ import annotations

from typing import Final

from tools.cluster.api import Api
from tools.cluster.gitops import APPLICATION, ARGO_S, automated, revision, seconds, source_words, suspended
from tools.cluster.kinds import Kind
from tools.cluster.objects import annotated, spec
from tools.errors import GiveUp, ToolError
from tools.plan import Ownership
from tools.remediation.ownership import Mark, mark_of
from tools.spec import Json

FLUX_S: Final = 600.0  # where its object does not say how often it looks
PAST_S: Final = 10.0  # that a change must hold beyond the time in which it would be taken back
LONGEST_S: Final = 900.0  # a verification that takes longer helps nobody: then the other route comes first
_LEFT_ALONE = (
    ("kustomize.toolkit.fluxcd.io/reconcile", ("disabled",)),
    ("kustomize.toolkit.fluxcd.io/ssa", ("Ignore", "IfNotPresent")),
)


async def owner(api: Api, item: Json) -> Ownership:
    """Who manages the object and whether that would take a change by hand back."""
    mark = mark_of(item)
    if mark is None:
        return Ownership()
    if mark.kind is None:
        return _helm(mark)
    try:
        manager = await api.get(mark.kind, mark.namespace, mark.name)
    except ToolError:
        return _unread(mark, mark.kind)
    return _argo(mark, manager) if mark.manager == "argocd" else _flux(mark, mark.kind, manager, item)


def held(least: float, managed: Ownership) -> float:
    """Seconds for which a change must hold: past the time in which its manager would take it back.

    Raises:
        GiveUp: that takes too long to be watched.
    """
    if not managed.reverts or managed.interval_s <= 0:
        return least
    if managed.interval_s > LONGEST_S:
        raise GiveUp(
            f"{managed.detail}, which takes a change by hand back within {managed.interval_s / 60:.0f} minutes: nothing would be proven before. {managed.lasting_route}"
        )
    return max(least, managed.interval_s + PAST_S)


def reverting(managed: Ownership) -> list[str]:
    """The warning for the card, where the change would be taken back."""
    return [f"{managed.detail}: {managed.lasting_route}"] if managed.reverts else []


def bystander(managed: Ownership) -> Ownership:
    """The same for a change that no manifest speaks of: it stays whoever manages the object."""
    return managed.model_copy(update={"reverts": False, "lasting_route": "", "interval_s": 0.0})


def _helm(mark: Mark) -> Ownership:
    place = f"{mark.name} -n {mark.namespace}"
    return Ownership(
        manager="helm",
        detail=f"installed by Helm release {mark.name}",
        lasting_route=f"its next upgrade sets the chart's values again; to go back for good: helm history {place}, then helm rollback {mark.name} REVISION -n {mark.namespace}, or change the values of the release",
    )


def _named(mark: Mark) -> str:
    return (
        f"managed by Argo CD application {mark.name}"
        if mark.manager == "argocd"
        else f"managed by Flux {mark.name}"
    )


def _pause(mark: Mark, kind: Kind) -> str:
    return f"first pause its sync (sync_pause of {kind.singular} {mark.name} in {mark.namespace}, an approved step of its own)"


def _unread(mark: Mark, kind: Kind) -> Ownership:
    argo = mark.manager == "argocd"
    return Ownership(
        manager=mark.manager,
        detail=f"{_named(mark)}, whose settings cannot be read here",
        reverts=True,
        lasting_route=f"it may put Git's state back at any time: change the manifests in its Git repository, or {_pause(mark, kind)}",
        interval_s=ARGO_S if argo else FLUX_S,
    )


def _git(manager: Json) -> str:
    commit = revision(manager)
    back = f"; {commit} is deployed, `git revert {commit}` and a push take that back" if commit else ""
    return f"change it in Git ({source_words(manager)}{back})"


def _argo(mark: Mark, app: Json) -> Ownership:
    policy = automated(app)
    heals = bool(policy and policy.get("selfHeal"))
    words = "self-heal is on" if heals else "no self-heal" if policy else "synced by hand"
    when = "it puts Git's state back at once" if heals else "its next sync puts Git's state back"
    either = f", or {_pause(mark, APPLICATION)}" if heals else ""
    return Ownership(
        manager="argocd",
        detail=f"{_named(mark)} ({words})",
        reverts=heals,
        lasting_route=f"{when}: {_git(app)}{either}",
        interval_s=ARGO_S if heals else 0.0,
    )


def _flux(mark: Mark, kind: Kind, manager: Json, item: Json) -> Ownership:
    why = _flux_rests(kind, manager, item)
    often = seconds(str(spec(manager).get("interval", ""))) or FLUX_S
    words = why or f"reconciled every {often:g} s"
    when = "its next upgrade or reconciliation puts Git's state back" if why else "it puts Git's state back"
    either = "" if why else f", or {_pause(mark, kind)}"
    return Ownership(
        manager="flux",
        detail=f"{_named(mark)} ({words})",
        reverts=not why,
        lasting_route=f"{when}: {_git(manager)}{either}",
        interval_s=0.0 if why else often,
    )


def _flux_rests(kind: Kind, manager: Json, item: Json) -> str:
    """Why Flux leaves the object alone for now; empty when it does not."""
    if suspended(manager):
        return "suspended"
    if any(annotated(item).get(key) in values for key, values in _LEFT_ALONE):
        return "told to leave this object alone"
    drift = (spec(manager).get("driftDetection") or {}).get("mode")
    return "no drift detection" if kind.singular == "helmrelease" and drift != "enabled" else ""
