"""Is everything well? Workloads and the key metrics of services, in one read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.conversation.compose import answer
from agents.conversation.failing import failed
from agents.conversation.places import where_of
from agents.conversation.work import Work
from agents.findings import diagnosis_of
from agents.gate.called import Called
from agents.headline import headline
from agents.outcomes import Outcome

Row = Mapping[str, Any]


async def survey(work: Work) -> Outcome:
    """Everything within reach, or one namespace. One unhealthy workload alone is diagnosed at once."""
    called = await work.read("k8s_unhealthy", where_of(work))
    if called.result is None:
        return failed(work, called)
    rows, beyond = _rows(called, "unhealthy"), _rows(called, "beyond_limits")
    if len(rows) == 1 and not beyond:
        return await _only(work, called, rows[0])
    if called.result.data.get("healthy") and (told := await _looked_into(work)) is not None:
        return told
    return answer(work, headline(called.name, called.result), suggestions=_offers(rows, beyond))


async def _looked_into(work: Work) -> Outcome | None:
    """In one namespace, where no pod is missing: what breaks all the same, such as a policy that cuts off pods that run."""
    from agents.conversation.investigate import conclusion

    where = where_of(work)
    if not where.get("namespace") or not work.visible("k8s_diagnose"):
        return None
    called = await work.look("k8s_diagnose", where)
    found = diagnosis_of(called)
    if found is None or found.first is None:
        return None
    work.log.add(called)
    return conclusion(work, found, found.first)


def _rows(called: Called, key: str) -> list[Row]:
    data: Row = called.result.data if called.result else {}
    return [row for row in data.get(key) or [] if isinstance(row, Mapping)]


async def _only(work: Work, called: Called, row: Row) -> Outcome:
    from agents.conversation.investigate import conclusion

    args = {key: row[key] for key in ("cluster", "namespace", "kind", "name") if row.get(key)}
    found = diagnosis_of(await work.read("k8s_diagnose", args))
    if found is None or found.first is None:
        text = headline(called.name, called.result) if called.result else ""
        return answer(work, text, suggestions=_offers([row], []))
    return conclusion(work, found, found.first)


def _offers(rows: Sequence[Row], beyond: Sequence[Row]) -> list[str]:
    names = [str(row.get("service", "")) for row in beyond] + [str(row.get("name", "")) for row in rows]
    return [f"why is {name} failing?" for name in dict.fromkeys(names) if name][:3]
