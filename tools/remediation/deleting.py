"""Pods deleted by name and uid: the write, its dry run, and what of it has arrived.

Options stand in the body, the dry run too: a server that is sent a body does not look for them in the query.
"""

from __future__ import annotations

import asyncio
from typing import Final

from tools.approved import Approved
from tools.cluster.api import Api, without_noise
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import meta, name, uid
from tools.errors import GiveUp
from tools.plan import Applied, Draft
from tools.spec import Call, Json

PODS: Final = BY_PLURAL["pods"]
JSON: Final = "application/json"


def deletion(pod: Json) -> Json:
    """One pod's end, as `Draft.write` holds it: this very pod, no other of its name."""
    options = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": uid(pod)}}
    path = PODS.path(str(meta(pod)["namespace"]), name(pod))
    return {"method": "DELETE", "path": path, "content_type": JSON, "body": options}


async def try_out(call: Call, draft: Draft, writes: list[Json]) -> str:
    """Raises GiveUp, NotAllowed: the server would refuse one of them."""
    api = call.cluster(draft.target.cluster)
    warnings: list[str] = []
    for write in writes:
        body = rehearsed(write)
        answer = await api.write(write["method"], write["path"], body, content_type=JSON, dry_run=True)
        warnings += answer.warnings
    said = f", with warnings: {'; '.join(dict.fromkeys(warnings))}" if warnings else ", no warnings"
    return f"accepted by {api.name}{said}"


def rehearsed(write: Json) -> Json:
    """The body of its dry run; an eviction holds the options of the delete that it becomes."""
    body: Json = write["body"]
    if write["method"] == "DELETE":
        return {**body, "dryRun": ["All"]}
    return {**body, "deleteOptions": {**body["deleteOptions"], "dryRun": ["All"]}}


async def send(call: Call, approved: Approved, writes: list[Json]) -> Applied:
    """One after the other, each once. A pod that is gone by itself meanwhile stops nothing."""
    api = call.cluster(approved.draft.target.cluster)
    ident, done = "", 0
    for write in writes:
        try:
            answer = await api.write(write["method"], write["path"], write["body"], content_type=JSON)
        except GiveUp as error:
            if not error.not_found:
                raise
            continue
        ident, done = ident or answer.audit_id, done + 1
    return Applied(ident, f"{done} of {len(writes)} pods deleted")


async def look_at(api: Api, namespace: str, pod: str) -> Json | None:
    """The pod of that name now; None when there is none."""
    try:
        return without_noise(await api.get(PODS, namespace, pod))
    except GiveUp as error:
        if error.not_found:
            return None
        raise


async def standing(api: Api, namespace: str, sealed: dict[str, str]) -> dict[str, Json]:
    """Of the pods `name -> uid` those that are there still, the ones that are ending included."""
    found = await asyncio.gather(*(look_at(api, namespace, pod) for pod in sealed))
    return {
        pod: item
        for (pod, ident), item in zip(sealed.items(), found, strict=True)
        if item is not None and uid(item) == ident
    }


def ending(pod: Json) -> bool:
    return bool(meta(pod).get("deletionTimestamp"))
