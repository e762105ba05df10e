"""`access_grant`: an offer of the policy file, given to one person for a while. It ends by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import Field, model_validator

from agents.changes.access.keeper import Access
from agents.changes.access.rules import GRANT, RIGHTS
from agents.changes.ledger import Ledger
from agents.policy import Person, Policy, PolicyStore
from agents.policy.compile import Offer
from agents.policy.durations import parse_duration
from agents.policy.overlay import reach_of
from storage.audit.events import AuditEvent, EventType
from storage.grants import GrantRow
from storage.tx import Tx
from tools.approved import Approved
from tools.errors import AskBack, GiveUp
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

DEADLINE_S = 10.0


class GrantArgs(Args):
    person: str = Field(max_length=63, description="who gets it: a person of the policy")
    offer: str = Field(max_length=63, description="what: an entry of the policy's `grantable`")
    lasts: str | None = Field(None, max_length=8, description="for how long, e.g. 2h")
    until: datetime | None = Field(None, description="or until when, with its time zone")

    @model_validator(mode="after")
    def _one_end(self) -> GrantArgs:
        if (self.lasts is None) == (self.until is None):
            raise ValueError("say for how long (lasts=2h) or until when, not both")
        if self.until is not None and self.until.tzinfo is None:
            raise ValueError("until needs a time zone, e.g. 2026-11-26T18:00+00:00")
        if self.lasts is not None:
            parse_duration(self.lasts)
        return self


def person_of(policy: Policy, name: str) -> Person:
    found = policy.person_named(name)
    if found is None:
        raise AskBack(f"I know no person {name[:40]!r}. Who?", tuple(p.name for p in policy.people)[:10])
    return found


def offer_of(policy: Policy, name: str) -> Offer:
    found = policy.offer(name)
    names = tuple(offer.name for offer in policy.compiled.offers)
    if found is None and not names:
        raise GiveUp("the policy offers nothing that can be given for a while (`grantable`)")
    if found is None:
        raise AskBack(f"The policy offers no {name[:40]!r}. Which one?", names)
    return found


class Giving:
    def __init__(self, ledger: Ledger, policy: PolicyStore, access: Access) -> None:
        self._ledger = ledger
        self._policy = policy
        self._access = access

    async def plan(self, call: Call, args: GrantArgs) -> Draft:
        policy = self._policy.policy
        person, offer = person_of(policy, args.person), offer_of(policy, args.offer)
        self._may_hold(person, offer)
        seconds = self._seconds(args, offer, call.now)
        ends = f"until {args.until.astimezone(UTC):%F %H:%M} UTC" if args.until else f"for {args.lasts}"
        return Draft(
            action=GRANT,
            args=args.model_dump(mode="json", exclude_none=True),
            target=_target(person, offer.name),
            title=f"Give {person.name} {offer.name} {ends}",
            shown={"offer": reach_of(offer)},
            changes=(
                FieldChange(path=f"access of {person.name}", before="what the policy file gives", after=f"and {reach_of(offer)}"),
            ),
            dry_run=f"the policy offers it to {', '.join(sorted(offer.binding.people))}, for {offer.longest} at most",
            blast=Blast(summary=f"{person.name} holds {offer.binding.part.role} {ends}, then no more"),
            reversible=True,
            undo="taken back at once by `access revoke`; it ends by itself",
            rollback={"person": person.id, "offer": offer.name},
            write={
                "person": person.id, "name": person.name, "offer": offer.name, "seconds": seconds,
                "until": args.until.isoformat() if args.until else "",
                RIGHTS: sorted(right.value for right in offer.binding.permissions),
            },
            check=Check(criterion=f"{person.name} holds {offer.name}", deadline_s=DEADLINE_S, hold_s=0.0),
            risk=Risk.HIGH,
        )  # fmt: skip

    @staticmethod
    def _may_hold(person: Person, offer: Offer) -> None:
        if person.name not in offer.binding.people:
            names = ", ".join(sorted(offer.binding.people)) or "nobody by name"
            raise GiveUp(f"the policy offers {offer.name} to {names}, not to {person.name}")

    @staticmethod
    def _seconds(args: GrantArgs, offer: Offer, now: datetime) -> int:
        """For how long, at most. What begins later, because people approve later, still ends at `until`."""
        length = parse_duration(args.lasts) if args.lasts else (args.until or now) - now
        if length <= timedelta():
            raise GiveUp("it would have ended already")
        if length > offer.longest:
            raise GiveUp(f"the policy offers {offer.name} for {offer.longest} at most")
        return round(length.total_seconds())

    async def reread(self, call: Call, draft: Draft) -> Reread:
        """Against the policy of today; what is no longer offered, or otherwise, is not what people approved."""
        del call
        policy = self._policy.policy
        offer = policy.offer(str(draft.write["offer"]))
        person = policy.person_named(str(draft.write["name"]))
        same = person is not None and person.id == draft.write["person"]
        allowed = offer is not None and person is not None and person.name in offer.binding.people
        now = reach_of(offer) if offer is not None and same and allowed else "not offered to them"
        if offer is not None and int(draft.write["seconds"]) > offer.longest.total_seconds():
            now = f"offered for {offer.longest} at most"
        drift = (
            ()
            if now == draft.shown["offer"]
            else (FieldChange(path="offer", before=draft.shown["offer"], after=now),)
        )
        return Reread(drift, "")

    async def dry_run(self, call: Call, draft: Draft, precondition: str) -> str:  # noqa: ARG002 - the port's form
        return draft.dry_run

    async def apply(self, call: Call, approved: Approved, precondition: str) -> Applied:  # noqa: ARG002
        write, now = approved.draft.write, call.now
        until = (
            datetime.fromisoformat(write["until"])
            if write["until"]
            else now + timedelta(seconds=write["seconds"])
        )
        if until <= now:
            raise GiveUp("it would have ended already")
        workspace = str(write["person"]).partition(":")[0]
        row = GrantRow(approved.plan_id, workspace, str(write["person"]), str(write["offer"]), now, until)

        async def give(tx: Tx) -> None:
            if await self._ledger.db.grants.give(tx, row):
                await self._ledger.trail.record(tx, changed("given", approved, until.isoformat()))

        await self._ledger.db.write_whole(give)
        await self._access.refresh()
        return Applied(approved.plan_id, f"held until {until:%F %H:%M} UTC")

    async def effect(self, call: Call, draft: Draft, plan_id: str) -> Effect:
        del call, draft
        db = self._ledger.db
        row = await db.read_whole(lambda tx: db.grants.get(tx, plan_id))
        return Effect.NONE if row is None else Effect.DONE

    async def observe(self, call: Call, draft: Draft) -> Observation:
        del call
        rows = await self._of(draft)
        if not rows:
            return Observation(Observed.FAILED, "not held", {})
        return Observation(Observed.HOLDS, f"held until {rows[-1].until:%F %H:%M} UTC", {})

    async def roll_back(self, call: Call, approved: Approved) -> Applied:
        rows = await self._of(approved.draft)

        async def end(tx: Tx) -> None:
            ids = [row.plan_id for row in rows]
            await self._ledger.db.grants.end(tx, ids, by=approved.requester, at=call.now)
            await self._ledger.trail.record(tx, changed("taken back", approved, call.now.isoformat()))

        await self._ledger.db.write_whole(end)
        await self._access.sweep()
        return Applied(approved.plan_id, "taken back")

    async def observe_rollback(self, call: Call, draft: Draft) -> Observation:
        del call
        rows = await self._of(draft)
        return Observation(
            Observed.NOT_YET if rows else Observed.HOLDS, "still held" if rows else "not held", {}
        )

    async def _of(self, draft: Draft) -> list[GrantRow]:
        pair = (draft.write["person"], draft.write["offer"])
        return [row for row in await self._access.live() if (row.person, row.offer) == pair]


def changed(what: str, approved: Approved, at: str) -> AuditEvent:
    """On record beside the plan's own rows: the policy in force is another one from here on."""
    write: dict[str, Any] = approved.draft.write
    return AuditEvent(
        type=EventType.CONFIG_CHANGED, workspace=str(write["person"]).partition(":")[0], result=what,
        plan_id=approved.plan_id, plan_hash=approved.plan_hash, approvers=approved.approvers,
        detail={"what": "access", "person": write["person"], "offer": write["offer"], "at": at,
                "requester": approved.requester},
    )  # fmt: skip


def _target(person: Person, offer: str) -> Target:
    return Target(provider="policy", kind="Person", name=f"{person.name} as {offer}", uid=person.id)


def grant_action(giving: Giving) -> Action[GrantArgs]:
    return Action(
        name=GRANT,
        summary="Give a person what the policy offers, for a while.",
        args=GrantArgs,
        risk=Risk.HIGH,
        reversible=True,
        reads=("the policy",),
        writes=("grants",),
        needs_kubernetes=(),
        needs_oci=(),
        examples=(),
        plan=giving.plan,
        reread=giving.reread,
        dry_run=giving.dry_run,
        apply=giving.apply,
        effect=giving.effect,
        observe=giving.observe,
        roll_back=giving.roll_back,
        observe_rollback=giving.observe_rollback,
    )
