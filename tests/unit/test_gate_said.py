"""What the gate writes down of who asked, and what it leaves of a result for everybody after it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agents.changes.runbooks.folder import Runbooks
from agents.gate.clean import clean_result
from agents.gate.records import said_by
from agents.gate.turn import Turn
from agents.people import Request
from agents.redaction import Redactor, TurnMemory
from tests.chaos.world import ALICE, OPS
from tests.unit.test_runbooks_run import THREE
from tools.errors import AskBack
from tools.spec import Result

AT = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "channel", "shown"), [("channel", "COPS", "COPS"), ("dm", "D1", "D1"), ("cli", "x", "cli")]
)
def test_a_record_names_the_channel_or_the_command_line(kind, channel, shown):
    place = replace(OPS, kind=kind, channel=channel)
    turn = Turn.start(Request("in_1", "corr_1", ALICE, place, "hello", AT), now=0.0, memory=TurnMemory())
    assert said_by(turn)["channel"] == shown


def test_the_whole_text_of_a_result_is_kept_without_its_secrets():
    secret = "password: hunter2-hunter2"
    cleaned = clean_result(Result(data={}, digest="a log", raw=f"line 1\n{secret}"), Redactor(), TurnMemory())
    assert cleaned.raw.startswith("line 1")
    assert "hunter2" not in cleaned.raw
    assert clean_result(Result(data={}, digest="a log"), Redactor(), TurnMemory()).raw is None


async def test_a_runbook_that_nothing_is_like_is_asked_back_with_those_that_there_are(tmp_path):
    (tmp_path / "three.yaml").write_text(THREE)
    with pytest.raises(AskBack) as asked:
        await Runbooks(tmp_path, {}).named("zzzzzz")
    assert asked.value.options == ("three",)
