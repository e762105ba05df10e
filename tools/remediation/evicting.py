"""Evictions: deletes that ask disruption budgets. Who is refused for the moment is asked again, as long as there is time."""

from __future__ import annotations

import asyncio
from typing import Final

from tools.approved import Approved
from tools.cluster.api import Api
from tools.cluster.objects import meta, name, uid
from tools.errors import GiveUp, TryLater
from tools.plan import Applied
from tools.remediation.deleting import JSON, PODS
from tools.spec import Call, Json

WAIT_S: Final = 2.0  # between two tries of one that a budget holds back
SPARE_S: Final = 3.0  # of the call, left for whoever called


def eviction(pod: Json) -> Json:
    """One pod's eviction, as `Draft.write` holds it: this very pod, no other of its name."""
    where = {"name": name(pod), "namespace": str(meta(pod)["namespace"])}
    options = {"preconditions": {"uid": uid(pod)}}
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": where, "deleteOptions": options}
    path = PODS.path(where["namespace"], where["name"], "eviction")
    return {"method": "POST", "path": path, "content_type": JSON, "body": body}


async def send(call: Call, approved: Approved, writes: list[Json]) -> Applied:
    """One after the other. What a budget holds back was not done and may be asked again; nothing else is.

    Raises TryLater: a budget held the next one back for all the time there was.
    """
    api = call.cluster(approved.draft.target.cluster)
    ends = asyncio.get_running_loop().time() + call.deadline_s - SPARE_S
    ident, done = "", 0
    for write in writes:
        answered = await _one(api, write, ends)
        if answered is not None:
            ident, done = ident or answered, done + 1
    return Applied(ident, f"{done} of {len(writes)} pods evicted")


async def _one(api: Api, write: Json, ends: float) -> str | None:
    """The server's id of it; None for a pod that is gone by itself."""
    while True:
        try:
            answer = await api.write(write["method"], write["path"], write["body"], content_type=JSON)
        except GiveUp as error:
            if not error.not_found:
                raise
            return None
        except TryLater as error:
            held = "disruption budget" in error.reason
            if not held or asyncio.get_running_loop().time() + WAIT_S > ends:
                raise
            await asyncio.sleep(WAIT_S)
        else:
            return answer.audit_id
