"""Whatever words come, Slack takes the blocks: 3,000 messages of noise through the local Slack's own validator."""

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agents.attached.reading import Text, read
from agents.people import Actor, Own, Place, Request
from agents.policy.models import ScopePart
from bot.replies.answer import Footer, render
from bot.replies.card import card
from bot.replies.followup import followup
from bot.replies.homepage import home_view
from bot.replies.liked import as_liked, evidence_shown
from bot.replies.limits import TASK_TITLE
from bot.replies.modals import details, raw_result, reason_form
from bot.replies.mysettings import form
from bot.replies.question import asked
from bot.replies.question import form as form_to_ask
from bot.replies.text import Outbound
from bot.replies.windows import opening, told
from bot.streaming.steps import Steps
from sandbox.slack.validation.surfaces import check_message, check_view
from tests.unit.bot_noise import Noise
from tools.spec import Scope

ROUNDS = 33_000 if os.environ.get("SOAK") == "1" else 1_000
OUT = Outbound(lambda text: text.replace("\x00", ""), ("grafana.example",))
FOOTER = Footer("in_1", "c_1")
LIVE = re.compile(r"<(?!!date\^\d+\^)[!@#h]")


def accepted(message, seed, named="nobody"):
    payload = message.payload()
    assert payload["text"].strip(), seed
    assert check_message(payload["blocks"]) == [], seed
    assert inert(json.loads(json.dumps(payload).replace(f"<@{named}>", ""))), seed


def inert(value, kind=""):
    """No live mention or address anywhere that Slack interprets, but in times that code wrote."""
    if isinstance(value, dict):
        plain = value.get("type") in {"plain_text", "raw_text", "text"}
        return plain or all(inert(v, k) for k, v in value.items())
    if isinstance(value, list | tuple):
        return all(inert(v) for v in value)
    return kind != "text" or not isinstance(value, str) or not LIVE.search(value)


@pytest.mark.timeout(600)
def test_every_outcome_is_accepted():
    for seed in range(ROUNDS * 2):
        accepted(render(Noise(seed).outcome(), OUT, FOOTER), seed)


@pytest.mark.timeout(600)
def test_every_card_its_windows_and_its_follow_up_are_accepted():
    for seed in range(ROUNDS):
        view = Noise(seed).view()
        accepted(card(view, OUT), seed)
        accepted(asked("UASKER1", view, Noise(seed).word() or "why?", OUT), seed, "UASKER1")
        for window in (details(view, OUT), reason_form(view, OUT, "{}"), form_to_ask(view, OUT, "{}")):
            assert check_view(window) == ([], []), seed
        if not view.altered:
            accepted(render(followup(view), OUT, FOOTER), seed)


@pytest.mark.timeout(600)
def test_every_answer_under_its_steps_is_accepted_and_each_chunk_of_its_stream():
    for seed in range(ROUNDS // 2):
        noise = Noise(seed)
        steps = Steps("stream:reply:in_1", OUT)
        for words in noise.words(60):
            steps.begin(f"is {words}…", 0.0)
            if noise.yes():
                steps.end(f"is {words}…", well=noise.yes())
        for chunk in steps.news(noise.rng.uniform(0, 1e6)):
            assert 0 < len(chunk["title"]) <= TASK_TITLE and inert(chunk), seed
        steps.end_all(well=True)
        answer = render(noise.outcome(), OUT, FOOTER)
        accepted(replace(answer, blocks=(steps.block(1e6), *answer.blocks)), seed)


@pytest.mark.timeout(600)
def test_every_home_is_accepted():
    for seed in range(ROUNDS // 5):
        assert check_view(home_view(Noise(seed).page(), OUT)) == ([], []), seed


@pytest.mark.timeout(600)
def test_every_form_of_personal_settings_is_accepted():
    for seed in range(ROUNDS // 5):
        noise = Noise(seed)
        assert check_view(form(noise.preferences(), OUT.plain(noise.word(), 60))) == ([], []), seed


@pytest.mark.timeout(600)
def test_every_window_is_accepted_before_it_is_filled_and_with_words_alone():
    assert check_view(opening("Plan in full", "Reading the plan…")) == ([], [])
    for seed in range(ROUNDS // 5):
        window = told("Plan in full", render(Noise(seed).outcome(), OUT, FOOTER))
        assert check_view(window) == ([], []), seed
        assert inert(window), seed


@pytest.mark.timeout(600)
def test_every_answer_as_somebody_likes_it_is_accepted():
    for seed in range(ROUNDS // 2):
        noise = Noise(seed)
        own = Own(
            Scope(namespace=noise.word()),
            noise.rng.choice(("", "Asia/Kolkata")),
            noise.rng.choice(("", "short", "full")),
        )
        request = Request(
            "in_1",
            "c_1",
            Actor("T1", "U1"),
            Place("T1", "C1", "1.1"),
            noise.word(),
            datetime(2026, 11, 25, tzinfo=UTC),
            own=own,
        )
        outcome = as_liked(noise.outcome(), request, ScopePart())
        accepted(render(outcome, OUT, Footer("in_1", "c_1", evidence_shown(own))), seed)


@pytest.mark.timeout(600)
def test_every_answer_about_a_file_is_accepted():
    for seed in range(ROUNDS // 5):
        noise = Noise(seed)
        name = noise.rng.choice(("a.yaml", "a.log", "a.json", noise.word() or "x"))
        text = "\n".join((noise.rng.choice(("kind: Pod", "apiVersion: v1", "{", "ERROR")), *noise.words(20)))
        accepted(render(read(Text(name, text)), OUT, FOOTER), seed)


def test_a_full_result_of_half_a_megabyte_fits_a_window():
    assert check_view(raw_result("k8s_logs", "line\n" * 100_000, OUT)) == ([], [])


def test_a_button_carries_the_plans_id_and_nothing_else():
    for seed in range(100):
        blocks = card(Noise(seed).view(altered=False, can_approve=True), OUT).blocks
        values = {e["value"] for b in blocks if b["type"] == "actions" for e in b["elements"]}
        assert values == {"plan_1"}


def test_a21_of_an_altered_plan_nothing_is_shown_and_nothing_can_be_pressed():
    marked = Noise(1).view(
        altered=True, title="This plan was altered", reason="SHOWN", dry_run="SHOWN", detail="hash"
    )
    message = card(marked, OUT)
    assert not [b for b in message.blocks if b["type"] == "actions"]
    assert "SHOWN" not in str(message)


def test_an_undo_is_not_called_irreversible_and_what_cannot_be_undone_is():
    def said(**fixed) -> str:
        view = Noise(1).view(altered=False, can_approve=True, reversible=False, undo="ask again", **fixed)
        return str(card(view, OUT).payload()["blocks"])

    assert "Irreversible" in said(undo_of="")
    assert "Irreversible" not in said(undo_of="p_1") and "p_1 back" in said(undo_of="p_1")
