"""`detectors`: what is looked at on a schedule, and how it is; `detectors NAME`: what it fires for, read anew with the asker's rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from agents.detecting.asking import TOOL, CannotAskError, asked, meant
from agents.detecting.keeping import state_of
from agents.detecting.state import State
from agents.detecting.telling import SHORTLY, how, spec_of, what_of
from agents.outcomes import Answer, Outcome, Question
from agents.policy import Permission
from agents.policy.detecting import DetectorPart
from bot.commands.context import Ctx
from bot.commands.grammar import Parsed
from bot.commands.plans import NO_STORE
from bot.commands.reads import answer_of, no_answer
from bot.detectors import row_id
from bot.incidentchannels import IncidentChannels
from storage.detectors import DetectorRow
from storage.errors import StoreUnavailable
from tools.spec import Table

NONE = "No detectors: the policy names none that is told where you may read (`detectors` in it, docs/detectors.md)."
COLUMNS = ("detector", "what", "state", "last look", "told in")
Rows = Mapping[tuple[str, str], DetectorRow]


async def detectors(ctx: Ctx, parsed: Parsed) -> Outcome:
    if (refusal := await ctx.may(Permission.MONITORING_READ, "detectors")) is not None:
        return refusal
    try:
        found = await ctx.core.db.read_whole(partial(ctx.core.db.detectors.of, workspace=ctx.place.workspace))
    except StoreUnavailable:
        return NO_STORE
    rows = {(row.id, row.spec): row for row in found}
    parts = [part for part in ctx.policy.file.detectors if _seen(ctx, part)]
    wanted = parsed.word(0).strip(" ?.!'\"`").lower()
    if not wanted:
        return _list(ctx, parts, rows)
    part = next((one for one in parts if one.name.lower() == wanted), None)
    if part is None:
        return Question(f"I know no detector {wanted[:60]!r} here.", ("detectors",))
    return await _one(ctx, parsed, part, rows.get(_key(ctx, part)))


def _seen(ctx: Ctx, part: DetectorPart) -> bool:
    """Whoever may not read where it is told does not learn what it looks at."""
    channel = IncidentChannels(ctx.core).of_detector(part)
    place = replace(ctx.place, channel=channel, kind="channel")
    return ctx.policy.holds(ctx.actor, place, Permission.MONITORING_READ)


def _key(ctx: Ctx, part: DetectorPart) -> tuple[str, str]:
    return row_id(ctx.place.workspace, part), spec_of(part)


def _list(ctx: Ctx, parts: list[DetectorPart], rows: Rows) -> Answer:
    if not parts:
        return Answer(NONE, model="no model")
    told = [_row(ctx, part, rows.get(_key(ctx, part))) for part in parts]
    states = [_state(rows.get(_key(ctx, part))) for part in parts]
    fire = sum(state.since is not None for state in states)
    blind = sum(bool(state.trouble) for state in states)
    counted = f"{len(parts)} detectors" if len(parts) != 1 else "1 detector"
    text = f"{counted}: {fire} firing, {blind} that cannot look."
    return Answer(text, tables=(Table("Detectors", COLUMNS, tuple(told)),), model="no model")


def _row(ctx: Ctx, part: DetectorPart, row: DetectorRow | None) -> tuple[str, ...]:
    return (
        part.name,
        what_of(part),
        _how(part, row),
        _at(row.seen_at if row else None),
        IncidentChannels(ctx.core).of_detector(part),
    )


def _how(part: DetectorPart, row: DetectorRow | None) -> str:
    if not part.enabled:
        return "off: the policy says enabled: false"
    return how(_state(row), row.seen_at if row else None)


def _state(row: DetectorRow | None) -> State:
    return state_of(row.state if row else {})


def _at(at: datetime | None) -> str:
    return f"{at:{SHORTLY}}" if at else "-"


async def _one(ctx: Ctx, parsed: Parsed, part: DetectorPart, row: DetectorRow | None) -> Outcome:
    """Its state, and the metric as it is now: read as whoever asks, so that nobody sees by a detector what they may not."""
    text = (
        f"{part.name} ({what_of(part)}): {_how(part, row)}. Last look: {_at(row.seen_at if row else None)}."
    )
    state = _state(row)
    if state.since is None and state.fired_at is not None:
        text += f" It fired last from {_at(state.fired_at)}; the look of {_at(state.over_at)} found it over."
    try:
        args = _args(ctx, part, state)
    except CannotAskError as error:
        return Answer(text, could_not_see=(str(error),), model="no model")
    called = await ctx.core.gate.call(ctx.turn, TOOL, args)
    if not called.ok:
        return no_answer(called, parsed, ctx)
    found = answer_of(called, ctx)
    return replace(found, text=f"{text} {found.text}") if isinstance(found, Answer) else found


def _args(ctx: Ctx, part: DetectorPart, state: State) -> dict[str, Any]:
    """Of what fires the longest, where something does."""
    args = asked(part, meant(ctx.core.services.called(part.service)) if part.service else None)[0]
    firing = sorted(state.fires, key=lambda key: state.fires[key].since)
    return args | {"resource": firing[0]} if firing and firing[0].startswith("ocid1.") else args
