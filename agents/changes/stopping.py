"""Stop all changes: one row that every phase of every run reads. Any operator stops, two admins resume."""

from __future__ import annotations

from agents.changes.ledger import Ledger
from agents.changes.outofband import who
from agents.changes.ports import Accounts
from agents.changes.requests import Stopped
from agents.people import Actor, Place
from agents.policy import Decision, Permission, Policy, PolicyStore
from storage.audit.events import AuditEvent, EventType
from storage.database import Tx
from storage.errors import StoreUnavailable

RESUME_VOTES = 2


class StopSwitch:
    def __init__(self, *, ledger: Ledger, policy: PolicyStore, accounts: Accounts) -> None:
        self._ledger = ledger
        self._policy = policy
        self._accounts = accounts

    async def stop(self, actor: Actor, place: Place, reason: str) -> Stopped:
        """Takes effect with its commit: a run reads the switch before its claim and before its write."""
        policy = self._policy.policy
        if not policy.holds(actor, place, Permission.REMEDIATION_EXECUTE):
            return await self._refused(policy, actor, place, Permission.REMEDIATION_EXECUTE, "stop")
        name = _name(policy, actor)
        try:
            async with self._ledger.db.write() as tx:
                await self._ledger.db.switches.stop(tx, by=name, at=self._ledger.clock.now(), reason=reason)
                await self._note(tx, actor, place, "stopped", reason)
        except StoreUnavailable:
            return Stopped(
                False, "The stop could not be recorded; without its record no change can start either."
            )
        return Stopped(
            True, f"All changes are stopped by {name}. A write that is under way is still verified."
        )

    async def resume(self, actor: Actor, place: Place) -> Stopped:
        """Counts one vote a person; resumes when two distinct people have voted who are admins now."""
        policy = self._policy.policy
        if place.kind == "cli":  # whoever sits there may say any name: one person would be two admins
            return await self._untold(actor, place)
        if not policy.holds(actor, place, Permission.SYSTEM_WRITE):
            return await self._refused(policy, actor, place, Permission.SYSTEM_WRITE, "resume")
        person = policy.person_of(actor)
        try:
            gone = await self._gone(place)
            async with self._ledger.db.write() as tx:
                state = await self._ledger.db.switches.get(tx)
                if not state.stopped or person is None:
                    return Stopped(False, "Changes are not stopped.")
                votes = await self._ledger.db.switches.vote_resume(tx, person.id)
                if len(set(votes) - gone) < RESUME_VOTES:
                    await self._note(tx, actor, place, "resume_voted", "")
                    return Stopped(True, f"{person.name} wants to resume; one more admin must say so too.")
                await self._ledger.db.switches.clear(tx)
                await self._note(tx, actor, place, "resumed", "")
        except StoreUnavailable:
            return Stopped(True, "The vote could not be recorded; changes stay stopped.")
        return Stopped(False, "Changes are allowed again.")

    async def _untold(self, actor: Actor, place: Place) -> Stopped:
        why = "changes are resumed in Slack, where it is known who says it"
        try:
            async with self._ledger.db.write() as tx:
                state = await self._ledger.db.switches.get(tx)
                await self._note(tx, actor, place, "resume_refused", why)
        except StoreUnavailable:
            return Stopped(True, "The record cannot be written, so no change can start.", refused=True)
        return Stopped(state.stopped, f"Not allowed: {why}.", refused=True)

    async def _gone(self, place: Place) -> frozenset[str]:
        """Those who voted and are no admins any more. Read before the lock: it may ask over the network."""
        async with self._ledger.db.read() as tx:
            votes = (await self._ledger.db.switches.get(tx)).votes
        return frozenset([vote for vote in votes if not await self._counts(vote, place)])

    async def _counts(self, principal: str, place: Place) -> bool:
        policy, actor = self._policy.policy, await self._accounts.actor(principal)
        person = policy.person_of(actor)
        return (
            person is not None
            and person.id == principal
            and any(
                policy.holds(actor, somewhere, Permission.SYSTEM_WRITE)
                for somewhere in (place, *policy.places_named(place.workspace))
            )
        )

    async def _refused(
        self, policy: Policy, actor: Actor, place: Place, permission: Permission, word: str
    ) -> Stopped:
        decision: Decision = policy.decide(actor, place, permission)
        names = sorted({p.name for p in policy.people if _holds_anywhere(policy, p.id, permission)})
        try:
            async with self._ledger.db.write() as tx:
                state = await self._ledger.db.switches.get(tx)
                await self._note(tx, actor, place, f"{word}_refused", decision.reason)
        except StoreUnavailable:
            return Stopped(True, "The record cannot be written, so no change can start.", refused=True)
        text = f"Not allowed: {decision.reason}."
        return Stopped(state.stopped, text, refused=True, who_may=tuple(names))

    async def _note(self, tx: Tx, actor: Actor, place: Place, what: str, reason: str) -> None:
        event = AuditEvent(
            type=EventType("stop_all"), workspace=place.workspace, actor=who(actor), channel=place.channel,
            thread=place.thread, result=what, detail={"reason": reason},
        )  # fmt: skip
        await self._ledger.trail.record(tx, event)


def _name(policy: Policy, actor: Actor) -> str:
    person = policy.person_of(actor)
    return person.name if person is not None else actor.id


def _holds_anywhere(policy: Policy, account: str, permission: Permission) -> bool:
    return permission in policy.permissions_of(account)
