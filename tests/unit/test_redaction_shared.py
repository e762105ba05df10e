"""Recall and precision on the shared development data. Held-out secrets of our own are in test_redaction_heldout."""

import json
from pathlib import Path

import pytest

from agents.redaction import Redactor

DATA = Path(__file__).parents[3] / "shared" / "data" / "security"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not beside this checkout"),
]
REDACTOR = Redactor()


def rows(name):
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()]


def test_no_secret_of_the_development_set_passes():
    missed = [
        r["rule"] for r in rows("secrets_synthetic_dev.jsonl") if r["secret"] in REDACTOR.clean(r["line"])
    ]
    assert missed == []


def test_no_secret_passes_inside_one_long_log():
    found = rows("secrets_synthetic_dev.jsonl")
    out = REDACTOR.clean("\n".join(r["line"] for r in found))
    assert [r["rule"] for r in found if r["secret"] in out] == []


def test_no_harmless_line_is_touched():
    lines = [r["line"] for r in rows("secrets_negatives_dev.jsonl")]
    assert [line for line in lines if REDACTOR.clean(line) != line] == []
    text = "\n".join(lines)
    assert REDACTOR.clean(text) == text


def test_a_word_that_opens_the_gate_on_one_line_opens_it_on_no_other():
    lines = [r["line"] for r in rows("secrets_negatives_dev.jsonl")]
    out = REDACTOR.clean("sourcegraph is up\n\n" + "\n".join(lines))
    assert [line for line in lines if line not in out] == []
