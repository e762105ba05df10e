"""Secrets in vaults: how old, whether they rotate, when they run out. Never what they hold."""

from __future__ import annotations

import asyncio
from datetime import datetime

from pydantic import Field

from tools.oracle.everywhere import either, everywhere, live, moment
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import counted
from tools.reads.told import Answer, Thing, told
from tools.spec import Call, Json, Result, Tool

ASKED = 100  # secrets whose versions are asked for
SOON_D = 14
COLUMNS = ("secret", "state", "value from", "rotation", "runs out", "concerns", "compartment", "region")


class Args(CloudArgs):
    name: str | None = Field(None, max_length=255, description="part of the secret's name")
    older_than_days: int = Field(90, ge=1, le=3650, description="a value older than this is a concern")
    limit: int = Field(30, ge=1, le=200, description="secrets shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    found = await everywhere(where, "vault", "list_secrets")
    low = (args.name or "").lower()
    mine = [one for one in found.items if live(one) and low in text_of(one, "secretName").lower()]
    unseen = list(found.unseen)
    made = await asyncio.gather(*(_made(where, one, unseen) for one in mine[:ASKED]))
    if len(mine) > ASKED:
        unseen.append(f"versions of {len(mine) - ASKED} more secrets: at most {ASKED} are asked")
    dates: list[Json] = [*made, *([{}] * max(0, len(mine) - ASKED))]
    things = [_thing(call, where, args, one, date) for one, date in zip(mine, dates, strict=True)]
    old = sum(bool(thing.data["concerns"]) for thing in things)
    head = f"{counted(len(things), 'secret')}, {old} with something to look at (older than {args.older_than_days} days, running out, pending deletion)."
    notes = ("Values are never read by this tool.",)
    answer = Answer(
        head, "Secrets", COLUMNS, "secrets", where.scope(), args.limit, unseen, notes, untrusted=True
    )
    return told(answer, things)


async def _made(where: Where, one: Json, unseen: list[str]) -> Json:
    """When the version that is used now was made, under `time`."""

    async def ask() -> Json:
        listing = await where.api.listing(
            "vault",
            "list_secret_versions",
            region=text_of(one, "region"),
            cap=200,
            secret_id=text_of(one, "id"),
        )
        current = [each for each in listing.items if "CURRENT" in (each.get("stages") or [])]
        return {"time": text_of(current[0], "timeCreated")} if current else {}

    return await either(ask, unseen, f"versions of {text_of(one, 'secretName')}")


def _thing(call: Call, where: Where, args: Args, one: Json, date: Json) -> Thing:
    name, state = text_of(one, "secretName"), text_of(one, "lifecycleState")
    age = _age(call.now, one, date)
    ends = moment(one, "timeOfCurrentVersionExpiry")
    left = (ends - call.now).days if ends else None
    rotation = text_of(one, "rotationStatus").replace("_", " ").lower() or "not told"
    concerns = [
        *([f"not rotated for {age} days"] if age is not None and age > args.older_than_days else []),
        *([f"runs out in {left} days"] if left is not None and 0 <= left <= SOON_D else []),
        *(["ran out"] if left is not None and left < 0 else []),
        *([f"it is {state}"] if state not in {"ACTIVE", "UPDATING"} else []),
    ]
    since = f"{age} days ago" if age is not None else "not known"
    runs_out = f"in {left} days" if left is not None else "no end set"
    place = f"{where.path(one)}, {text_of(one, 'region')}"
    words = "; ".join((f"{state}, value from {since}, rotation {rotation}, {runs_out}", *concerns[:2], place))
    row = (
        name,
        state,
        since,
        rotation,
        runs_out,
        "; ".join(concerns),
        where.path(one),
        text_of(one, "region"),
    )
    data = {
        "id": text_of(one, "id"), "name": name, "state": state, "age_days": age, "rotation": rotation, "runs_out_days": left,
        "concerns": concerns, "compartment": where.path(one), "region": text_of(one, "region"),
    }  # fmt: skip
    rank = 0 if left is not None and left <= SOON_D else (3 if concerns else 9)
    # a name such as db-password, with a colon and a value behind it, is what a leaked password looks like
    return Thing(
        f"{name}, its age", words, f"oci:{text_of(one, 'id')}#currentVersionNumber", row, data, rank, since
    )


def _age(now: datetime, one: Json, date: Json) -> int | None:
    """Of what it holds now, in days: since its version or its rotation, the later; a secret's own date says nothing then."""
    dates = (moment(date, "time"), moment(one, "lastRotationTime"))
    known = [at for at in dates if at is not None]
    return (now - max(known)).days if known else None


OCI_SECRETS = Tool(
    name="oci_secrets",
    summary="Vault secrets of Oracle Cloud by age, rotation and expiry; metadata only, never values.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=(
        "which secrets have not been rotated?",
        "secrets older than 180 days",
        "which secrets expire soon?",
    ),
    cache_s=60,
)
