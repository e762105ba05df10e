"""The planner on its corpus: the tuned two thirds nearly all right, the held-out third nearly as good."""

import pytest

from tests.unit.planner_corpus_reader import Case, cases, label, right, run

CASES = list(cases())


def wrong(part: list[Case]) -> list[str]:
    return [
        f"{case.before} >> {case.text} -> {label(run(case))}" for case in part if not right(case, run(case))
    ]


def test_the_corpus_is_large_and_mixed() -> None:
    assert len(CASES) >= 500
    assert sum(bool(case.before) for case in CASES) >= 50


def test_tuned_questions_are_routed_right() -> None:
    part = [case for case in CASES if not case.held_out]
    assert len(wrong(part)) / len(part) <= 0.02, wrong(part)


def test_held_out_questions_are_routed_right() -> None:
    part = [case for case in CASES if case.held_out]
    missed = wrong(part)
    assert len(missed) / len(part) <= 0.12


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if not any(e.label.startswith("change") for e in c.accepts)],
    ids=lambda c: c.text[:50],
)
def test_what_is_no_order_never_becomes_a_change(case: Case) -> None:
    assert run(case).kind != "change"
