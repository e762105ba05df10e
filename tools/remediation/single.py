"""One object of any kind, changed by one merge patch: found again, marked, judged, put back.

`shown` names the fields that such a change is about. Generations do not count here: some controllers write status and
spec of a custom resource through the same door, so that its generation moves by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from tools.approved import Approved
from tools.cluster.answers import Conflict
from tools.cluster.api import Api, without_noise
from tools.cluster.gitops import GITOPS
from tools.cluster.kinds import BY_KIND, Kind
from tools.cluster.objects import annotated, meta, uid
from tools.cluster.templates import PLAN_MARK
from tools.errors import GiveUp, NotAllowed, TryLater
from tools.plan import Applied, Draft, Effect, FieldChange, Observation, Observed, Reread, Target
from tools.remediation.writing import RESTORE_TRIES, send, with_version
from tools.spec import Call, Json

KIND: Final = BY_KIND | {kind.kind: kind for kind in GITOPS.values()}
Shown = Callable[[Json], dict[str, str]]
Wrong = Callable[["Single"], str]


@dataclass(frozen=True, slots=True)
class Single:
    """The object as read now."""

    api: Api
    kind: Kind
    item: Json

    @property
    def namespace(self) -> str:
        return str(meta(self.item).get("namespace", ""))

    @property
    def name(self) -> str:
        return str(meta(self.item)["name"])

    @property
    def path(self) -> str:
        return self.kind.path(self.namespace, self.name)

    @property
    def version(self) -> str:
        return str(meta(self.item)["resourceVersion"])

    @property
    def mark(self) -> str:
        """The plan that wrote it last."""
        return annotated(self.item).get(PLAN_MARK, "")

    @property
    def target(self) -> Target:
        return Target(
            provider="kubernetes",
            cluster=self.api.name,
            namespace=self.namespace,
            kind=self.kind.kind,
            name=self.name,
            uid=uid(self.item),
        )


async def single(api: Api, kind: Kind, namespace: str, name: str) -> Single:
    return Single(api, kind, without_noise(await api.get(kind, namespace, name)))


async def single_of(call: Call, draft: Draft) -> Single:
    """The target of a plan, read again."""
    target = draft.target
    api = call.cluster(target.cluster)
    return await single(api, KIND[target.kind], target.namespace, target.name)


async def reread(call: Call, draft: Draft, shown: Shown) -> Reread:
    """Same object, same shown fields."""
    found = await single_of(call, draft)
    return Reread(drift(draft, {"metadata.uid": uid(found.item), **shown(found.item)}), found.version)


def drift(draft: Draft, now: dict[str, str]) -> tuple[FieldChange, ...]:
    card = {"metadata.uid": draft.target.uid, **draft.shown}
    return tuple(
        FieldChange(path=path, before=before, after=now.get(path, "(gone)"))
        for path, before in card.items()
        if now.get(path) != before
    )


async def effect(call: Call, draft: Draft, plan_id: str, shown: Shown) -> Effect:
    """The mark proves it; without it, only an object that is as it was proves the contrary."""
    found = await single_of(call, draft)
    if uid(found.item) != draft.target.uid:
        return Effect.CANNOT_TELL
    if found.mark == plan_id:
        return Effect.DONE
    return Effect.NONE if shown(found.item) == draft.shown else Effect.CANNOT_TELL


async def put_back(call: Call, approved: Approved, write: Json, ours: Callable[[Single], bool]) -> Applied:
    """Send `write` if the object is still as the plan wrote it or found it.

    Raises:
        Conflict: another object, or somebody else's change is on it; nothing was put back.
    """
    draft = approved.draft
    for left in reversed(range(RESTORE_TRIES)):
        found = await single_of(call, draft)
        if uid(found.item) != draft.target.uid:
            raise Conflict(f"{draft.target} was replaced by another object; nothing was put back")
        if not ours(found):
            raise Conflict(f"{draft.target} was changed by somebody else meanwhile; nothing was put back")
        try:
            return await send(call, approved, with_version(write, found.version, target_uid=draft.target.uid))
        except Conflict:  # a status update came between: read and judge again
            if not left:
                raise
    raise AssertionError("unreachable")  # pragma: no cover


async def look(call: Call, draft: Draft, judge: Callable[[Single], Awaitable[Observation]]) -> Observation:
    """Look once; an object that is gone or another one has failed, one that cannot be read has not."""
    try:
        found = await single_of(call, draft)
        if uid(found.item) != draft.target.uid:
            return Observation(Observed.FAILED, "the object was deleted and made anew meanwhile", {})
        return await judge(found)
    except (TryLater, NotAllowed) as error:
        return Observation(Observed.UNREADABLE, error.reason, {})
    except GiveUp as error:
        return Observation(Observed.FAILED if error.not_found else Observed.UNREADABLE, error.reason, {})


def reverted(found: Single, draft: Draft, what: str) -> str:
    """The sentence for an object that is not what was written."""
    if found.mark == draft.check.params.get("mark", ""):
        return f"the API accepted the write, but {what} did not change"
    return f"{what} is not what was written: something changed it again"
