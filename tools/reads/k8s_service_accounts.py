"""Service accounts: who runs as them, what they hold, which are unused, which hold more than is good."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tools.cluster.objects import created
from tools.cluster.rights.access import read
from tools.cluster.rights.accounts import HOLDERS, Account, accounts
from tools.cluster.snapshot import near_names
from tools.errors import AskBack
from tools.reads.digest import TABLED, counted, digest, listed, proved
from tools.reads.windows import ago
from tools.services.where import Place, find
from tools.spec import NAME, Call, Evidence, Json, Result, Scoped, Table, Tool

PROVED = 10
KEPT = 300
USE = "whether an account uses the rights it holds: only the API server's audit log tells"


class Args(Scoped):
    name: str | None = Field(None, max_length=253, pattern=NAME, description="one service account")
    all: bool = Field(False, description="those without any problem, too")
    limit: int = Field(20, ge=1, le=200, description="how many to list, worst first")


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    access = await read(place.api, place.namespace, call.reach, "pods", *HOLDERS)
    if not access.items.knows("serviceaccounts"):
        raise AskBack(f"I may not list service accounts there: {'; '.join(access.unseen)}")
    every = accounts(access, call.now)
    found = [
        one for one in every if args.name in {None, one.name} and (args.all or args.name or one.problems)
    ]
    if args.name and not found:
        near = near_names(args.name, {one.name for one in every})
        raise AskBack(f"There is no service account {args.name!r} there. Which one?", tuple(near))
    return _result(call, place, args, (every, found), (*access.unseen, USE))


def _result(
    call: Call, place: Place, args: Args, every: tuple[list[Account], list[Account]], unseen: tuple[str, ...]
) -> Result:
    known, found = every
    shown = found[: args.limit]
    rest = [f"showing {len(shown)} of {len(found)}"] if len(found) > len(shown) else []
    rows = tuple(_row(one, call.now) for one in found[:TABLED])
    return Result(
        data={"accounts": [_json(one) for one in found[:KEPT]], "total": len(known), "with_problems": sum(bool(a.problems) for a in known)},
        digest=digest([_head(known, place.namespace), *proved(map(_line, shown), PROVED), *rest, f"could not see: {'; '.join(unseen)}"]),
        scope=place.scope("now"),
        evidence=tuple(_evidence(place, one) for one in shown[:PROVED]),
        could_not_see=unseen,
        tables=(Table("Service accounts", ("account", "used by", "through", "age", "problems"), rows, len(found)),) if rows else (),
    )  # fmt: skip


def _head(known: list[Account], namespace: str) -> str:
    where = f"in namespace {namespace}" if namespace else "in the cluster"
    unused = sum(any("nothing runs as it" in p for p in one.problems) for one in known)
    wide = sum(any(p.startswith("over-privileged") for p in one.problems) for one in known)
    return f"{counted(len(known), 'service account')} {where}: {unused} unused, {wide} over-privileged."


def _title(one: Account) -> str:
    return f"{one.namespace}/{one.name}"


def _users(one: Account) -> str:
    return f"used by {listed(sorted(one.users), 3)}" if one.users else "used by nothing"


def _through(one: Account) -> str:
    return listed([f"{b.kind} {b.name} of {b.role}" for b in one.bindings], 3)


def _line(one: Account) -> str:
    rights = f"holds {_through(one)}" if one.bindings else "holds nothing of its own"
    trouble = f": {'; '.join(one.problems)}" if one.problems else ": no problem"
    return f"{_title(one)}, {_users(one)}, {rights}{trouble}"


def _row(one: Account, now: datetime) -> tuple[str, ...]:
    return (
        _title(one),
        listed(sorted(one.users), 3),
        _through(one),
        ago(created(one.item), now),
        "; ".join(one.problems),
    )


def _evidence(place: Place, one: Account) -> Evidence:
    if one.bindings:
        return Evidence(one.bindings[0].ref, _title(one), _through(one))
    return Evidence(
        f"k8s:{place.api.name}/{one.namespace}/serviceaccount/{one.name}#metadata", _title(one), _users(one)
    )


def _json(one: Account) -> Json:
    return {
        "namespace": one.namespace,
        "name": one.name,
        "used_by": sorted(one.users),
        "bindings": [{"kind": b.kind, "name": b.name, "role": b.role, "namespace": b.namespace} for b in one.bindings],
        "risks": [{"risk": r.slug, "level": r.level, "may": r.what, "namespace": r.namespace} for r in one.risks],
        "problems": one.problems,
        "token_mounted": one.mounted,
    }  # fmt: skip


K8S_SERVICE_ACCOUNTS = Tool(
    name="k8s_service_accounts",
    summary="Kubernetes service accounts: what runs as them, which are unused or over-privileged, whose token is mounted for nothing.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=(
        "which service accounts are unused?",
        "service accounts with too many rights in shop",
        "what runs as service account deployer?",
    ),
    cache_s=60,
)
