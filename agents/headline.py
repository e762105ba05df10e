"""A tool's result as a few sentences for a person. Code wrote them; lists that others wrote stay evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tools.marks import spelled
from tools.spec import Result

LINES = 8
CHARS = 1_200
UNSEEN = "could not see:"  # said by the answer's own part


def headline(tool: str, result: Result) -> str:
    """Untrusted results give their first line, which code wrote; trusted ones as many lines as a screen takes."""
    if tool == "k8s_rollouts" and (text := _rollouts(result.data)):
        return text
    lines = [
        line.strip()
        for line in spelled(result.digest).splitlines()
        if line.strip() and not line.startswith(UNSEEN)
    ]
    if not lines:
        return "There is nothing to report."
    if result.untrusted:
        said = [str(line) for line in result.data.get("said") or []]  # sentences of code's own
        return "\n".join([lines[0], *said])[:CHARS]
    text = "\n".join(lines[:LINES])[:CHARS]
    left = len(lines) - LINES
    return f"{text}\n(and {left} more lines in the full result)" if left > 0 else text


def _rollouts(data: Mapping[str, Any]) -> str:
    """The newest change of what was asked about, then where the rollouts stand."""
    rows = [row for row in data.get("revisions") or [] if isinstance(row, Mapping)]
    changed = [row for row in rows if row.get("changes")]
    if not changed:
        return ""
    lines = [_change(row) for row in changed[:3]]
    states = [row for row in data.get("deployments") or [] if isinstance(row, Mapping)][:2]
    lines += [
        f"{s.get('name')}: {s.get('updated')}/{s.get('replicas')} pods updated, {s.get('available')} available."
        for s in states
    ]
    more = len(changed) - 3
    return "\n".join([*lines, *([f"{more} older changes are in the table."] if more > 0 else [])])


def _change(row: Mapping[str, Any]) -> str:
    who = f" by {row['by']}" if row.get("by") else ""
    at = _clock(str(row.get("at", "")))
    if row.get("restart_only"):
        return f"{row.get('deployment')} was restarted{at}{who} (revision {row.get('revision')})."
    fields = [
        f"{_field(c)} {c.get('before') or 'unset'} -> {c.get('after') or 'unset'}" for c in row["changes"][:3]
    ]
    rest = len(row["changes"]) - 3
    more = f" and {rest} more" if rest > 0 else ""
    went = f"{row.get('deployment')} {_went(row)}{at}{who}"
    return f"{went}: {', '.join(fields)}{more}."


def _went(row: Mapping[str, Any]) -> str:
    """A template that ran before is no new release: it went back."""
    former = row.get("former") or []
    if former:
        return f"went back to revision {former[-1]}, as revision {row.get('revision')},"
    return f"went to revision {row.get('revision')}"


def _field(change: Mapping[str, Any]) -> str:
    path = str(change.get("path", ""))
    inner = path.partition(".env[")[2].partition("]")[0]
    return inner or path.removeprefix("spec.")


def _clock(text: str) -> str:
    try:
        return f" at {datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S} UTC"
    except ValueError:
        return ""
