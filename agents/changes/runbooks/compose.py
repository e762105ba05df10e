"""From a runbook and its values to one draft: every step planned now, or sealed by action, arguments, target and risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import Field, ValidationError

from agents.changes.resting import at_rest
from agents.changes.risk import at_least
from agents.changes.runbooks.file import Runbook, StepPart
from agents.changes.runbooks.filling import filled
from agents.changes.runbooks.folder import Runbooks
from agents.changes.runbooks.params import values_of
from agents.changes.runbooks.sealed import RUNBOOK, Sealed, Step
from agents.changes.runbooks.summing import summed
from agents.gate.fill import fill_scope
from agents.gate.words import spell_invalid
from agents.policy.models import ScopePart
from tools.errors import GiveUp
from tools.plan import Action, Check, Draft
from tools.spec import Args, Call, Risk


class RunbookArgs(Args):
    name: str = Field(max_length=61, description="name of the runbook")
    params: dict[str, str | int | bool] = Field({}, description="values for its parameters")


@dataclass(frozen=True)
class Composer:
    """Plans a runbook. It reads and dry-runs only, as the actions of its steps do."""

    runbooks: Runbooks
    actions: Mapping[str, Action[Any]]

    async def plan(self, call: Call, args: RunbookArgs) -> Draft:
        runbook = await self.runbooks.named(args.name)
        values = values_of(runbook, args.params)
        steps: list[Step] = []
        for number, part in enumerate(runbook.file.steps, start=1):
            steps.append(await self._step(call, number, part, values, steps))
        sealed = Sealed(name=runbook.name, hash=runbook.hash, params=values, steps=tuple(steps))
        return summed(sealed, f"Run {runbook.name}: {_title(runbook, values)}")

    async def _step(
        self, call: Call, number: int, part: StepPart, values: Mapping[str, Any], done: list[Step]
    ) -> Step:
        action = self.actions[part.action]
        args = await self._args(call, action, filled(part.args, values), f"step {number} ({part.name})")
        base = next((step for step in done if step.name == part.after), None)
        try:
            draft = await at_rest(lambda: action.plan(call, args))
        except GiveUp as error:
            if base is None or error.not_found:
                raise GiveUp(f"step {number} ({part.name}): {error.reason}", error.source) from error
            draft = _later(action, args, base, error.reason)
            risk = at_least(draft.risk, part.risk or Risk.LOW)
            return _made(number, part, draft, risk, again=True, planned=False)
        moved = base is not None or any(step.draft.target.uid == draft.target.uid for step in done)
        return _made(number, part, draft, at_least(draft.risk, part.risk or Risk.LOW), again=moved)

    async def _args(self, call: Call, action: Action[Any], raw: Mapping[str, Any], where: str) -> Args:
        clients = call.clients
        final = fill_scope(
            action.args, raw,
            services=await clients.known_services(), clusters=clients.clusters.names,
            default_cluster=clients.clusters.default, channel=ScopePart(), reach=call.reach,
        )  # fmt: skip
        if named := final.get("compartment"):
            final["compartment"] = await clients.compartment_path(str(named), call.reach)
        try:
            found: Args = action.args.model_validate(final)
        except ValidationError as error:
            raise GiveUp(f"{where}: {spell_invalid(error)}") from error
        return found


def _made(
    number: int, part: StepPart, draft: Draft, risk: Risk, *, again: bool, planned: bool = True
) -> Step:
    draft = draft.model_copy(update={"risk": risk})
    return Step(number=number, name=part.name, draft=draft, again=again, planned=planned)


def _later(action: Action[Any], args: Args, base: Step, why: str) -> Draft:
    """What can be said of a step whose state an earlier one makes: what, on what, and how dangerous at most."""
    target = base.draft.target
    said = args.model_dump(mode="json", exclude_none=True)
    words = ", ".join(f"{key} {value}" for key, value in said.items() if key not in {"cluster", "namespace"})
    return Draft(
        action=action.name,
        args=said,
        target=target,
        title=f"{action.name} ({words})"[:200],
        shown={},
        changes=(),
        dry_run=f"when {base.name} is done; now: {why}"[:300],
        blast=base.draft.blast.model_copy(update={"summary": f"{target.kind} {target.name} again"}),
        reversible=action.reversible,
        undo="its own way back, planned with it" if action.reversible else "it cannot be undone",
        rollback={} if action.reversible else None,
        write={},
        check=Check(criterion=f"as {action.name} verifies it", deadline_s=base.draft.check.deadline_s),
        risk=action.risk,
    )


def _title(runbook: Runbook, values: Mapping[str, Any]) -> str:
    given = ", ".join(f"{key} {value}" for key, value in values.items())
    return f"{runbook.file.summary.rstrip('.')} ({given})"[:200] if given else runbook.file.summary[:200]


def runbook_action(runbooks: Runbooks, actions: Mapping[str, Action[Any]]) -> Action[RunbookArgs]:
    """The action whose plan is a runbook's. Its steps are run one by one; it has no write of its own."""
    return Action(
        name=RUNBOOK,
        summary="Run a runbook: several changes, approved as one, each verified before the next begins.",
        args=RunbookArgs,
        risk=Risk.LOW,
        reversible=True,
        reads=(),
        writes=(),
        needs_kubernetes=(),
        needs_oci=(),
        examples=("run the runbook surge-restart with service=checkout high=4 normal=3",),
        plan=Composer(runbooks, actions).plan,
        reread=_never,
        dry_run=_never,
        apply=_never,
        effect=_never,
        observe=_never,
        roll_back=_never,
        observe_rollback=_never,
    )


async def _never(*asked: Any) -> NoReturn:
    del asked
    raise GiveUp("a runbook is run step by step")
