"""A change of some values of one resource of Oracle Cloud: sent once with its etag, judged by what Oracle shows, put back.

Every action that is of this form differs in what it reads, what it sends and what it warns of, and in nothing here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.approved import Approved
from tools.errors import GiveUp, NotAllowed, NotYet, TryLater
from tools.oracle.where import text_of
from tools.plan import Applied, Draft, Effect, FieldChange, Observation, Observed, Reread
from tools.remediation.cloud_resource import Sort, Subject, drift, subject_of
from tools.remediation.cloud_works import Work, Works, in_audit, work
from tools.remediation.instance import token
from tools.spec import Call, Json

NO_DRY_RUN = "Oracle Cloud has no dry run for this; what is shown and the etag were read"


def _complete(found: Subject) -> str:
    del found
    return ""


@dataclass(frozen=True, slots=True)
class Turn:
    """`values` are what the change is about, as the API shows it; `fields` are shown beside them.

    `moving` are states on the way, `work` are words of which one is in its work request's kind (`works` lists those of a resource),
    `lacking` says in words what has yet to follow once the values are right, `tokens` that the writes take a retry token.
    """

    sort: Sort
    values: Callable[[Subject], dict[str, str]]
    moving: frozenset[str] = frozenset()
    fields: tuple[str, ...] = ()
    works: Works | None = None
    work: tuple[str, ...] = ()
    lacking: Callable[[Subject], str] = _complete
    tokens: bool = True

    def shown(self, found: Subject) -> dict[str, str]:
        named = {"name": found.name} | {name: text_of(found.item, name) for name in self.fields}
        return named | self.values(found) | found.tags

    def changes(self, found: Subject, wanted: Mapping[str, str]) -> tuple[FieldChange, ...]:
        now = self.values(found)
        return tuple(
            FieldChange(path=key, before=now.get(key, "(unset)"), after=value)
            for key, value in wanted.items()
            if now.get(key) != value
        )

    def params(self, call: Call, found: Subject, wanted: Mapping[str, str]) -> dict[str, Any]:
        """What verification compares with."""
        was = self.values(found)
        known = {"known": found.known} if found.known else {}
        return {"since": call.now.isoformat(), "was": was, "wanted": {**was, **wanted}, **known}

    async def reread(self, call: Call, draft: Draft) -> Reread:
        found = await subject_of(call, draft, self.sort)
        return Reread(drift(draft, self.shown(found)), found.etag)

    async def dry_run(self, call: Call, draft: Draft, precondition: str) -> str:
        """Where Oracle has one, a place that does not know its header would carry the write out: none is sent."""
        del precondition
        call.clients.cloud.changing(call.deadline_s)
        return draft.dry_run

    async def apply(self, call: Call, approved: Approved, precondition: str) -> Applied:
        return await self._send(call, approved, approved.draft.write, precondition)

    async def _send(self, call: Call, approved: Approved, write: Json, etag: str) -> Applied:
        """Once, demanding the etag just read; a token makes a second arrival of the same step no second effect."""
        if not etag:
            raise GiveUp(
                "Oracle gave no etag: a change in between would not be noticed; nothing was sent", "oci"
            )
        api = call.clients.cloud.changing(call.deadline_s, f"cloudops-{call.request}")
        tokens = {"opc_retry_token": token(approved.token)} if self.tokens else {}
        answer = await api.write(
            str(write["service"]), str(write["operation"]), region=approved.draft.target.region,
            **write["arguments"], if_match=etag, **tokens,
        )  # fmt: skip
        return Applied(answer.request_id, "accepted")

    async def effect(self, call: Call, draft: Draft, plan_id: str) -> Effect:
        """Without a sign and with the values that it began with, nothing arrived."""
        found = await subject_of(call, draft, self.sort)
        if await in_audit(call, found, plan_id) or await self._work(found, draft) is not None:
            return Effect.DONE
        if self._is(found, draft.check.params["was"]):
            return Effect.NONE
        return Effect.DONE if found.state in self.moving else Effect.CANNOT_TELL

    async def observe(self, call: Call, draft: Draft) -> Observation:
        return await looked(lambda: self._observed(call, draft))

    async def _observed(self, call: Call, draft: Draft) -> Observation:
        found, sign = await self._seen(call, draft)
        now = self.values(found)
        if found.state in self.moving or (sign is not None and not sign.done):
            return Observation(Observed.NOT_YET, self._moving(found), now)
        if self._is(found, draft.check.params["wanted"]):
            lacking = self.lacking(found)
            return Observation(Observed.NOT_YET if lacking else Observed.HOLDS, lacking or told(now), now)
        if sign is not None and sign.failed:
            return Observation(Observed.FAILED, "Oracle accepted it, and its work request failed", now)
        if sign is None and self._is(found, draft.check.params["was"]):
            return Observation(Observed.NOT_YET, f"it is as it was: {told(now)}", now)
        return Observation(Observed.FAILED, f"it is {told(now)}: it did not change, or changed again", now)

    async def roll_back(self, call: Call, approved: Approved) -> Applied:
        """The values that were saved, unless somebody else has set others meanwhile."""
        draft = approved.draft
        if draft.rollback is None:
            raise GiveUp(draft.undo, "oci")
        (found, sign), was = await self._seen(call, draft), draft.rollback["was"]
        if self._is(found, was):
            return Applied("", "it is as it was already")
        if found.state in self.moving or (sign is not None and not sign.done):
            raise NotYet(f"{found.name}: {self._moving(found)}; it cannot be put back yet", "oci")
        now, wanted = self.values(found), draft.check.params["wanted"]
        if any(now.get(key) not in {was[key], wanted.get(key)} for key in was):
            raise GiveUp(
                f"{draft.target} was changed by somebody else meanwhile; nothing was put back", "oci"
            )
        return await self._send(call, approved, draft.rollback["write"], found.etag)

    async def observe_rollback(self, call: Call, draft: Draft) -> Observation:
        if draft.rollback is None:
            return Observation(Observed.FAILED, draft.undo, {})
        return await looked(lambda: self._back(call, draft))

    async def _back(self, call: Call, draft: Draft) -> Observation:
        (found, sign), was = await self._seen(call, draft), (draft.rollback or {})["was"]
        now = self.values(found)
        if found.state in self.moving or (sign is not None and not sign.done):
            return Observation(Observed.NOT_YET, self._moving(found), now)
        if self._is(found, was):
            lacking = self.lacking(found)
            return Observation(Observed.NOT_YET if lacking else Observed.HOLDS, lacking or told(now), now)
        return Observation(Observed.FAILED, f"it is {told(now)}: it was not put back", now)

    async def _seen(self, call: Call, draft: Draft) -> tuple[Subject, Work | None]:
        """What an ended work request left is only in a reading after its end: the one before may show what was."""
        found = await subject_of(call, draft, self.sort)
        sign = await self._work(found, draft)
        if sign is not None and sign.done:
            found = await subject_of(call, draft, self.sort)
        return found, sign

    async def _work(self, found: Subject, draft: Draft) -> Work | None:
        return await work(found, self.works, self.work, str(draft.check.params["since"]))

    def _is(self, found: Subject, values: Mapping[str, str]) -> bool:
        now = self.values(found)
        return all(now.get(key) == value for key, value in values.items())

    def _moving(self, found: Subject) -> str:
        return f"it is {found.state}" if found.state in self.moving else "Oracle is still at it"


def told(values: Mapping[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items())


async def looked(look: Callable[[], Awaitable[Observation]]) -> Observation:
    """Not to see it is no verdict about it."""
    try:
        return await look()
    except (TryLater, NotAllowed, GiveUp) as error:
        return Observation(Observed.UNREADABLE, error.reason, {})
