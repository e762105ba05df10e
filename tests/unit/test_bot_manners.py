"""Every message is complete in its text, names what it draws, and calls nobody whom no person chose."""

import pytest

from bot.replies import limits
from bot.replies.text import cut_bytes
from sandbox.slack.validation.surfaces import check_message
from tests.unit.said_messages import every_message
from tests.unit.said_whole import calls_a_crowd, unsaid, without_a_name

MESSAGES = dict(every_message())


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_message_says_in_its_text_what_its_blocks_show(kind):
    payload = MESSAGES[kind].payload()
    assert payload["text"].strip("- ") and len(payload["text"]) <= limits.MESSAGE_TEXT
    assert unsaid(payload) == []
    assert check_message(payload["blocks"]) == []


@pytest.mark.parametrize("kind", MESSAGES)
def test_whatever_is_drawn_has_a_name(kind):
    assert without_a_name(MESSAGES[kind].payload()) == []


@pytest.mark.parametrize("kind", MESSAGES)
def test_no_message_calls_a_crowd_whatever_others_wrote(kind):
    assert calls_a_crowd(MESSAGES[kind].payload()) == []


@pytest.mark.parametrize("text", ["x" * 9_000, "é" * 9_000, "&lt;" * 3_000, "\U0001f600" * 3_000, "short"])
def test_an_edit_holds_as_much_text_as_slack_takes_counted_in_bytes_and_no_half_of_anything(text):
    kept = cut_bytes(text, limits.EDITED_TEXT)
    assert min(len(text.encode()), limits.EDITED_TEXT - 8) <= len(kept.encode()) <= limits.EDITED_TEXT
    assert kept == text or text.startswith(kept[:-1])
