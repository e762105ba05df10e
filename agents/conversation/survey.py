"""Is everything well? Pods and workloads first, then the key metrics of the services that have some."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from agents.conversation.compose import answer
from agents.conversation.failing import failed
from agents.conversation.findings import diagnosis_of
from agents.conversation.places import where_of
from agents.conversation.work import Work
from agents.gate.called import Called
from agents.headline import headline
from agents.outcomes import Outcome
from tools.reads.k8s_unhealthy import BEYOND

MOST_SERVICES = 8  # of the twelve calls of a turn


async def survey(work: Work) -> Outcome:
    """Everything within reach, or one namespace. One unhealthy workload alone is diagnosed at once."""
    place = where_of(work)
    called = await work.read("k8s_unhealthy", place)
    if called.result is None:
        return failed(work, called)
    rows = [row for row in called.result.data.get("unhealthy") or [] if isinstance(row, Mapping)]
    sick = await _by_metrics(work, place.get("namespace", ""))
    if len(rows) == 1 and not sick:
        return await _only(work, called, rows[0])
    return answer(work, _told(called, rows, sick), suggestions=_offers(rows, sick))


async def _by_metrics(work: Work, namespace: str) -> list[Called]:
    """Overviews of the services whose metrics or pods are not well."""
    known = [
        item.name
        for item in work.catalog.of_sort("service")
        if item.metrics and namespace in {"", item.namespace}
    ]
    if not work.visible("ops_service"):
        return []
    seen = await asyncio.gather(
        *(work.look("ops_service", {"service": name}) for name in known[:MOST_SERVICES])
    )
    sick = [
        called
        for called in seen
        if called.result is not None and called.result.data.get("health") == "not well"
    ]
    for called in [*sick, *(called for called in seen if not called.ok)]:
        work.log.add(called)
    return sick


async def _only(work: Work, called: Called, row: Mapping[str, Any]) -> Outcome:
    from agents.conversation.investigate import conclusion

    args = {key: row[key] for key in ("cluster", "namespace", "kind", "name") if row.get(key)}
    found = diagnosis_of(await work.read("k8s_diagnose", args))
    if found is None or found.first is None:
        return answer(work, _told(called, [row], []), suggestions=_offers([row], []))
    return conclusion(work, found, found.first)


def _told(called: Called, rows: Sequence[Mapping[str, Any]], sick: Sequence[Called]) -> str:
    text = headline(called.name, called.result) if called.result else ""
    if not sick:
        return text
    count = f"{len(sick)} service{'s are' if len(sick) > 1 else ' is'} not well by key metrics or pods"
    text = "\n".join(line for line in text.splitlines() if not line.startswith(BEYOND))
    start = f"{text}\n{count}:" if rows else f"Every workload has its pods, but {count}:"
    return "\n".join([start, *(f"- {_bad(item)}" for item in sick)])


def _bad(called: Called) -> str:
    """`till: error_rate 31 of 5 %`, with its evidence."""
    data: Mapping[str, Any] = called.result.data if called.result else {}
    name = str(called.args.get("service", ""))
    bad = [m for m in data.get("metrics") or [] if m.get("over") or m.get("at_limit")]
    short = [w for w in data.get("workloads") or [] if int(w.get("ready") or 0) < int(w.get("wanted") or 0)]
    parts = [
        f"{'' if m.get('service') == name else str(m.get('service')) + ' '}{m.get('metric')} {m.get('value')} of {_number(m.get('limit'))} {m.get('unit')}".strip()
        for m in bad[:3]
    ]
    parts += [
        f"{str(w.get('ref')).rsplit('/', 1)[-1]} {w.get('ready')}/{w.get('wanted')} ready" for w in short[:2]
    ]
    return f"{name}: {', '.join(parts) or 'not well'}"


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else "?"


def _offers(rows: Sequence[Mapping[str, Any]], sick: Sequence[Called]) -> list[str]:
    names = [str(item.args.get("service", "")) for item in sick] + [str(row.get("name", "")) for row in rows]
    return [f"why is {name} failing?" for name in dict.fromkeys(names) if name][:3]
