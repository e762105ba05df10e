"""docs/reports/mutants.md: what was tried, what survived."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from scripts.mutation.map import ENOUGH_S
from scripts.mutation.run import Tried


def write(root: Path, tried: list[Tried], head: str) -> None:
    (root / "docs/reports/mutants.md").write_text(markdown(tried, head))


def markdown(tried: list[Tried], head: str) -> str:
    killed = Counter(one.file for one in tried if one.killer)
    survived = Counter(one.file for one in tried if not one.killer)
    lines = ["# Mutants", "", head, "", "| file | killed | survived |", "|---|--:|--:|"]
    lines += [f"| `{file}` | {killed[file]} | {survived[file]} |" for file in sorted(killed | survived)]
    lines += [f"| all | {killed.total()} | {survived.total()} |", "", summary(killed.total(), len(tried))]
    lines += ["", "## Survivors", ""]
    lines += [f"- {told(one)}" for one in tried if not one.killer] or ["None."]
    return "\n".join(lines) + "\n"


def summary(killed: int, tried: int) -> str:
    share = f"{100 * killed / tried:.1f} %" if tried else "none"
    return (
        f"Killed: {share} of {tried}. A mutant meets the tests that reach its lines, quickest first, up to {ENOUGH_S:g} s of them; "
        "the test that fails must fail again alone."
    )


def told(one: Tried) -> str:
    old, new = (" ".join(text.split()) for text in (one.mutant.old, one.mutant.new))
    met = f" ({one.met} tests)" if one.met else " (no test reaches it)"
    return f"`{one.file}:{one.mutant.line}`: `{old}` made `{new}`{met}"
