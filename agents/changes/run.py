"""A plan on its way: what every phase of a run needs, and the rows that prove what it was about to send."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agents.changes.ledger import Ledger
from agents.changes.ports import Standing
from agents.changes.seal import Plan, canonical, digest
from agents.changes.undo_left import left_by
from storage.database import Tx
from storage.errors import StoreUnavailable
from storage.executions import ExecutionRow
from storage.plans import PlanRow
from tools.approved import Approved
from tools.clients import Clients
from tools.errors import ToolError
from tools.plan import Action, Effect
from tools.spec import Call

APPLY = "apply"
CALL_SECONDS = 20.0
LOOK_SECONDS = 8.0


class ClaimLost(Exception):
    """Another process runs this plan now."""


@dataclass(frozen=True, slots=True)
class Run:
    """Opened and proven unaltered. `approve` builds the proof for a step; the executor alone supplies it."""

    row: PlanRow
    plan: Plan
    action: Action[Any]
    approvers: tuple[str, ...]
    approve: Callable[[Run, str], Approved]
    step: str = ""  # of a runbook: which one; empty where the plan is one change

    @property
    def mark(self) -> str:
        """What a write leaves on its target, and what is looked for there."""
        return f"{self.row.id}:{self.step}" if self.step else self.row.id

    def key(self, kind: str) -> str:
        """Name of the intent row of a write: `apply`, or `2:apply` of a runbook's second step."""
        return f"{self.step}:{kind}" if self.step else kind

    def at(self, row: PlanRow) -> Run:
        return dataclasses.replace(self, row=row)

    def approved(self, step: str) -> Approved:
        return self.approve(self, step)


class Hands:
    """Calls to the cloud and intent rows, the same in every phase."""

    def __init__(self, clients: Clients, ledger: Ledger, standing: Standing) -> None:
        self._clients = clients
        self._ledger = ledger
        self._standing = standing

    def must_stand(self) -> None:
        """Asked last before a write: who slept may have been taken for dead. Raises StoreUnavailable: it may pass."""
        if not self._standing.valid():
            raise StoreUnavailable("this process could not give a sign of life")

    def call(self, run: Run, seconds: float = CALL_SECONDS) -> Call:
        return Call(
            self._clients, self._ledger.clock.now(), seconds, Everything(), run.mark, acting=run.plan.acting
        )

    async def intend(
        self, run: Run, kind: str, precondition: str = "", kept: Mapping[str, Any] | None = None
    ) -> None:
        """The row that proves, before the write, what will be sent. Committed first or nothing is sent.

        `kept` is what the sealed plan does not hold and a process that goes on would need. Raises ClaimLost when another process took the plan over meanwhile: that one writes, this one must not.
        """
        step = run.key(kind)
        token = f"{run.row.id}:{step}"
        draft = run.plan.draft
        # The sealed plan holds what is sent, once; here its hash is enough, and no second copy of a template is kept.
        sent = canonical(draft.write if kind == APPLY else draft.rollback)
        request = {"precondition": precondition, "sha256": digest(sent), **(kept or {})}

        async def write(tx: Tx) -> None:
            now = await self._ledger.db.plans.get(tx, run.row.id)
            if now is None or (now.state, now.claimed_by) != (run.row.state, run.row.claimed_by):
                raise ClaimLost(run.row.id)
            if await self._standing.gone(tx, self._standing.worker):
                raise ClaimLost(run.row.id)
            await self._ledger.db.executions.intend(
                tx, plan_id=run.row.id, step=step, token=token, request=request
            )
            event = self._ledger.event(
                run.row, "plan.write_intended", approvers=run.approvers, correlation=run.plan.correlation,
                target=Ledger.target(run.plan), detail={"step": step, "token": token, "precondition": precondition} | _acting(run.plan),
            )  # fmt: skip
            await self._ledger.trail.record(tx, event)

        await self._ledger.db.write_whole(write)

    async def intent(self, plan_id: str, step: str) -> ExecutionRow | None:
        async with self._ledger.db.read() as tx:
            return await self._ledger.db.executions.get(tx, plan_id, step)

    async def sent(self, plan_id: str) -> bool:
        """Whether anything may have been written for this plan."""
        async with self._ledger.db.read() as tx:
            return await self._ledger.db.executions.any_of(tx, plan_id)

    async def left(self, run: Run) -> dict[str, str] | None:
        """How a success left the fields that its card had shown; None where nobody can say, or nothing is undone by it."""
        if run.plan.undo_of or run.plan.draft.rollback is None:
            return None
        try:
            return left_by(await run.action.reread(self.call(run, LOOK_SECONDS), run.plan.draft))
        except ToolError:
            return None

    async def effect(self, run: Run) -> Effect:
        """Whether our write reached the target; what cannot be asked cannot be told."""
        try:
            return await run.action.effect(self.call(run), run.plan.draft, run.mark)
        except ToolError:
            return Effect.CANNOT_TELL


def _acting(plan: Plan) -> dict[str, Any]:
    """So that our record names whom the cluster's audit log names."""
    return {"acts_as": plan.acting.user} if plan.acting and plan.acting.where else {}


class Everything:
    """The executor's reach: it acts on one sealed target, checked against the approvers' rights before."""

    def namespace(self, cluster: str, namespace: str) -> bool:  # noqa: ARG002 - the port's form
        return True

    def compartment(self, name: str) -> bool:  # noqa: ARG002
        return True
