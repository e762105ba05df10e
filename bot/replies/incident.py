"""The one card of an incident: what fires, since when, what is over. Everything in it was written by others and is shown as such."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from agents.triage.alert import Severity
from agents.triage.correlate import Incident, Seen
from agents.triage.history import History
from bot.replies.answer import ACTION_ASK
from bot.replies.blocks import Block, Message, actions, button, context, header, section
from bot.replies.findings import buttons, failing, findings, hands, offered
from bot.replies.text import Outbound, duration, escape, moment

ORDER: tuple[Severity, ...] = ("critical", "high", "warning", "info")
SHOWN = 5
ASKED = 3
CLOCK = "{date_short_pretty} {time_secs}"


def card(incident: Incident, now: datetime, out: Outbound, history: History | None = None) -> Message:
    """Complete in its text."""
    history = history or History()
    seen = sorted(incident.seen.values(), key=_rank)
    title, state = _title(incident, seen, failing(history), out), _state(incident, seen)
    lines = [_line(one, out) for one in seen[:SHOWN]]
    if len(seen) > SHOWN:
        lines.append(f"and {len(seen) - SHOWN} more")
    done = hands(incident, history, now)
    blocks: list[Block] = [
        header(title),
        section("\n".join((state, *done))),
        *(more := findings(history, out)),
    ]
    blocks.append(section("\n".join(lines)))
    if ask := _questions(incident, history, out):
        blocks.append(actions(f"incident:{incident.id}", ask))
    blocks.append(buttons(incident, history, out))
    blocks.append(context(f"Incident `{incident.id}`. Put together by code from what the alerts say. Nothing was changed."))  # fmt: skip
    return Message("\n".join((escape(title), state, *done, *(str(one["text"]["text"]) for one in more), *lines)), tuple(blocks))  # fmt: skip


def about(incident: Incident) -> str:
    """In a few words; text of others."""
    return _about(incident, sorted(incident.seen.values(), key=_rank))


def severity(incident: Incident) -> int:
    """The worst that fires; 0 is critical."""
    return min(ORDER.index(one.alert.severity) + 10 * (not one.firing) for one in incident.seen.values())


def services_of(incident: Incident) -> tuple[str, ...]:
    """Those of what fires first, each once."""
    seen = sorted(incident.seen.values(), key=_rank)
    return tuple(dict.fromkeys(name for one in seen for name in sorted(one.services)))


def _rank(one: Seen) -> tuple[bool, int, datetime]:
    return not one.firing, ORDER.index(one.alert.severity), one.first


def _title(incident: Incident, seen: Sequence[Seen], broken: str, out: Outbound) -> str:
    """What fails, once somebody looked; until then the worst of what alerts."""
    if not incident.firing:
        return out.plain(f"Over: {f'{broken} was failing' if broken else _about(incident, seen)}", 140)
    about = f"{broken} is failing" if broken else _about(incident, seen)
    return out.plain(f"{seen[0].alert.severity.capitalize()}: {about}", 140)


def _about(incident: Incident, seen: Sequence[Seen]) -> str:
    first, names = seen[0], services_of(incident)
    where = first.subject.node or first.subject.resource_name or first.subject.workload
    about = (
        ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") if names else where
    )
    return f"{first.alert.name} ({about})" if about else first.alert.name


def _state(incident: Incident, seen: Sequence[Seen]) -> str:
    """Counted by tellings: a rule that fires for six pods told six alerts. Red while something fires, green when nothing does."""
    firing, told = sum(one.firing for one in seen), sum(one.times for one in seen)
    alerts = f"*{told} alert{'s' * (told > 1)}, 1 incident*"
    if not incident.firing:
        took = duration((incident.last - incident.since).total_seconds())
        return f":large_green_circle: Nothing fires any more. {alerts}. It took {took}, since {moment(incident.since, CLOCK)}."
    rules = f"{firing} of {len(seen)} rule{'s' * (len(seen) > 1)} fire"
    return f":red_circle: {alerts}: {rules}, the first since {moment(incident.since, CLOCK)}."


def _line(one: Seen, out: Outbound) -> str:
    state = "fires" if one.firing else "is over"
    at = (one.alert.began or one.first) if one.firing else one.last
    count = f", heard {one.times} times" if one.times > 1 else ""
    text = f": {out.mrkdwn(one.alert.text, 160)}" if one.alert.text and one.firing else ""
    return f"• *{out.mrkdwn(one.alert.name, 120)}* {state} since {moment(at, CLOCK)}{count}{text}"


def _questions(incident: Incident, history: History, out: Outbound) -> list[dict[str, object]]:
    """What is asked in the clicker's own name, with their rights; first of what fails, and the change that fits."""
    if not incident.firing:
        return []
    names = dict.fromkeys(filter(None, (failing(history).lower(), *services_of(incident))))
    asked = [*_asked([*names][:ASKED]), *filter(None, (offered(history),))]
    return [button(out.plain(words, 75), f"{ACTION_ASK}:{at}", words) for at, words in enumerate(asked)]


def _asked(names: Iterable[str]) -> list[str]:
    return [f"why is {name} failing?" for name in names]
