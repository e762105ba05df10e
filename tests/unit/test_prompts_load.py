"""Prompts: strict slots, front matter, stable labels."""

import re

import pytest

from prompts import PromptError, load, variants
from prompts.load import TEXTS


def test_a_prompt_says_what_it_is_called() -> None:
    prompt = load("conversation")
    assert prompt.label == "conversation@2/a"
    assert re.fullmatch(r"[0-9a-f]{12}", prompt.sha)
    assert prompt.text.startswith("You are CloudOps")


def test_values_fill_slots() -> None:
    assert "(the limit is reached)" in load("closing", why="the limit is reached").text


def test_a_value_with_slot_marks_is_not_filled_again() -> None:
    assert "{{problem}}" in load("closing", why="{{problem}}").text


@pytest.mark.parametrize("values", [{}, {"why": "x", "other": "y"}, {"other": "y"}])
def test_slots_and_values_must_agree(values: dict[str, str]) -> None:
    with pytest.raises(PromptError, match="slots"):
        load("closing", **values)


@pytest.mark.parametrize("name", ["absent", "../settings", "Conversation"])
def test_unknown_prompts_are_refused(name: str) -> None:
    with pytest.raises(PromptError):
        load(name)


def test_every_file_loads_and_holds_no_code() -> None:
    files = sorted(TEXTS.glob("*.md"))
    assert files
    for file in files:
        name, variant, _ = file.name.split(".")
        assert variant in variants(name)
        body = file.read_text()
        assert "```" not in body
        assert "{%" not in body
