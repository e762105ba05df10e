"""docs/reports/<suites>.md, a row a promise; each row says which run it comes from, so that one can be run anew alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.suites.lists import Suite
from scripts.suites.run import Outcome

Rows = dict[str, dict[str, Any]]


def write(folder: Path, name: str, suites: Sequence[Suite], outcome: Outcome, origin: str) -> None:
    """The row of one outcome, and the others as they were."""
    store = folder / f"{name}.json"
    rows: Rows = json.loads(store.read_text()) if store.exists() else {}
    rows[outcome.suite.says] = row(outcome, origin)
    kept = {suite.says: rows[suite.says] for suite in suites if suite.says in rows}
    store.write_text(json.dumps(kept, indent=2) + "\n")
    (folder / f"{name}.md").write_text(markdown(name.capitalize(), kept))


def row(outcome: Outcome, origin: str) -> dict[str, Any]:
    return {
        "figure": "; ".join(outcome.figures),
        "result": verdict(outcome),
        "seconds": round(outcome.seconds),
        "tests": list(outcome.suite.tests),
        "origin": origin,
    }


def verdict(outcome: Outcome) -> str:
    if outcome.failed:
        return f"**failed**: {', '.join(f'`{name}`' for name in outcome.failed)}"
    return f"{outcome.passed} passed"


def markdown(title: str, rows: Mapping[str, Mapping[str, Any]]) -> str:
    table = [f"| {says} | {r['figure']} | {r['result']} | {r['seconds']} s |" for says, r in rows.items()]
    runs = [
        f"- {says}: {r['origin']} {' '.join(f'`{test}`' for test in r['tests'])}" for says, r in rows.items()
    ]
    head = ["| promise | figure | result | time |", "|---|---|---|--:|"]
    return "\n".join([f"# {title}", "", *head, *table, "", "Runs and tests:", "", *runs]) + "\n"
