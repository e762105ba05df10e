"""Decisions that were signed with a person's key instead of clicked: the same plan, hash, rights and quorum.

The key says who it is, which Slack's envelope says of a click. It is looked at in the transaction that counts the decision, and
again when the plan runs: a key that was revoked in between takes its signature with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from agents.changes.ledger import APPROVED, RUNNING, Ledger
from agents.changes.ports import Accounts
from agents.changes.quorum import Voters, asked_for, may_approve, recount
from agents.changes.requests import Click, Decided
from agents.changes.seal import NotSealed, open_plan
from agents.keys.statement import Signed, made_with
from agents.people import Actor, Place
from agents.policy import Decision, PolicyStore
from storage.approvals import ApprovalRow
from storage.audit.events import AuditEvent, EventType
from storage.database import Database, Tx
from storage.errors import StoreUnavailable
from storage.keys import KeyRow, SignatureRow
from storage.plans import PlanRow

FRESH = timedelta(minutes=5)
NOTHING = "Nothing was changed."


def who(actor: Actor, signed: Signed | None = None) -> dict[str, Any]:
    """The actor of every record about a decision; what was no click says so."""
    found: dict[str, Any] = {"team_id": actor.team, "user_id": actor.user, "standing": actor.standing}
    if signed is None:
        return found | ({"os_user": actor.os_user, "channel": "cli"} if actor.os_user else {})
    key, signature = signed.statement.key, signed.id
    return found | {
        "out_of_band": True,
        "key": key,
        "signature": signature,
        "os_user": actor.os_user,
        "channel": "cli",
    }


async def not_theirs(
    ledger: Ledger, tx: Tx, row: PlanRow, signed: Signed | None, asked: tuple[str, str]
) -> Decision | None:
    """Why the signature does not make `asked` (account, decision) that person's; None: it does, or it was a click."""
    if signed is None:
        return None
    key = await ledger.db.keys.get(tx, row.workspace, signed.statement.key)
    rule = _wrong(key, signed, row, asked, ledger.clock.now())
    return Decision(False, f"key:{rule}", REASONS[rule]) if rule else None


REASONS: Mapping[str, str] = {
    "unknown": "no such key was ever enrolled",
    "offered": "the key is not confirmed yet, by its person and an admin",
    "revoked": "the key was revoked",
    "signature": "the signature is not of this key and this text",
    "person": "the key is another person's",
    "plan": "the signature is about another plan or decision",
    "time": "the signature was not made in the last minutes",
}


def _wrong(key: KeyRow | None, signed: Signed, row: PlanRow, asked: tuple[str, str], now: datetime) -> str:
    said, (account, decision) = signed.statement, asked
    if key is None:
        return "unknown"
    if key.state != "enrolled":
        return key.state
    if not made_with(key.public, said.text, signed.signature):
        return "signature"
    if said.person != key.principal or account != key.principal:
        return "person"
    theirs = (said.workspace, said.plan, said.hash, said.decision)
    wanted = (row.workspace, row.id, row.hash, decision)
    if theirs != wanted:
        return "plan"
    return "" if said.time is not None and abs(now - said.time) <= FRESH else "time"


async def keep(
    db: Database, tx: Tx, signed: Signed | None, person: str, at: datetime, *, alone: bool
) -> bool:
    """The signature itself, for whoever wants to prove it later. False: there is none, or it was kept before."""
    if signed is None:
        return False
    said = signed.statement
    row = SignatureRow(
        said.plan, person, said.decision, said.workspace, said.key, said.text, signed.signature, alone, at
    )
    return await db.signatures.add(tx, row)


async def voters(
    db: Database, tx: Tx, plan_id: str, actors: Mapping[str, Actor], places: Mapping[str, Place] | None = None
) -> Voters:
    """Those who decided. Who signed is known by the key where Slack cannot be asked; whose key is gone does not count."""
    known, lost = dict(actors), dict[str, str]()
    for signature in await db.signatures.for_plan(tx, plan_id):
        if signature.decision != "approve":
            continue
        key = await db.keys.get(tx, signature.workspace, signature.key)
        good = (
            key is not None
            and key.state == "enrolled"
            and made_with(key.public, signature.signed, signature.signature)
        )
        actor = known.get(key.principal) if key is not None and good else None
        if actor is not None:
            known[actor.id] = vouched(actor)
        if not good and signature.alone:
            lost[signature.principal] = (
                f"the key {signature.key} of {signature.principal} does not count any more"
            )
    return Voters(known, places or {}, lost, await _counted_down(db, tx, plan_id))


async def _counted_down(db: Database, tx: Tx, plan_id: str) -> str:
    """Why what one person decided alone does not count yet, or any more; empty when it does."""
    found = await db.countdowns.get(tx, plan_id)
    if found is None or found.stopped_at is not None:
        return f"the countdown was stopped by {found.stopped_by}" if found else "there is no countdown"
    if found.ended_at is None:
        return "the countdown has not ended"
    incident = await db.incidents.get(tx, found.incident)
    return "" if incident is not None and incident.closed_at is None else "the incident is closed"


