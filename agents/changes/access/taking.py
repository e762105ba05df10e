"""`access_revoke`: what was given for a while ends now, and with it what waits because of it."""

from __future__ import annotations

from pydantic import Field

from agents.changes.access.giving import DEADLINE_S, changed, person_of
from agents.changes.access.keeper import Access
from agents.changes.access.rules import REVOKE
from agents.changes.ledger import Ledger
from agents.policy import PolicyStore
from storage.grants import GrantRow
from storage.tx import Tx
from tools.approved import Approved
from tools.errors import GiveUp
from tools.plan import (
    Action,
    Applied,
    Blast,
    Check,
    Draft,
    Effect,
    FieldChange,
    Observation,
    Observed,
    Reread,
    Target,
)
from tools.spec import Args, Call, Risk


class RevokeArgs(Args):
    person: str = Field(max_length=63, description="from whom: a person of the policy")
    offer: str = Field(max_length=63, description="what they hold: an entry of the policy's `grantable`")


class Taking:
    def __init__(self, ledger: Ledger, policy: PolicyStore, access: Access) -> None:
        self._ledger = ledger
        self._policy = policy
        self._access = access

    async def plan(self, call: Call, args: RevokeArgs) -> Draft:
        del call
        person = person_of(self._policy.policy, args.person)
        rows = await self._of(person.id, args.offer)
        if not rows:
            raise GiveUp(
                f"{person.name} was given no {args.offer[:40]!r} that still runs; what the policy file gives is changed there"
            )
        ends = f"{rows[-1].until:%F %H:%M} UTC"
        return Draft(
            action=REVOKE,
            args=args.model_dump(mode="json"),
            target=Target(provider="policy", kind="Person", name=f"{person.name} as {args.offer}", uid=person.id),
            title=f"Take {args.offer} from {person.name} now",
            shown={"given by": _plans(rows)},
            changes=(FieldChange(path=f"access of {person.name}", before=f"{args.offer} until {ends}", after="what the policy file gives"),),
            dry_run=f"given by {_plans(rows)}",
            blast=Blast(summary=f"{person.name} no longer holds {args.offer}; what they asked for by it does not wait any more"),
            reversible=False,
            undo="given again by `access grant`",
            rollback=None,
            write={"person": person.id, "offer": args.offer, "plans": [row.plan_id for row in rows]},
            check=Check(criterion=f"{person.name} does not hold {args.offer}", deadline_s=DEADLINE_S, hold_s=0.0),
            risk=Risk.LOW,
        )  # fmt: skip

    async def reread(self, call: Call, draft: Draft) -> Reread:
        del call
        now = (
            _plans(await self._of(str(draft.write["person"]), str(draft.write["offer"])))
            or "nothing any more"
        )
        shown = draft.shown["given by"]
        return Reread(() if now == shown else (FieldChange(path="given by", before=shown, after=now),), "")

    async def dry_run(self, call: Call, draft: Draft, precondition: str) -> str:  # noqa: ARG002 - the port's form
        return draft.dry_run

    async def apply(self, call: Call, approved: Approved, precondition: str) -> Applied:  # noqa: ARG002
        async def end(tx: Tx) -> None:
            plans = [str(plan) for plan in approved.draft.write["plans"]]
            if await self._ledger.db.grants.end(tx, plans, by=approved.requester, at=call.now):
                await self._ledger.trail.record(tx, changed("taken", approved, call.now.isoformat()))

        await self._ledger.db.write_whole(end)
        await self._access.sweep()
        return Applied(approved.plan_id, "not held any more")

    async def effect(self, call: Call, draft: Draft, plan_id: str) -> Effect:
        del call, plan_id
        held = await self._of(str(draft.write["person"]), str(draft.write["offer"]))
        return Effect.NONE if held else Effect.DONE

    async def observe(self, call: Call, draft: Draft) -> Observation:
        del call
        held = await self._of(str(draft.write["person"]), str(draft.write["offer"]))
        if held:
            return Observation(Observed.NOT_YET, "still held", {})
        return Observation(Observed.HOLDS, "not held any more", {})

    async def roll_back(self, call: Call, approved: Approved) -> Applied:
        del call, approved
        raise GiveUp("what was taken is given again by a plan of its own")

    async def _of(self, person: str, offer: str) -> list[GrantRow]:
        return [row for row in await self._access.live() if (row.person, row.offer) == (person, offer)]


def _plans(rows: list[GrantRow]) -> str:
    return ", ".join(sorted(row.plan_id for row in rows))


def revoke_action(taking: Taking) -> Action[RevokeArgs]:
    return Action(
        name=REVOKE,
        summary="Take back at once what a person was given for a while.",
        args=RevokeArgs,
        risk=Risk.LOW,
        reversible=False,
        reads=("grants",),
        writes=("grants",),
        needs_kubernetes=(),
        needs_oci=(),
        examples=(),
        plan=taking.plan,
        reread=taking.reread,
        dry_run=taking.dry_run,
        apply=taking.apply,
        effect=taking.effect,
        observe=taking.observe,
        roll_back=taking.roll_back,
        observe_rollback=taking.observe,
    )
