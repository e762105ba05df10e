"""No request, however odd, makes the workspace answer with a crash: the API says why, /local says it in a sentence."""

import random
from typing import Any

import aiohttp

from sandbox.slack.api import METHODS
from sandbox.slack.local.routes import GETS, POSTS
from tests.unit.slack_bots import BUTTONS, manifest, workspace

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, "", " ", "x", "COPS", "UALICE", "1.1", "{", [], {}, [None], [[]], [{}], {"type": None},
    {"type": "modal"}, {"type": "home", "blocks": [None]}, {"type": "modal", "title": 1, "blocks": [{"type": []}]},
    [{"type": "section", "text": 5}], [{"type": "actions", "elements": [None, {"type": "button"}]}],
    [{"type": "table", "rows": [None, [None], 5]}], [{"type": "data_table", "rows": {}, "caption": []}],
    [{"type": "data_visualization", "title": "t", "chart": {"type": "bar", "series": [{}], "axis_config": []}}],
    [{"type": "container", "title": 1, "child_blocks": [1, {"type": "section"}]}], [{"type": "rich_text", "elements": [{}]}],
    [{"type": "markdown", "text": []}], [{"type": "carousel", "elements": [{"type": "card", "actions": [1]}]}],
    {"event_type": 1}, [{"type": "task_update", "id": "1", "title": "t", "status": []}], [{"type": []}], {"a": {"b": {}}},
)  # fmt: skip
NAMES = (
    "channel", "channel_id", "user", "users", "user_id", "text", "blocks", "ts", "thread_ts", "timestamp", "name", "view",
    "view_id", "trigger_id", "cursor", "limit", "metadata", "chunks", "files", "length", "filename", "prompts", "types",
    "attachments", "post_at", "unfurls", "oldest", "status", "title", "hash", "action_id", "values", "selected", "value",
    "block_id", "callback_id", "command", "tab", "members", "content_base64", "times", "delay_ms", "recipient_user_id",
)  # fmt: skip
SCOPES = ("channels:manage", "channels:join", "reactions:read", "files:read", "pins:write", "links:write")


async def test_odd_arguments_of_every_method_are_refused_or_taken_but_never_crash() -> None:
    rolls = random.Random(7)
    async with workspace(manifest(scopes=SCOPES)) as (slack, client), aiohttp.ClientSession() as http:
        posted = await client.chat_postMessage(channel="COPS", text="b", blocks=BUTTONS)
        place = {"channel": "COPS", "ts": posted["ts"], "thread_ts": posted["ts"], "timestamp": posted["ts"]}
        for name in METHODS:
            token = slack.app_token if name == "apps.connections.open" else slack.bot_token
            for base in ({}, place, place | {"user": "UALICE", "text": "x"}):
                args = base | {key: rolls.choice(ODD) for key in rolls.sample(NAMES, 6)} | {"token": token}
                async with http.post(f"{slack.api_url}{name}", json=args) as answer:
                    assert answer.status == 200, (name, args)
                    assert "ok" in await answer.json()


async def test_odd_input_of_every_local_call_is_refused_or_taken_but_never_crashes() -> None:
    rolls = random.Random(11)
    async with workspace(manifest(scopes=SCOPES)) as (slack, client), aiohttp.ClientSession() as http:
        posted = await client.chat_postMessage(channel="COPS", text="b", blocks=BUTTONS)
        place = {"user": "UALICE", "channel": "COPS", "ts": posted["ts"], "action_id": "go", "text": "x"}
        for name in POSTS:
            for base in ({}, place, place | {"command": "/cloudops", "name": "n"}):
                for _ in range(4):
                    body = base | {key: rolls.choice(ODD) for key in rolls.sample(NAMES, 4)}
                    async with http.post(f"{slack.url}/local/{name}", json=body) as answer:
                        assert answer.status in {200, 400, 404}, (name, body)
                        assert (await answer.json()).get("ok") is not None
        for name in GETS:
            query = {
                key: str(rolls.choice(ODD)) for key in ("user", "channel", "thread_ts", "limit", "method")
            }
            async with http.get(f"{slack.url}/local/{name}", params=query) as answer:
                assert answer.status in {200, 400, 404}, (name, query)