def vouched(actor: Actor) -> Actor:
    """A key stands in for a Slack that says nothing, never for one that says no."""
    return replace(actor, standing="member") if actor.standing == "unknown" else actor


def decided_by(approvals: Iterable[ApprovalRow], person: str, plan_hash: str) -> bool:
    return any(
        a.principal == person and a.decision == "approve" and a.plan_hash == plan_hash for a in approvals
    )


def click_of(signed: Signed, actor: Actor, place: Place) -> Click:
    """The decision as the engine takes it. A person alone at a command line is where a direct message is: `dm`."""
    said = signed.statement
    word = said.decision
    if word == "run":
        raise ValueError("to run is no decision")
    return Click(said.plan, vouched(actor), place, word, said.reason[:500], f"signed:{signed.id}", signed)


class Runner:
    """Whether a person may have an approved plan begin here and now. It begins by itself where a bot runs."""

    def __init__(self, *, ledger: Ledger, policy: PolicyStore, accounts: Accounts) -> None:
        self._ledger = ledger
        self._policy = policy
        self._accounts = accounts

    async def may_run(self, signed: Signed, actor: Actor, place: Place) -> Decided:
        """`recorded`: yes. Whether the plan may run at all is asked again by the run itself."""
        try:
            short = await self._short(signed.statement.plan)
            async with self._ledger.db.write() as tx:
                return await self._judged(tx, signed, vouched(actor), place, short)
        except StoreUnavailable:
            return Decided("later", f"The record cannot be written, so nothing can start. {NOTHING}")

    async def _short(self, plan_id: str) -> Decision | None:
        """The run would end a plan whose approvals do not count; so it is said before, while they can still be given."""
        db = self._ledger.db
        async with db.read() as tx:
            row, approvals = await db.plans.get(tx, plan_id), await db.approvals.for_plan(tx, plan_id)
        if row is None or row.state != APPROVED:
            return None
        actors = {a.account: await self._accounts.actor(a.account) for a in approvals}
        async with db.read() as tx:
            voting = await voters(db, tx, plan_id, actors)
        try:
            count = recount(self._policy.policy, open_plan(row), row.hash, approvals, voting)
        except NotSealed as problem:
            return Decision(False, "altered", str(problem))
        if count.reached:
            return None
        lost = f" ({'; '.join(count.lost)})" if count.lost else ""
        return Decision(False, "approvals", f"{len(count.valid)} of {count.needed} approvals count now{lost}")

    async def _judged(
        self, tx: Tx, signed: Signed, actor: Actor, place: Place, short: Decision | None
    ) -> Decided:
        said, db = signed.statement, self._ledger.db
        row = await db.plans.get(tx, said.plan)
        if row is None or row.workspace != place.workspace:
            return Decided("unknown", f"There is no such plan. {NOTHING}")
        now = self._ledger.clock.now()
        refusal = (
            await not_theirs(self._ledger, tx, row, signed, (actor.id, "run"))
            or self._may(row, actor, place)
            or short
        )
        if refusal is None and row.state == APPROVED:
            await keep(db, tx, signed, said.person, now, alone=True)
        await self._ledger.trail.record(tx, self._event(row, signed, actor, refusal))
        if refusal is not None:
            return Decided(
                "refused", f"It was not started: {refusal.reason}. {NOTHING}", row, refusal.who_may
            )
        if row.state in RUNNING:
            return Decided("late", "It runs already.", row)
        if row.state != APPROVED:
            return Decided(
                "late", f"It is {row.state.value.replace('_', ' ')}, so it cannot be started. {NOTHING}", row
            )
        return Decided("recorded", "It starts now.", row)

    def _may(self, row: PlanRow, actor: Actor, place: Place) -> Decision | None:
        policy = self._policy.policy
        person = policy.person_of(actor)
        try:
            plan = open_plan(row)
        except NotSealed as problem:
            return Decision(False, "altered", str(problem))
        if person is None or actor.standing != "member":
            return Decision(False, f"standing:{actor.standing}", "you have no role here")
        may = may_approve(policy, plan, actor, place)
        return None if asked_for(plan, person) or may.allow else may

    def _event(self, row: PlanRow, signed: Signed, actor: Actor, refusal: Decision | None) -> AuditEvent:
        rule, reason = (refusal.rule_id, refusal.reason) if refusal else ("run", "may start it")
        return self._ledger.event(
            row, EventType.AUTHZ_DECISION.value, actor=who(actor, signed),
            decision={"allow": refusal is None, "rule": rule, "reason": reason}, detail={"what": "plans run"},
        )  # fmt: skip
