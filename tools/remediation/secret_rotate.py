"""Give a secret of a vault a new version. Its value is made in the moment of the write, by Oracle where it can; no plan, card or record holds it."""

from __future__ import annotations

import base64
import dataclasses
import secrets
from typing import Final

from tools.approved import Approved
from tools.errors import GiveUp
from tools.oracle.where import text_of
from tools.plan import Applied, Blast, Check, Draft, Effect
from tools.reads.digest import short
from tools.remediation.cloud_fields import Fields, lines, wanted
from tools.remediation.cloud_item import (
    NO_DRY_RUN,
    Item,
    ResourceArgs,
    item,
    item_of,
    may_change,
    send,
    tags_of,
)
from tools.remediation.cloud_kinds import SECRET
from tools.spec import Call, Json, Risk

SOURCE: Final = "oci:Vault"
VERSION: Final = "current version"
BYTES: Final = 48  # of chance in a value that we make: 64 characters
BY_ORACLE, BY_US = "rotate_secret", "update_secret"


def shown(found: Item) -> dict[str, str]:
    return {
        "secretName": found.name,
        "lifecycleState": _resting(text_of(found.body, "lifecycleState")),
        VERSION: str(found.body.get("currentVersionNumber") or ""),
        **tags_of(found.body),
    }


def _resting(state: str) -> str:
    """A secret that takes in a new version is UPDATING for a moment: that is no difference."""
    return "ACTIVE" if state == "UPDATING" else state


async def plan(call: Call, args: ResourceArgs) -> Draft:
    found = await item(call, SECRET, args)
    _may_rotate(found)
    may_change(call)
    now = shown(found)
    fresh = max([*await _versions(found), int(now[VERSION] or 0)]) + 1
    hope = {VERSION: str(fresh)}
    by = BY_ORACLE if found.body.get("isAutoGenerationEnabled") or found.body.get("rotationConfig") else BY_US
    return Draft(
        action="secret_rotate",
        args=found.args(),
        target=found.target(),
        title=f"Rotate secret {short(found.name, 80)} to version {fresh}",
        shown=now,
        changes=lines(now, hope),
        dry_run=NO_DRY_RUN,
        blast=Blast(percent=100, summary="1 secret: whatever reads it gets the new value from its next read on"),
        reversible=True,
        undo=f"make version {now[VERSION]} the current one again",
        rollback=_request(found, BY_US, update_secret_details={"currentVersionNumber": found.body.get("currentVersionNumber")}),
        write=_request(found, by),
        check=Check(criterion="Oracle shows the new version as the current one", deadline_s=300.0, params={"wanted": hope}),
        warnings=tuple(_warnings(by)),
        risk=Risk.HIGH,
    )  # fmt: skip


def _may_rotate(found: Item) -> None:
    state = text_of(found.body, "lifecycleState")
    if state != "ACTIVE":
        raise GiveUp(f"{found.name} is {state}, not ACTIVE", SOURCE)
    if found.body.get("isReplica"):
        raise GiveUp(f"{found.name} is a copy of a secret of another region: rotate that one", SOURCE)


async def _versions(found: Item) -> dict[int, str]:
    """Their names by their numbers."""
    listing = await found.where.api.listing(
        "vault", "list_secret_versions", region=found.region, secret_id=found.id
    )
    return {int(one.get("versionNumber") or 0): text_of(one, "name") for one in listing.items}


def _warnings(by: str) -> list[str]:
    said = [
        "what the secret opens (a database, an API) must learn the new value: until then who reads it is refused there"
    ]
    if by == BY_US:
        said.append(
            f"the new value is a random text of {len(secrets.token_urlsafe(BYTES))} characters that nobody has seen: not for a secret that holds JSON, a certificate or several lines"
        )
    return said


def _request(found: Item, operation: str, **more: Json) -> Json:
    once = operation == BY_ORACLE
    arguments = {"secret_id": found.id, **more}
    return {
        "service": "vault",
        "operation": operation,
        "region": found.region,
        "arguments": arguments,
        "token": once,
    }


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    """The value lives in this call alone. Should the answer be lost, the version that Oracle shows tells."""
    request = approved.draft.write
    if request["operation"] == BY_US:
        content = base64.b64encode(secrets.token_urlsafe(BYTES).encode()).decode()
        named = {"contentType": "BASE64", "content": content, "name": approved.plan_id.replace(":", "-")}
        details = {"secretContent": named}
        request = {**request, "arguments": {**request["arguments"], "update_secret_details": details}}
    return await send(call, approved, request, precondition)


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    """Its versions tell before it shows the new one as the current one; what we made bears our name."""
    versions = await _versions(await item_of(call, SECRET, draft))
    number = int(wanted(draft)[VERSION])
    ours = draft.write["operation"] == BY_ORACLE or versions.get(number) == plan_id.replace(":", "-")
    return Effect.DONE if number in versions and ours else Effect.NONE


SECRET_ROTATE = dataclasses.replace(
    Fields(shown).action(
        plan,
        name="secret_rotate",
        summary="Give an Oracle Cloud Vault secret a new value, which nobody sees: made by Oracle, or at random.",
        args=ResourceArgs,
        risk=Risk.HIGH,
        reversible=True,
        reads=("secret, never its value", "its versions"),
        writes=("secret: a new version, the current one",),
        verified="Oracle shows the version of the card as the current one",
        needs_oci=(
            "SECRET_INSPECT",
            "SECRET_READ",
            "SECRET_VERSION_INSPECT",
            "SECRET_UPDATE",
            "SECRET_ROTATE",
        ),
        examples=("rotate secret reports-db-password",),
        says=("rotate [the] [vault] secret {resource}",),
    ),
    apply=apply,
    effect=effect,
)
