"""What just happened: asked, refused, approved, changed, undone, killed, tampered; each with its audit record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.demo.diary import Deed

if TYPE_CHECKING:
    from storage.audit.raw import Source

SHOWN = 60
STEPS: tuple[Mapping[str, str], ...] = (
    {"title": "Print the app manifest", "command": "python -m bot manifest"},
    {
        "title": "Paste it where Slack asks for one (Create New App, From a manifest), install it, copy both tokens"
    },
    {"title": "Give the bot a reader's rights", "command": "kubectl apply -f deploy/kubernetes/rbac.yaml"},
    {"title": "Say who may ask", "command": "cp policy.example.yaml policy.yaml"},
    {"title": "Let the doctor look", "command": "python -m bot doctor"},
    {"title": "Start it", "command": "python -m bot run"},
)
PLAIN = {
    "message.received": "asked",
    "approval.recorded": "approved",
    "approval.refused": "refused",
    "plan.proposed": "proposed",
    "plan.rejected": "rejected",
    "plan.expired": "expired",
    "plan.cancelled": "cancelled",
    "plan.void": "void",
    "plan.succeeded": "changed",
    "plan.rolled_back": "rolled back",
    "plan.rollback_failed": "failed",
    "plan.failed": "failed",
    "plan.unknown": "unknown",
    "stop_all": "stopped",
}
ENDS = (
    "succeeded: ",
    "rolled back: ",
    "failed: ",
    "unknown: ",
    "void: ",
)  # said by the first word of the row already


def summary(
    source: Source, deeds: Iterable[Deed], names: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Rows `{at, what, who, outcome, record}`, oldest first; `names` are people by account. Blocking."""
    records = _records(source)
    targets = {body["plan_id"]: _target(body) for _, body in records if body.get("plan_id") and _target(body)}
    found = (_row(seq, body, names or {}, targets.get(body.get("plan_id"), "")) for seq, body in records)
    rows = [row for row in found if row is not None] + [_deed(deed) for deed in deeds]
    return sorted(rows, key=lambda row: float(row["at"]))[-SHOWN:]


def as_text(rows: Iterable[Mapping[str, Any]]) -> str:
    from bot.cli.command import columns

    cells = [
        (_time(r["at"]), r["what"], r["who"], f"#{r['record']}" if r.get("record") else "-", r["outcome"])
        for r in rows
    ]
    return columns([("time", "what", "who", "record", "outcome"), *cells])


def last_record(source: Source, kind: str = "") -> int:
    """Seq of the newest record, of that type if one is named; 0 when there is none. Blocking."""
    rows = [seq for seq, body in _records(source) if not kind or body.get("type") == kind]
    return max(rows, default=0)


def _records(source: Source) -> list[tuple[int, dict[str, Any]]]:
    from storage.audit.raw import snapshot

    if isinstance(source, Path) and not source.exists():
        return []
    with snapshot(source) as shot:
        return [(int(seq), json.loads(body)) for seq, body, *_ in shot.rows()]


def _row(seq: int, body: Mapping[str, Any], names: Mapping[str, str], target: str) -> dict[str, Any] | None:
    what = PLAIN.get(body.get("type", ""))
    if body.get("type") == "authz.decision" and _denied(body.get("decision")):
        what = "refused"
    if body.get("type") == "approval.recorded" and "reject" in json.dumps(body.get("decision", "")):
        what = "rejected"
    if what is None or _is_click(body):
        return None
    return {
        "at": datetime.fromisoformat(body["time"]).timestamp(),
        "what": what,
        "who": _who(body, names),
        "outcome": _outcome(body, target),
        "record": seq,
    }


def _is_click(body: Mapping[str, Any]) -> bool:
    """That a button was pressed; what came of it has a record of its own."""
    return body.get("type") == "message.received" and (body.get("detail") or {}).get("kind") == "action"


def _target(body: Mapping[str, Any]) -> str:
    target = body.get("target")
    return str(target.get("name") or "") if isinstance(target, Mapping) else ""


def _denied(decision: Any) -> bool:
    if isinstance(decision, Mapping):
        return decision.get("allow") is False or decision.get("decision") == "deny"
    return bool(decision == "deny")


def _who(body: Mapping[str, Any], names: Mapping[str, str]) -> str:
    actor = body.get("actor") or {}
    account = str(actor.get("id") or f"{actor.get('team_id', '')}:{actor.get('user_id', '')}").strip(":")
    return names.get(account) or str(actor.get("name") or account or "the bot")


def _outcome(body: Mapping[str, Any], target: str) -> str:
    """What it was about, then how it went, each word once."""
    detail, decision = body.get("detail") or {}, body.get("decision")
    about = " of ".join(filter(None, [str(body.get("tool") or "").replace("_", " "), target]))
    refusal = decision.get("reason") if isinstance(decision, Mapping) else None
    text = str(detail.get("text") or "")
    how = text.partition(": ")[2] if text.startswith(ENDS) else text
    said = [about, how, str(refusal or ""), str(detail.get("reason") or "")]
    return ", ".join(dict.fromkeys(filter(None, said)))[:200] or str(body.get("result") or "recorded")


def _deed(deed: Deed) -> dict[str, Any]:
    row: dict[str, Any] = {"at": deed.at, "what": deed.what, "who": deed.who, "outcome": deed.outcome}
    return row | ({"record": deed.record} if deed.record else {})


def _time(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S")
