"""What did this bot change, who asked for it, who approved it, and what came of it? From its own record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import Field

from tools.cluster.kinds import kind_of
from tools.errors import GiveUp
from tools.own import OwnChange
from tools.reads.digest import counted, digest, listed, proved, short
from tools.reads.windows import Until, Window, end, start, within
from tools.spec import NAME, Call, Evidence, Json, Result, Scope, Scoped, Table, Tool

LOOKED_AT = 500  # plans of one answer; beyond them it says so
COLUMNS = ("planned (UTC)", "plan", "what", "asked by", "approved by", "outcome")
ALTERED = "this plan was altered in the database: nothing of it can be believed"
WORDS: Final[Mapping[str, tuple[str, str]]] = {  # of one plan, of several; none of these was executed
    "pending": ("waits", "wait"),
    "approved": ("is approved and has not begun", "are approved and have not begun"),
    "superseded": ("was replaced by a newer one", "were replaced by newer ones"),
    "rejected": ("was rejected", "were rejected"),
    "expired": ("expired", "expired"),
    "cancelled": ("was cancelled", "were cancelled"),
    "void": ("was void before it began", "were void before they began"),
}
NAMED = 3  # plans of one state that the head names


class Args(Scoped):
    kind: str | None = Field(None, max_length=40, description="kind of the object")
    name: str | None = Field(None, max_length=253, pattern=NAME, description="object or workload name")
    resource: str | None = Field(None, max_length=300, description="Oracle Cloud resource: name or OCID")
    person: str | None = Field(None, max_length=80, description="who asked or approved")
    since: Window = "7d"
    until: Until = None
    limit: int = Field(20, ge=1, le=100)


async def run(call: Call, args: Args) -> Result:
    if call.clients.own is None:
        raise GiveUp("no record of our own changes is kept here", "audit")
    since, until = start(args.since, call.now), end(args.until, call.now)
    found = await call.clients.own.changes(call.workspace, since, until, LOOKED_AT)
    seen = [one for one in found if _visible(call, one) and _about(one, args)]
    seen.sort(key=lambda one: not one.executed)  # what was done first, each part newest first
    return _result(call, args, seen, whole=len(found) < LOOKED_AT)


def _visible(call: Call, one: OwnChange) -> bool:
    """A plan that nothing can be believed of is shown as such to everybody who may ask here."""
    if one.altered:
        return True
    target = one.target
    if target.in_namespace:
        return call.reach.namespace(target.cluster, target.namespace)
    return call.cloud_reach.compartment(target.compartment)


def _about(one: OwnChange, args: Args) -> bool:
    if one.altered:
        return not (args.name or args.resource or args.person)
    target = one.target
    asked = {
        args.service: {one.service, target.name},
        args.name: {target.name},
        args.resource: {target.name, target.uid},
        args.person: {one.requester, *one.approvers},
        args.kind and kind_of(args.kind).kind: {target.kind},
    }
    if target.in_namespace:
        asked |= {args.cluster: {target.cluster}, args.namespace: {target.namespace}}
    return all(not wanted or wanted in known for wanted, known in asked.items())


def _result(call: Call, args: Args, found: list[OwnChange], *, whole: bool) -> Result:
    window = within(args.since, args.until, call.now)
    shown = found[: args.limit]
    done = sum(one.executed for one in found)
    head = " ".join(
        (f"I made {counted(done, 'change') if done else 'no change'} {window}.", *_not_done(found))
    )
    rest = [f"showing the newest {len(shown)} of {len(found)}"] if len(found) > len(shown) else []
    unseen = () if whole else (f"only the newest {LOOKED_AT} of that time were looked at",)
    return Result(
        data={"changes": [_json(one) for one in shown], "total": len(found), "executed": done},
        digest=digest([head, *proved(map(_line, shown), len(shown)), *rest]),
        scope=Scope(
            cluster=args.cluster or "",
            namespace=args.namespace or "",
            service=args.service or "",
            since=window,
        ),
        evidence=tuple(Evidence(f"audit:{one.seq}", short(one.title, 80), _outcome(one)) for one in shown),
        could_not_see=unseen,
        tables=(Table("My changes and plans", COLUMNS, tuple(map(_row, shown))),) if shown else (),
    )


def _not_done(found: list[OwnChange]) -> Iterator[str]:
    """`1 plan waits: Restart cart (plan_1).` for each state in which nothing was changed."""
    for state, words in WORDS.items():
        some = [one for one in found if one.state == state and not one.altered]
        if some:
            names = listed([f"{short(one.title, 80)} ({one.plan})" for one in some], NAMED)
            yield f"{counted(len(some), 'plan')} {words[len(some) > 1]}: {names}."
    if altered := sum(one.altered for one in found):
        yield f"Of {counted(altered, 'plan')} that somebody altered in the database I cannot tell."


def _outcome(one: OwnChange) -> str:
    if one.altered:
        return ALTERED
    said = one.state.replace("_", " ")
    return said if one.executed else f"{said}, not executed"


def _line(one: OwnChange) -> str:
    """One sentence; titles and names were sealed by code."""
    at = f"{one.at:%Y-%m-%d %H:%M} UTC"
    if one.altered:
        return f"{at}: {one.plan}: {ALTERED}."
    approved = f", approved by {' and '.join(one.approvers)}" if one.approvers else ""
    return f"{at}: {short(one.title, 120)}, asked by {one.requester}{approved}: {_outcome(one)} ({one.plan})."


def _row(one: OwnChange) -> tuple[str, ...]:
    return (
        f"{one.at:%m-%d %H:%M}", one.plan, short(one.title, 80), one.requester, ", ".join(one.approvers), _outcome(one)
    )  # fmt: skip


def _json(one: OwnChange) -> Json:
    return {
        "plan": one.plan,
        "title": one.title,
        "action": one.action,
        "target": str(one.target) if not one.altered else "",
        "state": one.state,
        "requester": one.requester,
        "approvers": list(one.approvers),
        "at": one.at.isoformat(),
        "detail": one.detail,
        "audit": one.seq,
        "executed": one.executed,
        "altered": one.altered,
    }


OPS_CHANGES = Tool(
    name="ops_changes",
    summary="Changes that this bot made, and its plans that were not executed: what, who asked, who approved, what came of it.",
    permission="remediation:read",
    args=Args,
    run=run,
    examples=("what did you change today?", "changes by alice this week", "who changed checkout yesterday?"),
)
