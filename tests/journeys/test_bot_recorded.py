"""Recorded Slack payloads of every kind, replayed into the running bot: none breaks it, none is left hanging."""

import json

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from tests.journeys.bot_house import house


def bodies(shared):
    found = []
    for entry in json.loads((shared / "slack" / "payloads.json").read_text()):
        body = entry["payload"]
        found.append(
            (entry["id"], body.get("payload", body) if entry["kind"].startswith("envelope:") else body)
        )
    for file in sorted((shared / "slack" / "skeletons").rglob("*.json")):
        body = json.loads(file.read_text())
        found += [(file.name, item) for item in (body if isinstance(body, list) else [body])]
    return [(name, body) for name, body in found if isinstance(body, dict)]


@pytest.mark.shared
@pytest.mark.timeout(180)
async def test_recorded_payloads_are_taken_without_a_crash(tmp_path, shared_data, caplog):
    async with house(tmp_path) as place, place.open() as bot:
        answers = {}
        for name, body in bodies(shared_data):
            answer = await bot.wired.app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
            answers[name] = answer.status
        assert len(answers) > 50
        assert not [name for name, status in answers.items() if status >= 500]
        assert "listener_failed" not in caplog.text
        assert "alice" in (await place.ask("whoami"))["text"]
        assert "work_failed" not in caplog.text
