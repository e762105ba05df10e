"""One resource of Oracle Cloud that a change is about: found by its name, read with its etag, held against what a card showed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from tools.approved import Approved
from tools.errors import GiveUp, NotAllowed, NotYet, TryLater
from tools.oracle.naming import named
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.plan import TAG, Applied, Draft, FieldChange, Observation, Observed, Target
from tools.reads.digest import short
from tools.spec import Call, Json

UNSET = "(unset)"
MOVING = frozenset({"CREATING", "UPDATING", "REQUEST_RECEIVED", "PROVISIONING"})
NO_DRY_RUN = "Oracle Cloud has no dry run for this; its state, tags and etag were read"


class ResourceArgs(CloudArgs):
    resource: str = Field(min_length=1, max_length=300, description="its display name or OCID")


@dataclass(frozen=True, slots=True)
class Kind:
    """How the API reads one. `word` is what people and Resource Search call it, `ident` the argument that takes its OCID."""

    model: str
    word: str
    service: str
    get: str
    ident: str
    update: str = ""
    once: bool = False  # its update takes a retry token

    @property
    def details(self) -> str:
        """The argument of its update that holds the new values."""
        return f"{self.update}_details"


@dataclass(frozen=True, slots=True)
class Item:
    """As read now."""

    kind: Kind
    where: Where
    body: Json
    etag: str
    region: str

    @property
    def id(self) -> str:
        return text_of(self.body, "id")

    @property
    def name(self) -> str:
        names = (text_of(self.body, key) for key in ("displayName", "secretName", "name", "id"))
        return next((name for name in names if name), "")

    def target(self) -> Target:
        return Target(
            provider="oci", kind=self.kind.model, name=short(self.name, 120), uid=self.id,
            region=self.region, compartment=self.where.path(self.body),
        )  # fmt: skip

    def args(self, **more: object) -> Json:
        """With every name filled in: what the plan is about, whatever is called so later."""
        place = {"resource": self.id, "compartment": self.where.path(self.body), "region": self.region}
        return place | {key: value for key, value in more.items() if value is not None}


async def item(call: Call, kind: Kind, args: ResourceArgs) -> Item:
    """Raises AskBack when several are called so; the three error words."""
    where = await find(call, args)
    found = await named(where, kind.word, args.resource)
    return await read(where, kind, text_of(found, "identifier"), text_of(found, "region"))


async def any_item(call: Call, kinds: Sequence[Kind], called: str, args: ResourceArgs) -> Item:
    """One of these kinds; `called` is what they are called together."""
    where = await find(call, args)
    found = await named(where, called, args.resource, [kind.word for kind in kinds])
    sort = text_of(found, "resourceType").lower()
    kind = next(one for one in kinds if one.model.lower() == sort)
    return await read(where, kind, text_of(found, "identifier"), text_of(found, "region"))


async def item_of(call: Call, kind: Kind, draft: Draft) -> Item:
    """The target of a plan, read again."""
    target = draft.target
    where = await find(call, CloudArgs(compartment=target.compartment or None, region=target.region))
    return await read(where, kind, target.uid, target.region)


async def read(where: Where, kind: Kind, ident: str, region: str) -> Item:
    answer = await where.api.read(kind.service, kind.get, region=region, **{kind.ident: ident})
    return Item(kind, where, answer.data, answer.etag, region)


def tags_of(body: Json) -> dict[str, str]:
    """As a card shows them, so that a policy finds its protected ones: defined ones with their namespace."""
    defined = {
        f"{space}.{key}": value
        for space, keys in (body.get("definedTags") or {}).items()
        for key, value in keys.items()
    }
    both = {**defined, **(body.get("freeformTags") or {})}
    return {f"{TAG}{key}": str(value) for key, value in sorted(both.items())}


def differences(shown: Mapping[str, str], now: Mapping[str, str]) -> tuple[FieldChange, ...]:
    """What is no longer as a card showed it."""
    return tuple(
        FieldChange(path=name, before=shown.get(name, UNSET), after=now.get(name, UNSET))
        for name in dict.fromkeys((*shown, *now))
        if shown.get(name) != now.get(name)
    )


def must_rest(found: Item) -> None:
    """Raises NotYet for one that is on its way: what would put it back is refused until it has come to rest."""
    state = text_of(found.body, "lifecycleState")
    if state in MOVING:
        raise NotYet(f"{found.name} is {state}: it cannot be put back yet", "oci")


# writing


def may_change(call: Call) -> None:
    """Raises NotAllowed before anybody is asked to approve."""
    call.clients.cloud.changing(call.deadline_s)


async def send(call: Call, approved: Approved, request: Json, etag: str = "") -> Applied:
    """One request, sent once. `request` names service, operation, region and arguments, and whether it takes a token."""
    api = call.clients.cloud.changing(call.deadline_s, f"cloudops-{call.request}")
    more: Json = {"if_match": etag} if etag else {}
    if request.get("token"):
        more["opc_retry_token"] = token(approved.token)
    answer = await api.write(
        str(request["service"]),
        str(request["operation"]),
        region=str(request["region"]),
        **request["arguments"],
        **more,
    )
    return Applied(answer.request_id)


def token(step: str) -> str:
    """At most 64 characters of what Oracle takes; the same for the same step of the same plan."""
    return step.replace(":", "-")[-64:]


# looking


async def looked(look: Callable[[], Awaitable[Observation]]) -> Observation:
    """Not to see it is no verdict about it."""
    try:
        return await look()
    except (TryLater, NotAllowed, GiveUp) as error:
        return Observation(Observed.UNREADABLE, error.reason, {})
