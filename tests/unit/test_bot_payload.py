"""Bodies of HTTP deliveries: Slack's own are read, what is not an object as Slack sends it is none."""

import json
from urllib.parse import urlencode

import pytest

from bot.payload import JSON_TYPE, read
from tests.journeys.hostile_deliveries import CHALLENGE, CLICKS, EVENTS, command
from tests.journeys.test_bot_recorded import bodies

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("whole", [*EVENTS, CHALLENGE])
def test_events_come_as_json(whole):
    assert read(json.dumps(whole), JSON_TYPE) == whole


@pytest.mark.parametrize("whole", CLICKS)
def test_clicks_come_as_json_in_a_form(whole):
    assert read(urlencode({"payload": json.dumps(whole)}), FORM) == whole


@pytest.mark.parametrize("text", ["whoami", "", "payload", "payload=%7B%7D & more", "ü € \U0001f600"])
def test_commands_come_as_a_form_whatever_they_say(text):
    assert read(urlencode(command(text)), FORM) == command(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", "3", "{}", '{"event": 3}', '{"event": null}', '{"actions": {}, "type": "block_actions"}', '{"type": 7}',
        '{"type": "block_actions"}', '{"type": "block_actions", "actions": []}', '{"type": "block_actions", "actions": [{}]}',
        '{"type": "view_submission", "view": {"callback_id": "x"}}', '{"authorizations": [3]}', '{"event": {"message": []}}',
        '{"a":' * 100_000, "payload=", "payload=3", "payload=%7B", "payload={}&payload=[",
    ],
)  # fmt: skip
def test_anything_else_is_none(text):
    assert read(text, FORM if text.startswith("payload") else JSON_TYPE) is None


@pytest.mark.shared
def test_what_slack_was_seen_to_send_is_read(shared_data):
    found = bodies(shared_data)
    assert len(found) > 50
    assert [name for name, body in found if read(json.dumps(body), JSON_TYPE) is None] == []
