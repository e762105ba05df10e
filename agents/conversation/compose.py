"""Answers written by code from typed results: the cause first, then what proves it, what is out, what could not be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.conversation.work import Work
from agents.gate.called import Called
from agents.headline import headline
from agents.outcomes import Answer
from tools.spec import Evidence

MAX_EVIDENCE = 12


def answer(
    work: Work,
    text: str,
    *,
    suggestions: Sequence[str] = (),
    notes: Sequence[str] = (),
    lines: int = MAX_EVIDENCE,
) -> Answer:
    """An answer with everything that the turn's calls showed, `lines` of evidence at most."""
    log = work.log
    return Answer(
        text=text,
        scope=log.scope(),
        evidence=tuple(log.evidence[:lines]),
        ruled_out=log.ruled_out(),
        could_not_see=log.could_not_see(),
        charts=log.charts(),
        tables=log.tables(),
        artifacts=log.artifacts(),
        tools=log.uses(),
        plans=tuple(log.plans),
        suggestions=tuple(suggestions)[:4],
        notes=(*work.route.notes, *log.notes, *notes),
    )


def tool_answer(work: Work, called: Called) -> Answer:
    """The answer to a question that one tool answers."""
    if called.result is None:
        return answer(work, called.error)
    return answer(work, headline(called.name, called.result), suggestions=_next(called))


def _next(called: Called) -> list[str]:
    """What people usually ask after this."""
    name = str(called.args.get("service") or called.args.get("name") or "")
    data: Mapping[str, Any] = called.result.data if called.result else {}
    if called.name == "k8s_unhealthy":
        rows = data.get("workloads") or data.get("unhealthy") or []
        names = [str(row.get("service") or row.get("name")) for row in rows if isinstance(row, Mapping)]
        return [f"why is {name} failing?" for name in dict.fromkeys(names)][:3]
    if not name:
        return []
    offers = {
        "k8s_logs": [f"why is {name} failing?", f"what changed in {name}?"],
        "k8s_rollouts": [f"why is {name} failing?", f"roll back {name}"],
        "k8s_usage": [f"show me {name}'s last errors"],
        "ops_service": [f"why is {name} failing?", f"what changed in {name}?"],
    }
    return offers.get(called.name, [])


def cite(log_evidence: Sequence[Evidence], wanted: Sequence[Evidence]) -> str:
    """` [1] [3]`: the numbers under which these facts are listed in the answer."""
    numbers = [
        at
        for item in wanted
        for at, known in enumerate(log_evidence, 1)
        if known.ref == item.ref and known.value == item.value and at <= MAX_EVIDENCE
    ]
    return "".join(f" [{number}]" for number in dict.fromkeys(numbers))
