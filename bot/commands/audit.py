"""`audit ...`: the record, as it is stored. What it says has passed redaction when it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agents.outcomes import Answer, Failure, Outcome, Question
from agents.policy import Policy
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from bot.commands.proof import proof
from storage.audit.events import AuditRow
from storage.errors import StoreUnavailable
from tools.reads.windows import moment
from tools.spec import Table

READ = "audit:read"
LISTED = 25
LOOKED_AT = 5_000
RECORD = re.compile(r"(?:audit:)?([0-9]{1,18})")  # what the database can number
COLUMNS = ("record", "time (UTC)", "what", "who", "about", "outcome")


async def audit(ctx: Ctx, parsed: Parsed) -> Outcome:
    refusal = await ctx.may(READ, parsed.verb.name)
    if refusal is not None:
        return refusal
    try:
        return await _answer(ctx, parsed)
    except ValueError as error:
        return Question(f"I cannot read that time: {error}.")
    except StoreUnavailable:
        return Failure("The audit cannot be read.", NOTHING, "Try again in a moment.", ctx.request.id)


async def _answer(ctx: Ctx, parsed: Parsed) -> Outcome:
    name, word = parsed.verb.name, parsed.word(0)
    if name == "audit verify":
        return await proof(ctx.core.settings, ctx.core.relays.alarm)
    if name == "audit show" and (number := RECORD.fullmatch(word)):
        return await _one(ctx, int(number[1]))
    db = ctx.core.db
    async with db.read() as tx:
        if name == "audit show":
            rows = await db.audit.find(tx, request=word, workspace=ctx.place.workspace, limit=100)
        elif name == "audit plan":
            rows = await db.audit.find(tx, plan_id=word, workspace=ctx.place.workspace, limit=100)
        else:
            since, until = _moment(parsed, "since", ctx), _moment(parsed, "until", ctx)
            rows = await db.audit.find(
                tx, workspace=ctx.place.workspace, since=since, until=until, limit=LOOKED_AT, newest=True
            )
    if name == "audit":
        return _latest(
            [row for row in rows if _wanted(row, parsed, ctx.policy)], ctx, whole=len(rows) < LOOKED_AT
        )
    if not rows:
        return Question(
            f"There is no record of {word[:60]!r} here." if word else "There is no such record yet."
        )
    return _listed(rows, ctx.policy, word or "Latest records")


def _moment(parsed: Parsed, flag: str, ctx: Ctx) -> str:
    """Empty where none was given. Raises ValueError for what is no time: a command is not guessed at."""
    if flag not in parsed.flags:
        return ""
    return moment(parsed.flags[flag], ctx.core.clock.now()).isoformat(timespec="microseconds")


def _wanted(row: AuditRow, parsed: Parsed, policy: Policy) -> bool:
    """Each word that was given must be in what it is about."""
    asked = {"person": _people(row, policy), "target": _target(row), "what": str(row.type)}
    return all(
        parsed.flags[name].lower() in text.lower() for name, text in asked.items() if name in parsed.flags
    )


def _people(row: AuditRow, policy: Policy) -> str:
    """Who did it, and for whom: the approver's click and the plan of who asked are both theirs."""
    detail = row.body.get("detail")
    behind = str(detail.get("requester", "")) if isinstance(detail, dict) else ""
    named = {account: person.name for person in policy.people for account in person.accounts}
    return f"{_who(row, policy)} {named.get(behind, behind)}"


def _target(row: AuditRow) -> str:
    target, args = row.body.get("target"), row.body.get("args")
    return " ".join(
        str(value) for part in (target, args) if isinstance(part, dict) for value in part.values()
    )


def _latest(rows: Sequence[AuditRow], ctx: Ctx, *, whole: bool) -> Outcome:
    if not rows:
        return Question(
            "There is no such record" + (" yet." if whole else f" among the newest {LOOKED_AT:,}.")
        )
    more = (
        ""
        if len(rows) <= LISTED
        else f" The newest {LISTED} of {len(rows)} are shown: name a time, person, target."
    )
    found = _listed(rows[:LISTED], ctx.policy, "Latest records")
    return replace(found, text=found.text + more)


def _listed(rows: Sequence[AuditRow], policy: Policy, caption: str) -> Answer:
    lines = tuple(_row(row, policy) for row in rows)
    return Answer(
        f"{len(rows)} records. `audit show` and a number shows one in full.",
        tables=(Table(caption, COLUMNS, lines),),
        model="no model",
    )


def _row(row: AuditRow, policy: Policy) -> tuple[str, ...]:
    body = row.body
    about = str(body.get("plan_id") or body.get("tool") or body.get("request") or "")
    return (
        str(row.seq),
        str(body.get("time", ""))[:19].replace("T", " "),
        str(row.type),
        _who(row, policy),
        about,
        _outcome(row),
    )


def _who(row: AuditRow, policy: Policy) -> str:
    actor = row.body.get("actor") or {}
    account = str(actor.get("id") or ":".join(filter(None, [actor.get("team_id"), actor.get("user_id")])))
    named = {account: person.name for person in policy.people for account in person.accounts}
    return named.get(account, account)


def _outcome(row: AuditRow) -> str:
    decision = row.body.get("decision")
    if isinstance(decision, dict):
        return "allowed" if decision.get("allow") else f"refused: {decision.get('reason', '')}"
    return str(row.body.get("result") or row.body.get("error") or decision or "")


async def _one(ctx: Ctx, seq: int) -> Outcome:
    async with ctx.core.db.read() as tx:
        rows = await ctx.core.db.audit.find(tx, after=seq - 1, workspace=ctx.place.workspace, limit=1)
    if not rows or rows[0].seq != seq:
        return Question(f"There is no record {seq} of this workspace.")
    row = rows[0]
    facts = tuple((key, _value(value)) for key, value in row.body.items() if value not in (None, ""))
    text = f"Record {seq}: {row.type!s} by {_who(row, ctx.policy) or 'the bot'}. Hash {row.hash[:16]}…"
    return Answer(text, tables=(Table(f"audit:{seq}", ("field", "value"), facts),), model="no model")


def _value(value: Any) -> str:
    """As it is stored: text plain, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
