"""Buckets: who may read them, how big, versions and keys; public ones first."""

from __future__ import annotations

import asyncio

from pydantic import Field

from tools.oracle.everywhere import either, everywhere, number
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import counted
from tools.reads.told import Answer, Thing, told
from tools.spec import Call, Json, Result, Tool

ASKED = 80  # buckets that are asked themselves: only they tell their size and who may read them
COLUMNS = ("bucket", "public", "objects", "size", "versions", "key", "compartment", "region")
PRIVATE = "NoPublicAccess"
FIELDS = ("approximateCount", "approximateSize")


class Args(CloudArgs):
    name: str | None = Field(None, max_length=255, description="part of the bucket's name")
    public: bool = Field(False, description="only those that anybody may read")
    limit: int = Field(30, ge=1, le=100, description="buckets shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    namespace = str((await where.api.read("object_storage", "get_namespace")).data)
    found = await everywhere(where, "object_storage", "list_buckets", namespace_name=namespace)
    low = (args.name or "").lower()
    mine = [one for one in found.items if low in text_of(one, "name").lower()]
    unseen = list(found.unseen)
    more = await asyncio.gather(*(_whole(where, namespace, one, unseen) for one in mine[:ASKED]))
    if len(mine) > ASKED:
        unseen.append(f"details of {len(mine) - ASKED} more buckets; name a part to see them")
    known: list[Json] = [*more, *([{}] * max(0, len(mine) - ASKED))]
    whole = [one | other for one, other in zip(mine, known, strict=True)]
    public = [one for one in whole if _public(one)]
    size = sum(number(one, FIELDS[1]) or 0 for one in whole)
    head = f"{counted(len(whole), 'bucket')}, {len(public)} public, about {_bytes(size)}."
    answer = Answer(
        head, "Buckets", COLUMNS, "buckets", where.scope(), args.limit, unseen, more={"public": len(public)}, untrusted=True
    )  # fmt: skip
    return told(answer, [_thing(where, one) for one in (public if args.public else whole)])


async def _whole(where: Where, namespace: str, one: Json, unseen: list[str]) -> Json:
    async def ask() -> Json:
        answer = await where.api.read(
            "object_storage", "get_bucket", region=text_of(one, "region"), namespace_name=namespace,
            bucket_name=text_of(one, "name"), fields=list(FIELDS),
        )  # fmt: skip
        return dict(answer.data)

    return await either(
        ask, unseen, f"details of {text_of(one, 'name') or 'a bucket whose name is not told'}"
    )


def _public(one: Json) -> bool:
    return text_of(one, "publicAccessType") not in {PRIVATE, ""}


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def _thing(where: Where, one: Json) -> Thing:
    name, access = text_of(one, "name"), text_of(one, "publicAccessType") or "not told"
    count, size = number(one, FIELDS[0]), number(one, FIELDS[1])
    objects = f"{count:.0f}" if count is not None else "not told"
    big = _bytes(size) if size is not None else "not told"
    versions = text_of(one, "versioning") or "not told"
    key = "own key" if text_of(one, "kmsKeyId") else ("Oracle's key" if "versioning" in one else "not told")
    public = "no" if access == PRIVATE else access
    said = (
        f"public: {access}"
        if _public(one)
        else ("not public" if access == PRIVATE else "public or not: not told")
    )
    place = f"{where.path(one)}, {text_of(one, 'region')}"
    words = f"{said}, about {objects} objects, {big}, versions {versions}, {key}; {place}"
    row = (name, public, objects, big, versions, key, where.path(one), text_of(one, "region"))
    data = {
        "name": name, "access": access, "objects": count, "bytes": size, "versioning": versions, "key": key,
        "created": text_of(one, "timeCreated"), "compartment": where.path(one), "region": text_of(one, "region"),
    }  # fmt: skip
    ref = f"oci:{text_of(one, 'id') or name}#publicAccessType"
    return Thing(name, words, ref, row, data, 0 if _public(one) else 9, access)


OCI_BUCKETS = Tool(
    name="oci_buckets",
    summary="Object Storage buckets of Oracle Cloud: public or not, size, versions, keys.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("which buckets are public?", "how big are our buckets?", "buckets without versions"),
    cache_s=120,
)
