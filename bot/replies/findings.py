"""What was found about an incident and what people did, as blocks of its card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agents.digests.noise import USEFUL, USELESS
from agents.triage.correlate import Incident
from agents.triage.history import ASSIGNED, History
from bot.replies.blocks import Block, Element, actions, button, confirm, section
from bot.replies.said import SAID
from bot.replies.text import Outbound, mention, moment

ASSIGN, SNOOZE, ESCALATE = "incident_assign", "incident_snooze", "incident_escalate"
RESOLVE, SILENCE, REPORT = "incident_resolve", "incident_silence", "incident_report"
SHOWN = 3  # hypotheses
LOOKED = "Could not see, looking as system:triage"
CLICKED = frozenset((ASSIGN, SNOOZE, ESCALATE, RESOLVE, SILENCE, REPORT))


def hands(incident: Incident, history: History, now: datetime) -> list[str]:
    """Who has it, and what was decided about it."""
    lines = []
    if note := history.last(ASSIGNED):
        lines.append(f"{who(note.actor)} has it since {moment(note.at)}.")
    if until := history.snoozed(now):
        lines.append(f"Snoozed until {moment(until)}.")
    if note := history.escalated():
        lines.append(f"{who(note.actor)} escalated it at {moment(note.at)}.")
    if note := history.resolved(incident):
        lines.append(f"{who(note.actor)} resolved it at {moment(note.at)}.")
    return lines


def findings(history: History, out: Outbound) -> list[Block]:
    """Nothing until it was looked into; what could not be read is said as such."""
    found = history.found
    if found is None:
        return []
    parts = [_whose(found, out), _looked(found, out), _hypotheses(found, out), _rest(found, out), _past(found, out), _plan(history, out)]  # fmt: skip
    return [section(part) for part in parts if part]


def failing(history: History) -> str:
    """The service with the fault, once somebody looked."""
    about = (history.found or {}).get("about") or {}
    return str(about.get("failing") or "")


def offered(history: History) -> str:
    """Words that would ask for the change that fits, where none was proposed."""
    return "" if history.plans else str((history.found or {}).get("advice") or "")


def _whose(found: Mapping[str, Any], out: Outbound) -> str:
    """What the service's numbers did, and to whom it belongs; said without a mention, which Escalate is for."""
    about = found.get("about") or {}
    lines = [f"*{out.mrkdwn(about.get('service', ''), 80)}:* {out.mrkdwn('; '.join(found['measured']), 400)}."] if found.get("measured") else []  # fmt: skip
    named = (("Owner", "owner"), ("On call", "on_call"))
    lines.append("   ".join(f"*{label}:* {out.mrkdwn(about[key], 80)}" for label, key in named if about.get(key)))  # fmt: skip
    return "\n".join(filter(None, lines))


def _looked(found: Mapping[str, Any], out: Outbound) -> str:
    if not found["asked"]:
        return "*Looked into it:* no. The alerts name neither a service of the map nor a namespace."
    if not found["read"]:
        return f"*Looked into it:* nothing could be read. {out.mrkdwn('; '.join(found['gaps']), 400)}"
    if not found["hypotheses"]:
        return f"*Looked into it:* {' '.join(_nothing(found))}"
    return ""


def _nothing(found: Mapping[str, Any]) -> list[str]:
    """Only of what was read: a question that was not asked, or not answered, clears nobody."""
    gaps = " as far as could be read" if found["gaps"] else ""
    said = [f"The workloads look healthy{gaps}."] if found["healthy"] else []
    changes = "ops_suspects" in found["read"]
    said.append(
        "Nothing near it changed in the hour before." if changes else "What changed before it was not read."
    )
    return said


def _hypotheses(found: Mapping[str, Any], out: Outbound) -> str:
    lines = []
    for number, one in enumerate(found["hypotheses"][:SHOWN], 1):
        if number > 1:  # what stands behind the first suspect is a line each
            said = [
                *(f"for: {text}" for text in one["for"][:1]),
                *(f"against: {text}" for text in one["against"][:1]),
            ]
            lines.append(f"{number}. {out.mrkdwn(one['words'], 160)} ({out.mrkdwn('; '.join(said), 200)})")
            continue
        lines.append(f"*{number}. {out.mrkdwn(one['words'], 300)}*")
        lines += [f"   for: {out.mrkdwn(text, 160)}" for text in one["for"][:3]]
        lines += [f"   against: {out.mrkdwn(text, 160)}" for text in one["against"][:2]]
    return "\n".join(("*What may be behind it, the first suspect first*", *lines)) if lines else ""


def _rest(found: Mapping[str, Any], out: Outbound) -> str:
    named = (("Ruled out", "ruled_out"), ("Alarms of the cloud that fire", "alarms"), (LOOKED, "gaps"))  # fmt: skip
    lines = [
        f"*{name}:* {out.mrkdwn('; '.join(found[key]), 500)}"
        for name, key in named
        if found.get(key) and (key != "gaps" or found["read"])
    ]
    return "\n".join(lines)


def _past(found: Mapping[str, Any], out: Outbound) -> str:
    lines = [
        f"• `{one['id']}` {moment(datetime.fromisoformat(one['began']))}: {out.mrkdwn(one['about'], 160)}. {out.mrkdwn(one['fixed'], 200)}"
        for one in found.get("alike", ())
    ]
    books = [f"• {out.mrkdwn(one, 240)}" for one in found.get("runbooks", ())]
    past = ("*Most like it in the past*", *lines) if lines else ()
    facts = [f"• {out.mrkdwn(one, 500)}" for one in found.get("facts", ())]
    known = ("*Known, as people confirmed*", *facts) if facts else ()
    return "\n".join((*past, *known, *(("*Runbooks*", *books) if books else ())))


def _plan(history: History, out: Outbound) -> str:
    plan, found = next(iter(history.plans), None), history.found or {}
    if plan is not None:
        return f"*Suggested:* {out.mrkdwn(str(plan.detail['what']), 200)}, proposed as `{plan.detail['plan']}`. It waits for people."
    why, words = str(found.get("not_proposed", "")), str(found.get("advice") or "")
    said = f" Say “{out.mrkdwn(words, 120)}”, and a plan waits for an approval." if words else ""
    return f"*Fits:* {out.mrkdwn(why, 400)}{said}" if why else ""


def buttons(incident: Incident, history: History, out: Outbound) -> Block:
    """Each is judged anew by the clicker's rights."""
    report = button(out.plain("Timeline and draft", 75), REPORT, incident.id)
    if not incident.firing or history.resolved(incident):
        return actions(f"incident-over:{incident.id}", [report, *_said(incident)])
    sure = confirm("Resolve it?", "The card says so until something fires again.", "Resolve", danger=False)
    made = [
        button("Assign to me", ASSIGN, incident.id),
        button("Snooze 1 h", SNOOZE, incident.id),
        button("Silence 1 h ...", SILENCE, incident.id),
        button("Escalate", ESCALATE, incident.id),
        button("Resolve", RESOLVE, incident.id, confirm=sure),
        report,
        *_said(incident),
    ]
    return actions(f"incident-do:{incident.id}", made)


def _said(incident: Incident) -> list[Element]:
    """What the noise ledger counts: of the alert, not of what was found about it."""
    words = ((USEFUL, "Useful alert"), (USELESS, "Useless alert"))
    return [button(label, f"{SAID}:{verdict}", f"incident:{incident.id}") for verdict, label in words]


def who(account: str) -> str:
    """An account of Slack as a mention; ours by its name."""
    user = account.rpartition(":")[2]
    return mention(user) if user[:1] in "UW" and user.isupper() else f"`{account}`"
