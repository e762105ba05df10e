"""Orders to the catalogue and what only looks like one, each line read right; nothing is invented and nothing dropped."""

import ast
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.planner import Context, Kind, route
from tests.unit.planner_corpus_reader import CATALOG, NOW
from tools.registry import ACTIONS

ACTIONS_DONE = {action.name for action in ACTIONS}


def lines() -> Iterator[tuple[str, str]]:
    head = ""
    for line in (Path(__file__).parent / "planner_corpus" / "orders.txt").read_text().splitlines():
        if line.startswith("["):
            head = line.strip("[]")
        elif line and not line.startswith("#"):
            yield head, line


def value(text: str) -> Any:
    return ast.literal_eval(text) if text[0] in "{0123456789" and "." not in text else text


CASES = list(lines())


def registered(head: str) -> bool:
    """Sentences of changes that are not made yet wait in the file."""
    kind, _, tool = head.split(" ", maxsplit=1)[0].partition(":")
    return kind not in {"change", "clarify"} or not tool or tool in ACTIONS_DONE


READ = [(head, text) for head, text in CASES if registered(head)]


def test_the_orders_are_many_and_mixed() -> None:
    assert len(CASES) >= 190
    assert sum(head == "no-change" for head, _ in CASES) >= 40


@pytest.mark.parametrize(("head", "text"), READ, ids=[text[:60] for _, text in READ])
def test_each_line_is_read_as_what_it_is(head: str, text: str) -> None:
    label, *pairs = shlex.split(head.replace("'", '"'), posix=False)
    kind, _, tool = label.partition(":")
    found = route(text, Context(CATALOG, NOW))
    if kind == "no-change":
        assert found.kind is not Kind.CHANGE
        return
    assert (found.kind, found.tool or tool) == (kind, tool), found.ask
    wanted = {key: value(said) for key, _, said in (pair.partition("=") for pair in pairs)}
    assert {key: found.args.get(key) for key in wanted} == wanted
    if kind == "change":
        assert set(found.args) == set(wanted)
    if kind == "clarify":
        assert found.ask
