"""How alarms of Oracle Cloud went: when they fired and how long, which flap, which are hushed, which begin together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import Field

from tools.errors import ToolError
from tools.oracle.alarm_records import Hushed, alarms, changes, hushed, own
from tools.oracle.episodes import Course, Together, course, together
from tools.oracle.mql.words import in_words
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import counted, digest, proved, short, token
from tools.reads.oci_alarms import SEVERITIES
from tools.reads.windows import Window, ago, start
from tools.spec import Call, Evidence, Json, Result, Table, Tool

MOST = 60  # alarms whose history is asked: Monitoring answers ten calls a second
SHOWN = 12
PROVED = 6
EPISODES = 20  # of one alarm, in the data
PAIRS = 6
COLUMNS = ("alarm", "severity", "now", "fired", "in all", "longest", "hushed")


class Args(CloudArgs):
    name: str | None = Field(None, max_length=255, description="part of the alarm's name; left out: all")
    since: Window = Field("1d", description="how far back: 6h, 1d, 7d")


@dataclass(frozen=True, slots=True)
class Gone:
    """One alarm with its course."""

    alarm: Json
    course: Course
    hushed: tuple[Hushed, ...]

    @property
    def fires(self) -> bool:
        return text_of(self.alarm, "status") == "FIRING"

    @property
    def veiled(self) -> bool:
        """Monitoring shows it as suppressed and told of no change: whether it would fire is not known."""
        return text_of(self.alarm, "status") == "SUSPENDED" and not self.course.episodes

    @property
    def order(self) -> tuple[bool, int, bool, timedelta]:
        severity = text_of(self.alarm, "severity")
        rank = SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
        return not self.fires, rank, not self.course.flapping, -self.course.firing


@dataclass
class Seen:
    gone: list[Gone] = field(default_factory=list)
    pairs: list[Together] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # of every alarm, by OCID


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    begin = start(args.since, call.now)
    found = await alarms(where)
    seen = Seen(
        unseen=list(found.could_not_see),
        names={text_of(one, "id"): text_of(one, "displayName") for one in found.items},
    )
    listed = sorted(found.items, key=lambda one: (not _fits(one, args), text_of(one, "displayName")))
    if len(listed) > MOST:
        seen.unseen.append(f"history of {len(listed) - MOST} more alarms: name a compartment or an alarm")
    suppressions = await hushed(where, seen.unseen)
    courses = await asyncio.gather(*(_course(call, where, one, begin, seen) for one in listed[:MOST]))
    gone = [
        Gone(one, went, _hushes(where, one, suppressions))
        for one, went in zip(listed[:MOST], courses, strict=True)
        if went is not None
    ]
    seen.gone = sorted((one for one in gone if _fits(one.alarm, args)), key=lambda one: one.order)
    seen.pairs = _pairs(gone, seen.gone, call.now - begin)
    return _result(call, args, where, seen)


def _hushes(where: Where, alarm: Json, found: Sequence[Hushed]) -> tuple[Hushed, ...]:
    mine = own(alarm)
    return (*([mine] if mine else []), *(each for each in found if each.of(where, alarm)))


def _fits(alarm: Json, args: Args) -> bool:
    return (args.name or "").lower() in text_of(alarm, "displayName").lower()


async def _course(call: Call, where: Where, alarm: Json, begin: datetime, seen: Seen) -> Course | None:
    if alarm.get("isEnabled") is False:
        return course([], begin, call.now, fires=False)
    try:
        went = await changes(where, alarm, begin, call.now)
    except ToolError as error:
        seen.unseen.append(f"history of {token(text_of(alarm, 'displayName'), 'an alarm')}: {error.reason}")
        return None
    return course(went, begin, call.now, fires=text_of(alarm, "status") == "FIRING")


def _pairs(every: Sequence[Gone], asked: Sequence[Gone], window: timedelta) -> list[Together]:
    """Of those asked about with any other."""
    wanted = {text_of(one.alarm, "id") for one in asked}
    found = together({text_of(one.alarm, "id"): one.course for one in every}, window)
    return [one for one in found if wanted & {one.one, one.other}][:PAIRS]


def _result(call: Call, args: Args, where: Where, seen: Seen) -> Result:
    shown = seen.gone[:SHOWN]
    names = seen.names
    told = [_line(call, where, one) for one in shown]
    rest = [f"showing {len(shown)} of {len(seen.gone)}"] if len(seen.gone) > len(shown) else []
    overrides = [line for one in shown for line in _overrides(one.alarm)]
    return Result(
        data={
            "alarms": [_json(where, one) for one in seen.gone],
            "together": [_pair_json(names, one) for one in seen.pairs],
            "fires": sum(one.fires for one in seen.gone),
            "flapping": sum(one.course.flapping for one in seen.gone),
        },
        digest=digest([_head(args, seen), *proved(told, PROVED), *_said_pairs(names, seen), *overrides, *rest]),
        scope=where.scope(args.since),
        evidence=tuple(_proof(args, one) for one in shown[:PROVED]),
        could_not_see=tuple(seen.unseen),
        tables=(Table("How alarms went", COLUMNS, tuple(_row(one, call.now) for one in shown)),) if shown else (),
        untrusted=True,
    )  # fmt: skip


def _head(args: Args, seen: Seen) -> str:
    if not seen.gone:
        about = f" called {token(args.name, 'so')}" if args.name else ""
        return f"I see no alarm{about}."
    fires = sum(one.fires for one in seen.gone)
    flap = sum(one.course.flapping for one in seen.gone)
    quiet = sum(not one.course.episodes and not one.veiled for one in seen.gone)
    return f"{counted(len(seen.gone), 'alarm')}, last {args.since}: {fires} fire now, {flap} flap, {quiet} never fired."


def _line(call: Call, where: Where, one: Gone) -> str:
    went, name = one.course, short(text_of(one.alarm, "displayName"), 80)
    state = _state(call, one)
    times = _times(one)
    flaps = "; it flaps: give it a longer delay or another limit" if went.flapping else ""
    hush = "".join(f"; {each.said(call.now)}" for each in one.hushed)
    rule = in_words(text_of(one.alarm, "query"))
    place = f"{where.path(one.alarm)}, {text_of(one.alarm, 'region')}"
    return f"{text_of(one.alarm, 'severity')} {name} {state}; {times}{flaps}{hush}. Fires when {rule}. {place}"  # fmt: skip


def _times(one: Gone) -> str:
    went = one.course
    if one.veiled:
        return "no change of its state; whether it would fire is not shown while it is hushed"
    if not went.episodes:
        return "never fired"
    return f"fired {counted(len(went.episodes), 'time')}, {_long(went.firing)} in all, {_long(went.longest)} at the longest"


def _state(call: Call, one: Gone) -> str:
    if one.alarm.get("isEnabled") is False:
        return "is turned off"
    if not one.fires:
        return {"SUSPENDED": "is hushed", "OK": "is OK"}.get(
            text_of(one.alarm, "status"), "says nothing of its state"
        )
    last = one.course.episodes[-1].start if one.course.episodes else None
    return (
        f"fires for {ago(last, call.now)}, since {last:%a %d %b %H:%M} UTC"
        if last
        else "fires since before that"
    )


def _overrides(alarm: Json) -> list[str]:
    """Other rules of the same alarm, in words: they go before its own."""
    found = []
    for one in alarm.get("overrides") or []:
        if isinstance(one, dict):
            name = f"{token(text_of(alarm, 'displayName'), 'an alarm')}, rule {token(text_of(one, 'ruleName'), 'of another name')}"
            severity = text_of(one, "severity") or text_of(alarm, "severity")
            when = in_words(text_of(one, "query")) if text_of(one, "query") else "its own rule does"
            delay = f" for {text_of(one, 'pendingDuration')}" if text_of(one, "pendingDuration") else ""
            found.append(f"{name}: {severity} when {when}{delay}.")
    return found


def _said_pairs(names: Mapping[str, str], seen: Seen) -> list[str]:
    if not seen.pairs:
        return []
    return ["Begin together more often than by chance:", *(_pair(names, one) for one in seen.pairs)]


def _pair(names: Mapping[str, str], one: Together) -> str:
    first, second = (short(names.get(ident, "another alarm"), 80) for ident in (one.one, one.other))
    lead = one.lead / timedelta(minutes=1)
    when = "at the same time" if abs(lead) < 1 else f"{abs(lead):.0f}m {'before' if lead > 0 else 'after'} it"
    return f"{first}: {one.count} of its {counted(one.of, 'begin')} had {second} begin {when} (by chance {one.chance:.0%})"


def _proof(args: Args, one: Gone) -> Evidence:
    value = f"{text_of(one.alarm, 'status') or 'turned off'}, fired {len(one.course.episodes)} times in {args.since}"
    return Evidence(f"oci:{text_of(one.alarm, 'id')}#history", token(text_of(one.alarm, "displayName"), "an alarm"), value)  # fmt: skip


def _row(one: Gone, now: datetime) -> tuple[str, ...]:
    went = one.course
    return (
        short(text_of(one.alarm, "displayName"), 80),
        text_of(one.alarm, "severity"),
        text_of(one.alarm, "status") or "off",
        str(len(went.episodes)),
        _long(went.firing),
        _long(went.longest),
        "; ".join(each.said(now) for each in one.hushed),
    )


def _json(where: Where, one: Gone) -> Json:
    return {
        "id": text_of(one.alarm, "id"),
        "name": text_of(one.alarm, "displayName"),
        "severity": text_of(one.alarm, "severity"),
        "state": text_of(one.alarm, "status"),
        "enabled": one.alarm.get("isEnabled") is not False,
        "rule": text_of(one.alarm, "query"),
        "words": in_words(text_of(one.alarm, "query")),
        "fired": len(one.course.episodes),
        "known": not one.veiled,
        "firing_s": one.course.firing.total_seconds(),
        "longest_s": one.course.longest.total_seconds(),
        "flapping": one.course.flapping,
        "episodes": [
            {"from": each.start.isoformat() if each.start else None, "to": each.end.isoformat() if each.end else None}
            for each in one.course.episodes[-EPISODES:]
        ],
        "hushed": [each.json for each in one.hushed],
        "compartment": where.path(one.alarm),
        "region": text_of(one.alarm, "region"),
    }  # fmt: skip


def _pair_json(names: Mapping[str, str], one: Together) -> Json:
    return {
        "alarm": names.get(one.one, ""), "with": names.get(one.other, ""), "together": one.count, "of": one.of,
        "lead_s": one.lead.total_seconds(), "chance": one.chance,
    }  # fmt: skip


def _long(length: timedelta) -> str:
    minutes = length / timedelta(minutes=1)
    if minutes < 120:
        return f"{minutes:.0f}m"
    return f"{minutes / 60:.0f}h" if minutes < 2_880 else f"{minutes / 1_440:.1f}d"


OCI_ALARM_HISTORY = Tool(
    name="oci_alarm_history",
    summary="History of alarms: how often and how long each fired, flapping, suppression, which begin together.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("which alarms flap?", "how often did the node-cpu alarm fire this week?", "what else began when public-backends fired?", "which alarms are suppressed?"),
    cache_s=60,
    family="active_alarms",
)  # fmt: skip
