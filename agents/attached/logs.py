"""A log that somebody brought: what it says most, worst first, in groups of like lines."""

from __future__ import annotations

from agents.outcomes import Answer
from tools.logs.clusters import Cluster, cluster
from tools.logs.entries import entries
from tools.spec import Evidence

SHOWN = 8
BAD = frozenset({"fatal", "error"})


def of_log(name: str, text: str) -> Answer:
    groups = cluster(entries("", "", text))
    lines = sum(1 for line in text.splitlines() if line.strip())
    bad = [group for group in groups if group.level in BAD]
    warned = sum(group.count for group in groups if group.level == "warning")
    said = f"{name}: {_count(lines, 'line')} of {_count(len(groups), 'kind')}."
    if bad:
        said += f" {_count(sum(g.count for g in bad), 'entry')} of {_count(len(bad), 'kind')} sound like errors; the worst first."
    else:
        said += (
            " None says that it is an error or sounds like one, which does not mean that nothing is wrong."
        )
    if warned:
        said += f" {_count(warned, 'warning')}."
    left = len(groups) - SHOWN
    notes = (f"{_count(left, 'more kind')} of lines are not shown.",) if left > 0 else ()
    return Answer(said, evidence=tuple(_group(name, one) for one in groups[:SHOWN]), notes=notes)


def _group(name: str, one: Cluster) -> Evidence:
    when = ""
    if one.first is not None and one.last is not None:
        first, last = f"{one.first:%Y-%m-%d %H:%M:%S}", f"{one.last:%Y-%m-%d %H:%M:%S}"
        when = f", at {first}" if first == last else f", {first} to {last}"
    example = one.example.text if one.example is not None else one.template
    return Evidence(
        f"file:{name}", f"{one.level}, {_count(one.count, 'time')}{when}", example[:480], untrusted=True
    )


def _count(number: int, what: str) -> str:
    plural = {"entry": "entries"}.get(what, f"{what}s")
    return f"{number:,} {what if number == 1 else plural}"
