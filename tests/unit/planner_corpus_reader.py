"""The planner's corpus: questions with their expected routes, split by hash into tuned and held-out ones."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.planner import Catalog, Context, Known, Route, ThreadFacts, route
from agents.planner.memory import after, after_proposal

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SHOP: dict[str, Any] = {"namespace": "shop", "cluster": "local"}
CATALOG = Catalog(
    (
        Known("checkout", "service", ("checkout-api",), **SHOP, depends_on=("orders-db", "payments")),
        Known("payments", "service", ("payment",), **SHOP),
        Known("cart", "service", **SHOP),
        Known("catalog", "service", **SHOP),
        Known("frontend", "service", ("storefront",), **SHOP),
        Known("orders-db", "service", ("orders database",), **SHOP),
        Known("shop", "namespace"),
        Known("shop-stg", "namespace"),
        Known("kube-system", "namespace"),
        Known("local", "cluster"),
    )
)


@dataclass(frozen=True)
class Expected:
    label: str
    args: dict[str, str]


@dataclass(frozen=True)
class Case:
    text: str
    before: str
    accepts: tuple[Expected, ...]

    @property
    def held_out(self) -> bool:
        return hashlib.sha256(f"{self.before}>>{self.text}".encode()).digest()[0] % 3 == 0


FILES = ("questions.txt", "lookups.txt")


def cases() -> Iterator[Case]:
    for name in FILES:
        yield from cases_of((Path(__file__).parent / "planner_corpus" / name).read_text())


def lookups() -> Iterator[Case]:
    """Questions for the tools of one family each."""
    return cases_of((Path(__file__).parent / "planner_corpus" / "lookups.txt").read_text())


def cases_of(text: str) -> Iterator[Case]:
    accepts: tuple[Expected, ...] = ()
    for line in text.splitlines():
        if line.startswith("["):
            accepts = tuple(_expected(part) for part in line.strip("[]").split("|"))
        elif line and not line.startswith("#"):
            before, _, text = line.rpartition(" >> ")
            yield Case(text, before, accepts)


def _expected(text: str) -> Expected:
    label, *pairs = text.split()
    return Expected(label, dict(pair.split("=") for pair in pairs))


def run(case: Case) -> Route:
    facts = ThreadFacts()
    if case.before:
        first = route(case.before, Context(CATALOG, NOW))
        facts = after(first, facts)
        if first.kind == "change":
            facts = after_proposal(facts, "plan_1", first, "a change")
    return route(case.text, Context(CATALOG, NOW, facts))


def label(found: Route) -> str:
    detail = found.playbook or found.topic or found.tool
    return f"{found.kind}:{detail}" if detail and found.kind != "clarify" else str(found.kind)


def right(case: Case, found: Route) -> bool:
    said = label(found)
    for expected in case.accepts:
        fits = said == expected.label or (":" not in expected.label and said.split(":")[0] == expected.label)
        if fits and all(str(found.args.get(key)) == value for key, value in expected.args.items()):
            return True
    return False
