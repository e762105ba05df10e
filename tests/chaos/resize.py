"""An action against the small cloud, written as any action is: plan, dry run, apply, observe, roll back."""

from __future__ import annotations

import json

import aiohttp

from tools.approved import Approved
from tools.cluster.answers import Conflict
from tools.errors import GiveUp, NotAllowed, TryLater
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
)  # fmt: skip
from tools.spec import Args, Call, Risk


class ResizeArgs(Args):
    name: str
    size: int
    cluster: str = "east"
    namespace: str = "shop"


def resize_action(
    url: str, *, deadline_s: float = 0.6, hold_s: float = 0.3, reversible: bool = True
) -> Action[ResizeArgs]:
    """`resize`, talking to the backend at `url` over a real socket."""
    cloud = _Cloud(url)

    async def plan(call: Call, args: ResizeArgs) -> Draft:
        now = await cloud.get(args.name)
        draft = Draft(
            action="resize",
            args=args.model_dump(mode="json"),
            target=Target(
                provider="kubernetes", cluster=args.cluster, namespace=args.namespace, kind="Thing", name=args.name,
                uid=now["uid"], generation=now["generation"],
            ),
            title=f"Resize {args.name} to {args.size}",
            shown={"size": str(now["size"])},
            changes=(FieldChange(path="size", before=str(now["size"]), after=str(args.size)),),
            dry_run="passed",
            blast=Blast(objects=1, pods=now["size"], percent=50, summary="one thing"),
            reversible=reversible,
            undo=f"resize to {now['size']}" if reversible else "it cannot be undone",
            rollback={"size": now["size"]} if reversible else None,
            write={"size": args.size},
            check=Check(criterion="size is as asked and it is ready", deadline_s=deadline_s, hold_s=hold_s),
            before={"size": str(now["size"]), "ready": str(now["ready"])},
        )  # fmt: skip
        await cloud.put(args.name, args.size, token="", version="", dry=True)
        return draft

    async def reread(call: Call, draft: Draft) -> Reread:
        now = await cloud.get(draft.target.name)
        drift = []
        if now["uid"] != draft.target.uid:
            drift.append(FieldChange(path="uid", before=draft.target.uid, after=now["uid"]))
        if str(now["size"]) != draft.shown["size"]:
            drift.append(FieldChange(path="size", before=draft.shown["size"], after=str(now["size"])))
        return Reread(tuple(drift), str(now["version"]))

    async def dry_run(call: Call, draft: Draft, precondition: str) -> str:
        await cloud.put(draft.target.name, draft.write["size"], token="", version=precondition, dry=True)
        return "passed"

    async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
        draft = approved.draft
        return Applied(
            await cloud.put(
                draft.target.name, draft.write["size"], token=approved.token, version=precondition
            )
        )

    async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
        now = await cloud.get(draft.target.name)
        return Effect.DONE if now["last_token"].startswith(f"{plan_id}:") else Effect.NONE

    async def observe_size(draft: Draft, size: int) -> Observation:
        now = await cloud.get(draft.target.name)
        facts = {"size": str(now["size"]), "ready": str(now["ready"])}
        if now["size"] != size:
            return Observation(Observed.FAILED, f"size is {now['size']}, not {size}", facts)
        return Observation(Observed.HOLDS if now["ready"] else Observed.NOT_YET, f"size {size}", facts)

    async def observe(call: Call, draft: Draft) -> Observation:
        return await observe_size(draft, draft.write["size"])

    async def roll_back(call: Call, approved: Approved) -> Applied:
        size = approved.draft.rollback["size"]
        return Applied(await cloud.put(approved.draft.target.name, size, token=approved.token, version=None))

    async def observe_rollback(call: Call, draft: Draft) -> Observation:
        return await observe_size(draft, draft.rollback["size"])

    return Action(
        name="resize", summary="resize a thing", args=ResizeArgs, risk=Risk.LOW, reversible=reversible,
        reads=(), writes=(), needs_kubernetes=(), needs_oci=(), examples=(),
        plan=plan, reread=reread, dry_run=dry_run, apply=apply, effect=effect, observe=observe,
        roll_back=roll_back, observe_rollback=observe_rollback,
    )  # fmt: skip


class _Cloud:
    def __init__(self, url: str) -> None:
        self._url = url

    async def get(self, name: str) -> dict:
        async with aiohttp.ClientSession() as session, session.get(f"{self._url}/things/{name}") as answer:
            if answer.status >= 500:
                raise TryLater("the cloud is away")
            return await answer.json()

    async def put(self, name: str, size: int, *, token: str, version: str | None, dry: bool = False) -> str:
        headers = {"Token": token} | ({"If-Match": version} if version else {})
        query = {"dry_run": "1"} if dry else {}
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.put(
                    f"{self._url}/things/{name}",
                    data=json.dumps({"size": size}),
                    headers=headers,
                    params=query,
                ) as answer,
            ):
                body = await answer.json()
        except aiohttp.ClientError as error:
            raise TryLater("the answer was lost") from error
        if answer.status == 409:
            raise Conflict("the thing changed meanwhile")
        if answer.status == 403:
            raise NotAllowed("I may not resize", needs="resize things")
        if answer.status >= 400:
            raise GiveUp(body["error"])
        return body.get("id", "")
