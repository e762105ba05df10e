"""A notification in words: complete as plain text, the same in HTML, and as data for other people's programs."""

from __future__ import annotations

from html import escape
from typing import Any

from agents.notifications.event import Event
from bot.notify.ways import Delivery

SUBJECT = 150
AGAIN = "Sent again, as nobody can tell whether the first one arrived."
COLOURS = {"critical": "#b00020", "warning": "#8a5a00", "info": "#1f4e79"}


def marked(event: Event) -> str:
    """What a subject begins with."""
    return {"resolve": "resolved", "acknowledge": "acknowledged"}.get(event.action, event.severity)


def subject_of(event: Event) -> str:
    """One line."""
    line = " ".join(f"[{marked(event)}] {event.title}".split())
    return line if len(line) <= SUBJECT else line[: SUBJECT - 1] + "…"


def closing(delivery: Delivery) -> list[str]:
    row, event = delivery.row, delivery.event
    lines = [f"{event.at:%Y-%m-%d %H:%M:%S} UTC. Notification {row.id}, by {row.route}."]
    if event.action == "trigger" and row.escalate_at is not None:
        lines.append(
            f"Say `notifications ack {row.id}` to the bot before {row.escalate_at:%H:%M} UTC, or it goes on to others."
        )
    return [*lines, AGAIN] if row.unsure else lines


def pictured(event: Event) -> list[str]:
    """What the picture shows."""
    return (
        [f"{event.counted}:", *(f"  {label}  {count}" for label, count in event.counts)]
        if event.counts
        else []
    )


def text_of(delivery: Delivery) -> str:
    event = delivery.event
    facts = [f"{name}: {value}" for name, value in event.facts]
    parts = (
        [f"{marked(event).upper()}: {event.title}", *event.lines],
        facts,
        pictured(event),
        closing(delivery),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def alt_of(event: Event) -> str:
    return f"{event.counted}: {', '.join(f'{label} {count}' for label, count in event.counts)}"


def html_of(delivery: Delivery, picture: str = "") -> str:
    """`picture` is the address of the picture, empty for none. Nothing in it is fetched from anywhere."""
    event = delivery.event
    colour = COLOURS["info"] if event.action != "trigger" else COLOURS[event.severity]
    rows = "".join(
        f'<tr><th align="left" style="padding:2px 12px 2px 0">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in event.facts
    )
    image = (
        f'<p><img src="{escape(picture)}" alt="{escape(alt_of(event))}" width="600"></p>' if picture else ""
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>'
        f"{escape(subject_of(event))}</title></head>"
        '<body style="font-family:sans-serif;color:#1d1c1d">'
        f'<h1 style="font-size:18px;color:{colour}">{escape(marked(event).upper())}: {escape(event.title)}</h1>'
        + "".join(f"<p>{escape(line)}</p>" for line in event.lines)
        + (f"<table>{rows}</table>" if rows else "")
        + image
        + f'<p style="font-size:12px;color:#616061">{"<br>".join(escape(line) for line in closing(delivery))}</p>'
        "</body></html>"
    )


def data_of(delivery: Delivery) -> dict[str, Any]:
    """The same with each try."""
    row, event = delivery.row, delivery.event
    return {
        "type": f"{event.area}.{event.action}",
        "id": row.id,
        "event": event.key,
        "subject": event.subject,
        "workspace": row.workspace,
        "area": event.area,
        "severity": event.severity,
        "action": event.action,
        "timestamp": event.at.isoformat(timespec="seconds"),
        "title": event.title,
        "lines": list(event.lines),
        "facts": dict(event.facts),
        "channel": event.channel,
        "route": row.route,
    }
