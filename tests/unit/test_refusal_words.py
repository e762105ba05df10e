"""What people read when something is refused or fails: whole sentences, no words of a library, a reference and a way out."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from agents.changes import closed
from agents.conversation.cli_view import spoken
from agents.gate.words import spell_invalid
from agents.outcomes import Failure
from bot.cli.answering import as_text
from bot.cli.command import CannotRun
from bot.cli.diagnose import check_context
from bot.replies.answer import Footer, render
from bot.replies.text import Outbound
from tools.cluster.connection import contexts
from tools.errors import GiveUp
from tools.reads.windows import Window, within


class Args(BaseModel):
    since: Window


@pytest.mark.parametrize("word", ["banana", "2026-13-01", "1y"])
def test_no_words_of_a_library_reach_people(word: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Args(since=word)
    said = spell_invalid(caught.value)
    assert "Value error" not in said
    assert "isoformat" not in said
    assert "write 15m, 2h or 1d" in said


@pytest.mark.parametrize(
    ("refusal", "way_out"),
    [
        (closed.by_stop("alice", "", "req_1"), "Two admins resume"),
        (closed.by_stop("alice", "it burns", "req_1"), "Two admins resume"),
        (closed.by_policy("line 3", "req_1"), "Whoever runs the bot mends the file"),
    ],
)
def test_what_is_closed_says_who_can_open_it(refusal, way_out) -> None:
    text = as_text(refusal)
    assert way_out in text
    assert "reference: req_1" in text
    assert "no reason given Nothing" not in text


def test_a_failure_is_whole_sentences_everywhere() -> None:
    failure = Failure("memory must lie between 1Mi and 4Ti", "Nothing was changed.", "Say another.", "req_1")
    shown = render(failure, Outbound(lambda text: text), Footer("req_1", "cor_1"))
    assert "4Ti. Nothing was changed." in shown.text
    assert spoken(failure).startswith("memory must lie between 1Mi and 4Ti. Nothing was changed.")


def test_a_context_that_is_not_there_is_told_apart_from_one_that_is_closed() -> None:
    with pytest.raises(CannotRun, match=r"no context 'nope' \(there are: local\)"):
        check_context("nope", ["local"])
    check_context("local", ["local"])


def test_a_kubeconfig_that_is_a_folder_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(GiveUp, match="is a folder"):
        contexts(tmp_path)


def test_a_window_is_said_in_words() -> None:
    from datetime import UTC, datetime

    now = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert within("1h", None, now) == "in the last 1h"
    assert within("2026-11-24T09:00:00Z", None, now) == "since 2026-11-24 09:00 UTC"
    assert within("2h", "1h", now) == "from 2026-11-24 08:00 to 2026-11-24 09:00 UTC"
