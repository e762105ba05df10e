"""Which alarms of Oracle Cloud fire, since when, by what rule?"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tools.oracle.alarm_records import alarms
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import TABLED, TOKEN, digest, proved, short, token
from tools.reads.windows import ago
from tools.spec import Call, Evidence, Json, Result, Table, Tool

SEVERITIES = ("CRITICAL", "ERROR", "WARNING", "INFO")
PROVED = 6  # alarms that are evidence


class Args(CloudArgs):
    firing: bool = Field(True, description="only those that fire; false: all")
    name: str | None = Field(None, max_length=255, description="part of the alarm's name")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    found = await alarms(where)
    stated = [one for one in found.items if text_of(one, "status")]
    named = [one for one in stated if (args.name or "").lower() in text_of(one, "displayName").lower()]
    return _result(call, args, where, sorted(named, key=_order), found.could_not_see)


def _order(alarm: Json) -> tuple[bool, int, str]:
    severity = text_of(alarm, "severity")
    rank = SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
    return text_of(alarm, "status") != "FIRING", rank, text_of(alarm, "displayName")


def _result(call: Call, args: Args, where: Where, alarms: list[Json], unseen: tuple[str, ...]) -> Result:
    firing = [one for one in alarms if text_of(one, "status") == "FIRING"]
    shown = firing if args.firing else alarms
    head = f"{len(firing)} of {len(alarms)} alarms fire."
    return Result(
        data={"alarms": [_json(where, one) for one in shown], "firing": len(firing), "total": len(alarms)},
        digest=digest([head, *proved((_line(call, where, one) for one in shown), PROVED)]),
        scope=where.scope(),
        evidence=tuple(
            Evidence(f"oci:{text_of(one, 'id')}#status", token(text_of(one, "displayName"), "an alarm"), text_of(one, "status"))
            for one in shown[:PROVED]
        ),
        ruled_out=(f"{len(alarms) - len(firing)} alarms are not firing",) if len(alarms) > len(firing) else (),
        could_not_see=unseen,
        tables=(Table("Alarms", ("alarm", "severity", "state", "since", "compartment", "rule"), tuple(_row(call, where, o) for o in shown[:TABLED]), len(shown)),)
        if shown else (),
        untrusted=True,
        inventory=tuple({name for one in shown if TOKEN.fullmatch(name := text_of(one, "displayName"))}),
    )  # fmt: skip


def _row(call: Call, where: Where, alarm: Json) -> tuple[str, ...]:
    return (
        short(text_of(alarm, "displayName"), 80),
        text_of(alarm, "severity"),
        text_of(alarm, "status"),
        _since(call, alarm),
        where.path(alarm),
        short(text_of(alarm, "query"), 160),
    )


def _since(call: Call, alarm: Json) -> str:
    try:
        return ago(datetime.fromisoformat(text_of(alarm, "timestampTriggered")), call.now)
    except ValueError:
        return "unknown"


def _line(call: Call, where: Where, alarm: Json) -> str:
    name, severity, state, since, path, rule = _row(call, where, alarm)
    return f"{severity} {name} {state} for {since} in {path}, {text_of(alarm, 'region')}: {rule}"


def _json(where: Where, alarm: Json) -> Json:
    return {
        "id": text_of(alarm, "id"),
        "name": text_of(alarm, "displayName"),
        "severity": text_of(alarm, "severity"),
        "state": text_of(alarm, "status"),
        "since": text_of(alarm, "timestampTriggered"),
        "rule": text_of(alarm, "query"),
        "namespace": text_of(alarm, "namespace"),
        "compartment": where.path(alarm),
        "region": text_of(alarm, "region"),
    }


OCI_ALARMS = Tool(
    name="oci_alarms",
    summary="Which Oracle Cloud alarms fire, since when and by what rule.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("which oci alarms are firing?", "all alarms in shop"),
    cache_s=60,
    family="active_alarms",
)
