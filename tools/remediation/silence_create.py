"""Silence an alert of one namespace in Alertmanager for a while. The alert goes on to fire; nobody is told."""

from __future__ import annotations

import hashlib
from typing import Final

from pydantic import Field

from tools.approved import Approved
from tools.errors import AskBack, GiveUp
from tools.metrics.alertmanager import Alertmanager
from tools.oracle.where import text_of
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
from tools.remediation.cloud_item import differences, looked
from tools.remediation.lasting import Lasting
from tools.services.where import allow
from tools.spec import Call, Json, Risk, Scoped

SOURCE: Final = "alertmanager"
OVER: Final = "expired"


class Args(Lasting, Scoped):
    alert: str = Field(min_length=1, max_length=200, description="name of the alert (alertname)")


async def plan(call: Call, args: Args) -> Draft:
    server, cluster = _server(call), args.cluster or call.clients.clusters.default or SOURCE
    if not args.namespace:
        raise AskBack(
            "Which namespace, or which service? A silence of an alert everywhere is none that I make."
        )
    allow(call, cluster, args.namespace)
    firing = [one for one in await server.alerts() if _label(one, "namespace") == args.namespace]
    name = _named(args.alert, firing)
    begin, until = (moment(at.isoformat()) for at in (call.now, call.now + args.length))
    matchers = [_matcher("alertname", name), _matcher("namespace", args.namespace)]
    mark = hashlib.sha256(f"{call.request} {call.now.isoformat()} {name}".encode()).hexdigest()[:20]
    hit = sum(_label(one, "alertname") == name for one in firing)
    shown = await _shown(server, matchers)
    return Draft(
        action="silence_create",
        args=args.model_dump(mode="json", exclude_none=True) | {"alert": name, "cluster": cluster},
        target=Target(provider="alertmanager", cluster=cluster, namespace=args.namespace, kind="Alert", name=name, uid=""),
        title=f"Silence alert {short(name, 80)} in {args.namespace} until {until}",
        shown=shown,
        changes=(FieldChange(path="silence", before=shown["silences"], after=f"{begin} to {until}"),),
        dry_run="Alertmanager has no dry run; what fires and what is silenced already was read",
        blast=Blast(objects=1, summary=f"{hit} alert(s) that fire now; of those to come every one of that name in {args.namespace}"),
        reversible=True,
        undo="end the silence at once",
        rollback={"mark": mark},
        write={
            "matchers": matchers, "startsAt": begin, "endsAt": until, "createdBy": "cloudops",
            "comment": f"approved in chat, change {mark}",
        },
        check=Check(criterion="Alertmanager shows the silence active", deadline_s=30.0, params={"mark": mark}),
        before={"silenced": "no"},
        warnings=("what it tells of goes on, and nobody is told",) if hit else ("it does not fire now: nothing shows that the name is right",),
        risk=Risk.MEDIUM,
    )  # fmt: skip


def _server(call: Call) -> Alertmanager:
    if call.clients.alerts is None:
        raise GiveUp("no Alertmanager is configured: set ALERTMANAGER_URL", SOURCE)
    return call.clients.alerts


def _named(wanted: str, firing: list[Json]) -> str:
    """As the alert spells it. Raises AskBack when others fire there and it does not."""
    names = sorted({_label(one, "alertname") for one in firing})
    found = next((name for name in names if name.lower() == wanted.lower()), "")
    if not found and names:
        raise AskBack(f"No alert {wanted!r} fires there. Which one?", tuple(names))
    return found or wanted


def _label(alert: Json, name: str) -> str:
    return text_of(alert, "labels", name)


def _matcher(name: str, value: str) -> Json:
    return {"name": name, "value": value, "isRegex": False, "isEqual": True}


async def _shown(server: Alertmanager, matchers: list[Json]) -> dict[str, str]:
    """Silences of the same alerts that are not over."""
    wanted = {(one["name"], one["value"]) for one in matchers}
    found = [
        text_of(one, "endsAt")
        for one in await server.silences()
        if text_of(one, "status", "state") != OVER
        and {(each.get("name"), each.get("value")) for each in one.get("matchers") or []} == wanted
    ]
    return {"silences": ", ".join(f"until {moment(end)}" for end in sorted(found)) or "none"}


async def reread(call: Call, draft: Draft) -> Reread:
    return Reread(differences(draft.shown, await _shown(_server(call), draft.write["matchers"])), "")


async def dry_run(call: Call, draft: Draft, precondition: str) -> str:
    """A plan that waited too long would silence nothing. Raises GiveUp."""
    del precondition
    _server(call)
    if moment(call.now.isoformat()) >= str(draft.write["endsAt"]):
        raise GiveUp(f"the time until which it was to be silenced, {draft.write['endsAt']}, is over", SOURCE)
    return draft.dry_run


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    """Nothing of it takes a token: what arrived is found again by the mark in its comment."""
    del precondition
    return Applied(await _server(call).create(dict(approved.draft.write), call.deadline_s))


async def _ours(call: Call, draft: Draft) -> list[Json]:
    mark = str(draft.check.params["mark"])
    return [
        one
        for one in await _server(call).silences()
        if text_of(one, "comment").endswith(mark) and text_of(one, "status", "state") != OVER
    ]


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    del plan_id
    return Effect.DONE if await _ours(call, draft) else Effect.NONE


async def observe(call: Call, draft: Draft) -> Observation:
    return await looked(lambda: _seen(call, draft, there=True))


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    return await looked(lambda: _seen(call, draft, there=False))


async def _seen(call: Call, draft: Draft, *, there: bool) -> Observation:
    found = await _ours(call, draft)
    state = text_of(found[0], "status", "state") if found else "no silence"
    facts = {"silenced": "yes" if found else "no"}
    return Observation(
        Observed.HOLDS if bool(found) is there else Observed.NOT_YET, f"Alertmanager: {state}", facts
    )


async def roll_back(call: Call, approved: Approved) -> Applied:
    for one in await _ours(call, approved.draft):
        await _server(call).expire(text_of(one, "id"), call.deadline_s)
    return Applied("", "ended")


SILENCE_CREATE = Action(
    name="silence_create",
    summary="Silence an alert of one namespace in Alertmanager for a while.",
    args=Args,
    risk=Risk.MEDIUM,
    reversible=True,
    reads=("alerts that fire", "silences"),
    writes=("Alertmanager: a silence",),
    verified="Alertmanager shows the silence",
    needs_kubernetes=(),
    needs_oci=(),
    examples=("silence alert CheckoutErrors in shop for 30 minutes",),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_rollback,
    needs_elsewhere=("Alertmanager: its API, to read alerts and to write silences",),
    says=(
        "(silence|mute) [the] alert {alert} in [namespace] {namespace} for {hours} (hours|hour|h)",
        "(silence|mute) [the] alert {alert} in [namespace] {namespace} for {minutes} (minutes|minute|min)",
        "(silence|mute) [the] alert {alert} in [namespace] {namespace} for {lasts}",
        "(silence|mute) [the] alert {alert} of {service} for {hours} (hours|hour|h)",
        "(silence|mute) [the] alert {alert} of {service} for {minutes} (minutes|minute|min)",
        "(silence|mute) [the] alert {alert} of {service} for {lasts}",
    ),
)
