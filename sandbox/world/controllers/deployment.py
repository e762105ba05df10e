"""Deployments: which ReplicaSets exist and how big each is."""

import copy

from sandbox.world.context import Context
from sandbox.world.controllers import revisions, rollout
from sandbox.world.controllers.deployment_status import new_set_seen, refresh
from sandbox.world.events import Source
from sandbox.world.objects import (
    Obj,
    annotations,
    created,
    deleting,
    name,
    namespace,
    spec,
    status,
)

DEPLOYMENTS = "apps/v1/deployments"
REPLICASETS = "apps/v1/replicasets"
KIND = ("apps/v1", "Deployment")
SOURCE = Source("deployment-controller")


def reconcile(ctx: Context) -> None:
    for deployment in ctx.access.list(DEPLOYMENTS):
        if not deleting(deployment):
            owned = [entry for entry in ctx.access.owned(REPLICASETS, deployment) if not deleting(entry)]
            _Rollout(ctx, deployment, sorted(owned, key=created)).step()


class _Rollout:
    """One pass over one Deployment."""

    def __init__(self, ctx: Context, deployment: Obj, sets: list[Obj]) -> None:
        self.ctx = ctx
        self.deployment = deployment
        self.sets = sets
        self.wanted: int = spec(deployment).get("replicas", 1)
        self.strategy: Obj = spec(deployment).get("strategy") or {}
        self.budget = rollout.budget(self.strategy, self.wanted)

    @property
    def limit(self) -> int:
        """The most pods that may exist: what the `max-replicas` annotation says."""
        recreate = self.strategy.get("type") == "Recreate"
        return self.wanted if recreate or not self.wanted else self.wanted + self.budget.surge

    def step(self) -> None:
        new = revisions.newest(self.deployment, self.sets)
        if spec(self.deployment).get("paused"):
            self._rescale(new)
        else:
            new = self._ensure_new(new)
            if self._being_scaled():
                self._rescale(new)
            elif self.strategy.get("type") == "Recreate":
                self._recreate(new)
            else:
                self._roll(new)
        new = next((entry for entry in self.sets if new is not None and name(entry) == name(new)), None)
        self._forget_old(new)
        refresh(self.ctx, self.deployment, self.sets, new, self.budget)

    def _others(self, new: Obj | None) -> list[Obj]:
        return [entry for entry in self.sets if new is None or name(entry) != name(new)]

    def _ensure_new(self, new: Obj | None) -> Obj:
        others = self._others(new)
        number = revisions.next_revision(others)
        if new is None:
            taken = {name(entry) for entry in self.ctx.access.list(REPLICASETS, namespace(self.deployment))}
            body = revisions.build(self.deployment, number, taken)
            body = revisions.sized(body, 0, self.wanted, self.limit)
            new = self.ctx.access.create(REPLICASETS, body)
            self.sets.append(new)
            self._number(number)
            self.deployment = new_set_seen(self.ctx, self.deployment, new, made=True)
            return new
        notes = revisions.renumbered(new, self.deployment, number)
        if notes != annotations(new):
            changed = copy.deepcopy(new)
            changed["metadata"]["annotations"] = notes
            new = self._replaced(new, changed)
        self._number(revisions.revision(new))
        if not any(c["type"] == "Progressing" for c in status(self.deployment).get("conditions") or []):
            self.deployment = new_set_seen(self.ctx, self.deployment, new, made=False)
        return new

    def _number(self, number: int) -> None:
        if revisions.revision(self.deployment) == number:
            return
        changed = copy.deepcopy(self.deployment)
        changed["metadata"].setdefault("annotations", {})[revisions.REVISION] = str(number)
        self.deployment = self.ctx.access.update(DEPLOYMENTS, changed)

    def _replaced(self, old: Obj, changed: Obj) -> Obj:
        stored = self.ctx.access.update(REPLICASETS, changed)
        self.sets = [stored if entry is old else entry for entry in self.sets]
        return stored

    def _resize(self, entry: Obj, replicas: int) -> Obj:
        before = spec(entry).get("replicas", 1)
        if revisions.is_sized(entry, replicas, self.wanted, self.limit):
            return entry
        changed = revisions.sized(entry, replicas, self.wanted, self.limit)
        stored = self._replaced(entry, changed)
        if before != replicas:
            word = "up" if replicas > before else "down"
            text = f"Scaled {word} replica set {name(entry)} from {before} to {replicas}"
            self.ctx.recorder.record(SOURCE, self.deployment, KIND, ("Normal", "ScalingReplicaSet", text))
        return stored

    def _being_scaled(self) -> bool:
        active = [entry for entry in self.sets if spec(entry).get("replicas")]
        wishes = [annotations(entry).get(revisions.DESIRED) for entry in active]
        return any(wish is not None and wish != str(self.wanted) for wish in wishes)

    def _rescale(self, new: Obj | None) -> None:
        active = [entry for entry in self.sets if spec(entry).get("replicas")]
        if not active:
            if new is not None:
                self._resize(new, self.wanted)
            return
        if len(active) == 1:
            self._resize(active[0], self.wanted)
            return
        active.sort(key=lambda entry: spec(entry)["replicas"], reverse=True)
        sizes = [spec(entry)["replicas"] for entry in active]
        for entry, size in zip(active, rollout.shared_out(sizes, self.wanted, self.limit), strict=True):
            self._resize(entry, size)

    def _recreate(self, new: Obj) -> None:
        old = self._others(new)
        for entry in old:
            if spec(entry).get("replicas"):
                self._resize(entry, 0)
        if not any(
            status(entry).get("replicas") or status(entry).get("terminatingReplicas") for entry in old
        ):
            self._resize(new, self.wanted)

    def _roll(self, new: Obj) -> None:
        total = sum(spec(entry).get("replicas", 0) for entry in self.sets)
        size = rollout.grown(
            wanted=self.wanted, total=total, new=spec(new).get("replicas", 0), surge=self.budget.surge
        )
        grew = size != spec(new).get("replicas", 0)
        new = self._resize(new, size)
        if not grew:
            self._shrink_old(new, total)

    def _shrink_old(self, new: Obj, total: int) -> None:
        old = [entry for entry in self._others(new) if spec(entry).get("replicas")]
        if not old:
            return
        sizes = rollout.shrunk(
            [rollout.OldSet(spec(e)["replicas"], status(e).get("availableReplicas", 0)) for e in old],
            wanted=self.wanted,
            unavailable=self.budget.unavailable,
            total=total,
            new=spec(new).get("replicas", 0),
            new_available=status(new).get("availableReplicas", 0),
        )
        for entry, size in zip(old, sizes, strict=True):
            if size != spec(entry)["replicas"]:
                self._resize(entry, size)

    def _forget_old(self, new: Obj | None) -> None:
        limit = spec(self.deployment).get("revisionHistoryLimit", 10)
        done = new is not None and spec(new).get("replicas") == status(new).get("availableReplicas", 0)
        if not done:
            return
        for entry in revisions.stale(self._others(new), limit):
            self.ctx.access.remove(REPLICASETS, entry)
            self.sets.remove(entry)
