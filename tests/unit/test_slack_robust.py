"""No request, however odd, makes the workspace answer with a crash: the API says why, /local says it in a sentence."""

import json
import random
from typing import Any

import aiohttp

from sandbox.slack.api import METHODS
from sandbox.slack.core.blockids import filled
from sandbox.slack.core.copying import copied
from sandbox.slack.local.routes import GETS, POSTS
from sandbox.slack.validation.surfaces import check_message, check_view
from tests.unit.slack_bots import BUTTONS, manifest, workspace
from tests.unit.test_slack_limits import CASES

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


async def test_a_methods_object_of_odd_things_is_refused() -> None:
    async with workspace(manifest(scopes=SCOPES)) as (slack, client):
        ts = (await client.chat_postMessage(channel="COPS", text="b"))["ts"]
        args = {"channel": "COPS", "ts": ts, "unfurls": {"https://e.example": None}}
        async with aiohttp.ClientSession() as http:
            headers = {"Authorization": f"Bearer {slack.bot_token}"}
            async with http.post(f"{slack.api_url}chat.unfurl", json=args, headers=headers) as answer:
                assert (await answer.json())["error"] == "cannot_parse_attachment"


def test_blocks_with_odd_parts_are_judged_and_what_is_taken_can_be_given_its_ids() -> None:
    rolls = random.Random(3)
    seeds = [case.build(min(case.limit, 20)) for case in CASES if case.surface == "message"]
    for _ in range(4_000):
        blocks = spoiled(rolls, rolls.choice(seeds))
        if not check_message(blocks):
            filled(blocks)
        kind = rolls.choice(("modal", "home"))
        check_view({"type": kind, "title": rolls.choice(ODD), "blocks": blocks})


def spoiled(rolls: random.Random, blocks: list[Any]) -> list[Any]:
    """A copy in which one part, somewhere, is something odd."""
    made: list[Any] = json.loads(json.dumps(blocks))
    node: Any = made
    while True:
        key = rolls.choice(list(node)) if isinstance(node, dict) else rolls.randrange(len(node))
        inside = node[key]
        if not isinstance(inside, dict | list) or not inside or rolls.random() < 0.3:
            node[key] = rolls.choice(ODD)
            return made
        node = inside


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


def test_a_copy_shares_nothing_that_can_change() -> None:
    message: dict[str, Any] = {"blocks": [{"elements": [{"text": "a"}]}], "ts": "1.2"}
    other = copied(message)
    other["blocks"][0]["elements"][0]["text"] = "b"
    other["blocks"].append({})
    assert message == {"blocks": [{"elements": [{"text": "a"}]}], "ts": "1.2"}
