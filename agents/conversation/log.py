"""Everything one turn did: calls with their results, evidence numbers, proposals. Answers are made from this alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from agents.conversation.order import Order
from agents.gate.called import Called
from agents.outcomes import Artifact, Failure, Question, Refusal, ToolUse
from agents.tabled import tables_of
from tools.spec import Chart, Evidence, Scope, Table

ASIDE = frozenset({"ask", "invalid"})  # a question to the person; a slip in the call, which looked at nothing
MARKED = 12  # evidence lines numbered a call; a model cites few


@dataclass
class TurnLog:
    calls: list[Called] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)  # number n is evidence[n - 1]
    plans: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)  # what the proposal took the place of, in sentences
    said_no: list[Refusal | Question | Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    order: Order = field(default_factory=Order)
    done: dict[str, str] = field(default_factory=dict)  # call key -> what the model was told
    repeats: int = 0
    model_turns: int = 0
    hints: int = 0
    tokens: int = 0
    model: str = ""

    def add(self, called: Called) -> list[int]:
        """Keep a call; the numbers of its evidence."""
        self.calls.append(called)
        if called.result is None:
            return []
        return [self.number(item) for item in called.result.evidence[:MARKED]]

    def number(self, item: Evidence) -> int:
        """The number of an evidence line; the same fact keeps its number."""
        for at, known in enumerate(self.evidence, 1):
            if known.ref == item.ref and known.value == item.value:
                return at
        self.evidence.append(item)
        return len(self.evidence)

    @property
    def good(self) -> list[Called]:
        return [called for called in self.calls if called.ok and called.result is not None]

    def uses(self) -> tuple[ToolUse, ...]:
        return tuple(ToolUse(c.name, dict(c.args), c.ok, c.ms, c.audit) for c in self.calls)

    def asked(self) -> Called | None:
        """The last call that a person must answer first, unless a later one succeeded."""
        for called in reversed(self.calls):
            if called.ok:
                return None
            if called.kind == "ask":
                return called
        return None

    def refused(self) -> Called | None:
        return next((called for called in self.calls if called.kind == "refused" and called.who_may), None)

    def scope(self) -> Scope:
        """Where the turn looked: what the results agree on."""
        scopes = [called.result.scope for called in self.good if called.result]
        return joined(scopes)

    def ruled_out(self) -> tuple[str, ...]:
        return _each(line for called in self.good if called.result for line in called.result.ruled_out)

    def could_not_see(self) -> tuple[str, ...]:
        seen = [line for called in self.good if called.result for line in called.result.could_not_see]
        return _each(
            [*seen, *(unseen(called) for called in self.calls if not called.ok and called.kind not in ASIDE)]
        )

    def charts(self) -> tuple[Chart, ...]:
        found = {
            chart.title: chart for called in self.good if called.result for chart in called.result.charts
        }
        return tuple(found.values())[:3]

    def tables(self) -> tuple[Table, ...]:
        return tuple(table for called in self.good if called.result for table in tables_of(called.result))[:2]

    def artifacts(self) -> tuple[Artifact, ...]:
        return tuple(called.artifact for called in self.calls if called.artifact)[:3]


def joined(scopes: list[Scope]) -> Scope:
    def common(name: str) -> str:
        values = {str(getattr(scope, name)) for scope in scopes} - {""}
        if name == "since":
            return ", ".join(sorted(values - {"now"} or values))
        return ", ".join(sorted(values)) if len(values) <= 2 else f"{len(values)} of them"

    return Scope(
        **{
            name: common(name)
            for name in ("cluster", "namespace", "service", "compartment", "region", "since")
        }
    )


def unseen(called: Called) -> str:
    """A call that failed, as something that could not be seen; never as nothing found."""
    what = called.name.replace("_", " ").removeprefix("k8s ").removeprefix("ops ")
    reasons = {"refused": "you may not read it here", "not_allowed": "not allowed"}
    reason = called.error or "no answer"
    return f"{what}: {reasons[called.kind] + ' (' + reason + ')' if called.kind in reasons else reason}"


def _each(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for line in lines if line))[:8]
