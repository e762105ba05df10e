"""Take an API key away from a user. Oracle cannot hold a key back: it is deleted, and its public half kept for the way back."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from tools.approved import Approved
from tools.errors import AskBack, GiveUp
from tools.oracle.naming import named
from tools.oracle.where import CloudArgs, Where, find, text_of
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
from tools.reads.digest import short
from tools.remediation.alarm import moment
from tools.remediation.cloud_created import NOWHERE, where_of
from tools.remediation.cloud_item import NO_DRY_RUN, differences, looked, may_change, send, tags_of
from tools.spec import Call, Json, Risk

SOURCE: Final = "oci:identity"
ENDED: Final = frozenset({"DELETING", "DELETED"})
TRUE: Final = (
    "Oracle cannot switch a key off and on: it is deleted at once, and an undo uploads its public half again"
)


class Args(CloudArgs):
    user: str = Field(min_length=1, max_length=300, description="user name or OCID")
    fingerprint: str = Field(
        pattern=r"^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2})*$",
        max_length=47,
        description="fingerprint, or how it begins",
    )


async def plan(call: Call, args: Args) -> Draft:
    where = await find(call, CloudArgs(compartment=args.compartment))
    found = await named(where, "user", args.user)
    user = await _user(where, text_of(found, "identifier"))
    keys = await _keys(where, text_of(user, "id"))
    key = _meant(keys, args.fingerprint, text_of(user, "name"))
    print_ = text_of(key, "fingerprint")
    _not_ours(call, print_)
    may_change(call)
    name, ident, home = text_of(user, "name"), text_of(user, "id"), where.tenancy.home
    upload = {"user_id": ident, "create_api_key_details": {"key": text_of(key, "keyValue")}}
    return Draft(
        action="api_key_delete",
        args={"user": ident, "fingerprint": print_},
        target=Target(
            provider="oci", kind="ApiKey", name=f"{short(name, 60)} {print_}", uid=ident, region=home,
            compartment=where.path(user),
        ),
        title=f"Delete API key {print_[:11]}… of {short(name, 60)}",
        shown=_shown(user, keys, print_),
        changes=(FieldChange(path=f"API key {print_}", before=f"made {moment(text_of(key, 'timeCreated'))}", after="deleted"),),
        dry_run=NO_DRY_RUN,
        blast=Blast(percent=round(100 / len(keys)), summary=f"1 of {len(keys)} API key(s) of {short(name, 60)}"),
        reversible=True,
        undo="upload its public half again: whoever has the private half signs with it as before",
        rollback=_request("upload_api_key", home, upload, once=True),
        write=_request("delete_api_key", home, {"user_id": ident, "fingerprint": print_}),
        check=Check(criterion="Oracle no longer lists the key", deadline_s=60.0, params={"fingerprint": print_}),
        before={"state": text_of(key, "lifecycleState") or "ACTIVE"},
        warnings=tuple(_warnings(name, len(keys))),
        risk=Risk.HIGH,
    )  # fmt: skip


async def _user(where: Where, ident: str) -> Json:
    answer = await where.api.read("identity", "get_user", region=where.tenancy.home, user_id=ident)
    return dict(answer.data)


async def _keys(where: Where, user: str) -> list[Json]:
    listing = await where.api.read("identity", "list_api_keys", region=where.tenancy.home, user_id=user)
    return [one for one in listing.data or [] if text_of(one, "lifecycleState") not in ENDED]


def _meant(keys: list[Json], begins: str, user: str) -> Json:
    """Raises AskBack where several begin so, or none."""
    fitting = [one for one in keys if text_of(one, "fingerprint").lower().startswith(begins.lower())]
    if len(fitting) == 1:
        return fitting[0]
    asked = "Several keys begin so" if fitting else f"{user} has no API key {begins}"
    raise AskBack(f"{asked}. Which one?", tuple(text_of(one, "fingerprint") for one in fitting or keys))


def _not_ours(call: Call, print_: str) -> None:
    """Raises GiveUp for a key that this bot signs with: after that nothing could be read, changed or taken back."""
    for account in (call.clients.cloud.read_by, call.clients.cloud.change_by):
        if (
            account
            and account.connection.credentials().config.get("fingerprint", "").lower() == print_.lower()
        ):
            raise GiveUp(
                "that is a key that I sign with myself: without it I could not even take this back", SOURCE
            )


def _shown(user: Json, keys: list[Json], print_: str) -> dict[str, str]:
    there = any(text_of(one, "fingerprint") == print_ for one in keys)
    return {
        "user": text_of(user, "name"),
        "key": print_ if there else NOWHERE,
        "keys": str(len(keys)),
        **tags_of(user),
    }


def _warnings(name: str, count: int) -> list[str]:
    said = [TRUE, "whatever signs with it is refused at once, pipelines and scripts too"]
    return said if count > 1 else [*said, f"it is the only key of {short(name, 60)}"]


def _request(operation: str, region: str, arguments: Json, *, once: bool = False) -> Json:
    return {
        "service": "identity",
        "operation": operation,
        "region": region,
        "arguments": arguments,
        "token": once,
    }


async def _now(call: Call, draft: Draft) -> tuple[Json, list[Json]]:
    where = await where_of(call, draft)
    return await _user(where, draft.target.uid), await _keys(where, draft.target.uid)


async def reread(call: Call, draft: Draft) -> Reread:
    """No read of a key tells an etag: what it is was read a moment ago, and to delete it twice is refused."""
    user, keys = await _now(call, draft)
    return Reread(differences(draft.shown, _shown(user, keys, _print(draft))), "")


async def dry_run(call: Call, draft: Draft, precondition: str) -> str:
    del precondition
    may_change(call)
    return draft.dry_run


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    del precondition
    return await send(call, approved, approved.draft.write)


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    del plan_id
    return Effect.NONE if await _there(call, draft) else Effect.DONE


async def _there(call: Call, draft: Draft) -> bool:
    _, keys = await _now(call, draft)
    return any(text_of(one, "fingerprint") == _print(draft) for one in keys)


def _print(draft: Draft) -> str:
    return str(draft.check.params["fingerprint"])


async def observe(call: Call, draft: Draft) -> Observation:
    return await looked(lambda: _looked_for(call, draft, there=False))


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    return await looked(lambda: _looked_for(call, draft, there=True))


async def _looked_for(call: Call, draft: Draft, *, there: bool) -> Observation:
    found = await _there(call, draft)
    facts = {"state": "ACTIVE" if found else NOWHERE}
    told = "Oracle lists the key" if found else "Oracle does not list the key"
    return Observation(Observed.HOLDS if found is there else Observed.NOT_YET, told, facts)


async def roll_back(call: Call, approved: Approved) -> Applied:
    draft = approved.draft
    if await _there(call, draft):
        return Applied("", "the key is there")
    if draft.rollback is None:
        raise GiveUp(draft.undo, SOURCE)
    return await send(call, approved, draft.rollback)


def _undone(draft: Draft) -> Draft:
    return draft.model_copy(update={"warnings": ("whoever has its private half can sign again",)})


API_KEY_DELETE = Action(
    name="api_key_delete",
    summary="Take an API key away from a user of Oracle Cloud: delete it, its public half kept for the way back.",
    args=Args,
    risk=Risk.HIGH,
    reversible=True,
    reads=("user", "its API keys"),
    writes=("API key: deleted",),
    verified="Oracle no longer lists the key",
    needs_kubernetes=(),
    needs_oci=("USER_INSPECT", "USER_READ", "USER_APIKEY_REMOVE", "USER_APIKEY_ADD"),
    examples=("delete api key 20:3b:97 of user erin@shop.example",),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_rollback,
    undone=_undone,
    says=("(delete|deactivate|disable|revoke|remove) [the] api key {fingerprint} of [the] [user] {user}",),
)
