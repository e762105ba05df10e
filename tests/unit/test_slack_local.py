"""The people's side over HTTP: what scripts and the page do and see, refusals in words, restarts, the page's policy."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack import LocalSlack
from sandbox.slack.core.errors import BadInput
from tests.unit.slack_bots import BUTTONS, OURS, QUICK, bot, manifest, silent, workspace

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)


async def post(
    http: aiohttp.ClientSession, slack: LocalSlack, name: str, body: Any
) -> tuple[int, dict[str, Any]]:
    async with http.post(f"{slack.url}/local/{name}", json=body) as answer:
        return answer.status, await answer.json()


async def get(http: aiohttp.ClientSession, slack: LocalSlack, name: str, **query: str) -> dict[str, Any]:
    async with http.get(f"{slack.url}/local/{name}", params=query) as answer:
        found: dict[str, Any] = await answer.json()
        return found


async def test_a_script_talks_and_looks_over_http() -> None:
    async with bot(silent) as slack, aiohttp.ClientSession() as http:
        status, said = await post(
            http, slack, "messages", {"user": "UALICE", "channel": "COPS", "text": "a &lt; b @bob"}
        )
        assert status == 200
        _, reply = await post(
            http, slack, "messages", {"user": "UBOB", "channel": "COPS", "text": "r", "thread_ts": said["ts"]}
        )
        listed = await get(http, slack, "messages", channel="COPS", user="UALICE")
        assert [m["text"] for m in listed["messages"]] == ["a &lt; b <@UBOB>"]
        pieces = listed["messages"][0]["blocks"][0]["elements"][0]["elements"]
        assert pieces == [{"type": "text", "text": "a < b "}, {"type": "user", "user_id": "UBOB"}]
        thread = await get(http, slack, "messages", channel="COPS", thread_ts=said["ts"])
        assert [m["ts"] for m in thread["messages"]] == [said["ts"], reply["ts"]]
        await slack.workspace.courier.quiet()
        rows = (await get(http, slack, "deliveries"))["deliveries"]
        assert [(r["summary"], r["outcome"], r["retries"]) for r in rows] == [("message", "acked", 0)] * 2
        overview = await get(http, slack, "workspace")
        assert overview["bot"] == {"id": "UCLOUDOPS", "name": "cloudops", "app": "CloudOps"}
        assert {c["id"] for c in overview["channels"]} >= {
            "COPS",
            "CDEV",
            "CINCIDENTS",
            "CFINANCE",
            "CAUDIT",
            "CSHARED",
            "DALICE",
        }
        assert {p["id"]: p["kind"] for p in overview["people"]} == {
            "UALICE": "member", "UBOB": "member", "UCAROL": "member", "UDAN": "member", "UBOB2": "member",
            "UGUEST": "guest", "UEVE": "stranger", "UGONE": "deactivated", "UALERTS": "bot", "UCLOUDOPS": "bot",
        }  # fmt: skip
        assert [c["command"] for c in overview["commands"]] == ["/cloudops"]


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        ("messages", [], "the body is a JSON object"),
        ("messages", {}, "user is missing"),
        ("messages", {"user": "UNOBODY", "channel": "COPS", "text": "x"}, "nobody with the id UNOBODY"),
        ("messages", {"user": "UGONE", "channel": "COPS", "text": "x"}, "gone is deactivated"),
        ("messages", {"user": "UALICE", "channel": "CNONE", "text": "x"}, "no channel CNONE"),
        ("messages", {"user": "UALICE", "channel": "COPS", "text": "  "}, "text is missing"),
        ("messages", {"user": "UALICE", "channel": "COPS", "text": 5}, "text is a text, not 5"),
        ("messages", {"user": "UALICE", "channel": "COPS", "text": "x" * 40_001}, "at most 40000 characters"),
        ("messages", {"user": "UALICE", "channel": "COPS", "text": "x", "thread_ts": "1.1"}, "no message 1.1"),
        ("messages", {"user": "UGUEST", "channel": "COPS", "text": "x"}, "guest does not see ops"),
        ("messages", {"user": "UALICE", "channel": "CAUDIT", "text": "x"}, "alice does not see audit"),
        ("messages", {"user": "UALICE", "channel": "DBOB", "text": "x"}, "alice does not see UBOB"),
        ("clicks", {"user": "UALICE", "channel": "COPS", "ts": "1.1", "action_id": "a"}, "no message 1.1"),
        ("clicks", {"user": "UALICE", "view_id": "V1", "action_id": "a"}, "no view V1 open"),
        ("submissions", {"user": "UALICE", "view_id": "V1"}, "no modal V1 open"),
        ("home", {"user": "UALICE", "tab": "about"}, "tab is home or messages"),
        ("reactions", {"user": "UALICE", "channel": "COPS", "ts": "1.1", "name": "eyes"}, "no message 1.1"),
        ("channels", {"user": "UALICE", "name": "Not Good"}, "no channel name"),
        ("channels", {"user": "UALICE", "name": "ops"}, "a channel ops already"),
        ("channels", {"user": "UALICE", "name": "new", "members": ["UX"]}, "nobody with the id UX"),
        ("uploads", {"user": "UALICE", "channel": "COPS", "name": "a", "content_base64": "?"}, "not base64"),
        ("uploads", {"user": "UALICE", "channel": "COPS", "name": "a", "content_base64": ""}, "content_base64 is missing"),
        ("shortcuts", {"user": "UALICE", "callback_id": "x"}, "declares no shortcut x"),
        ("controls", {"name": "kill_bot"}, "nobody is there to do that"),
        ("disconnect", {"abrupt": "yes"}, "abrupt is true or false"),
    ],
)  # fmt: skip
async def test_bad_input_is_answered_with_a_sentence(name: str, body: Any, word: str) -> None:
    async with workspace() as (slack, _), aiohttp.ClientSession() as http:
        status, answer = await post(http, slack, name, body)
        assert status in {400, 404}
        assert word in answer["error"]


async def test_a_body_that_is_no_json_is_answered_with_a_sentence() -> None:
    async with (
        workspace() as (slack, _),
        aiohttp.ClientSession() as http,
        http.post(f"{slack.url}/local/messages", data=b"{") as answer,
    ):
        assert (answer.status, (await answer.json())["error"]) == (400, "the body is a JSON object")


async def test_another_sites_page_cannot_drive_the_workspace() -> None:
    async with workspace() as (slack, _), aiohttp.ClientSession() as http:
        for origin, status in (("https://evil.example", 403), (slack.url, 200)):
            headers = {"Origin": origin}
            body = {"user": "UALICE", "channel": "COPS", "text": "x"}
            async with http.post(f"{slack.url}/local/messages", json=body, headers=headers) as answer:
                assert answer.status == status
        rebound = {"Host": "evil.example", "Origin": "http://evil.example"}
        async with http.post(f"{slack.url}/local/messages", json=body, headers=rebound) as answer:
            assert answer.status == 403
        assert len(slack.workspace.messages.all("COPS")) == 1


async def test_the_page_and_everything_else_come_with_the_policy_and_nothing_outside_it_is_served() -> None:
    async with workspace() as (slack, _), aiohttp.ClientSession() as http:
        for path, status in (
            ("/", 200),
            ("/local/workspace", 200),
            ("/../server.py", 404),
            ("/%2e%2e/server.py", 404),
        ):
            async with http.get(aiohttp.client.URL(slack.url + path, encoded=True)) as answer:
                assert answer.headers["Content-Security-Policy"] == POLICY
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.status == status


async def test_an_alert_bot_and_a_persons_file_and_reaction_are_told_as_slack_tells_them() -> None:
    declared = manifest(scopes=("reactions:read", "files:read"), events=("reaction_added", "file_shared"))
    async with bot(silent, declared) as slack:
        ts = await slack.say("BALERTS", "CINCIDENTS", "FIRING: checkout")
        await slack.do("reactions", user="UALICE", channel="CINCIDENTS", ts=ts, name=":eyes:")
        content = base64.b64encode(b"log line").decode()
        sent = await slack.do(
            "uploads", user="UALICE", channel="CINCIDENTS", name="a.log", content_base64=content
        )
        await slack.workspace.courier.quiet()
        events = [row.payload["event"] for row in slack.workspace.courier.rows]
        assert [e["type"] for e in events] == ["message", "reaction_added", "message", "file_shared"]
        assert (events[0]["subtype"], events[0]["bot_id"], events[0].get("user")) == (
            "bot_message",
            "BALERTS",
            None,
        )
        assert events[1]["item"] == {"type": "message", "channel": "CINCIDENTS", "ts": ts}
        assert (events[2]["subtype"], events[2]["files"][0]["id"]) == ("file_share", sent["file"]["id"])
        with pytest.raises(BadInput, match="has reacted with eyes already"):
            await slack.do("reactions", user="UALICE", channel="CINCIDENTS", ts=ts, name="eyes")


async def test_menus_and_inputs_send_what_was_chosen_and_remember_it() -> None:
    element = {
        "type": "static_select",
        "action_id": "pick",
        "options": [{"text": {"type": "plain_text", "text": t.upper()}, "value": t} for t in ("a", "b")],
    }
    several = {"type": "checkboxes", "action_id": "tick", "options": element["options"]}
    blocks = [{"type": "actions", "block_id": "row", "elements": [element, several]}, *BUTTONS]
    blocks[1] = BUTTONS[0] | {"block_id": "buttons"}
    async with workspace() as (slack, client):
        ts = (await client.chat_postMessage(channel="COPS", text="b", blocks=blocks))["ts"]
        place = {"user": "UALICE", "channel": "COPS", "ts": ts}
        await slack.do("clicks", **place, action_id="pick", selected="b")
        await slack.do("clicks", **place, action_id="tick", selected={"selected_options": [{"value": "a"}]})
        await slack.do("clicks", **place, action_id="go")
        payloads = [row.payload for row in slack.workspace.courier.rows if row.type == "interactive"]
        assert payloads[0]["actions"][0]["selected_option"]["text"]["text"] == "B"
        assert [o["value"] for o in payloads[1]["actions"][0]["selected_options"]] == ["a"]
        values = payloads[2]["state"]["values"]["row"]
        assert (values["pick"]["selected_option"]["value"], len(values["tick"]["selected_options"])) == (
            "b",
            1,
        )
        with pytest.raises(BadInput, match="none of the options: a, b"):
            await slack.do("clicks", **place, action_id="pick", selected="c")


async def test_an_app_that_is_invited_hears_the_channel_from_then_on() -> None:
    async with bot(silent, OURS) as slack:
        made = (await slack.do("channels", user="UBOB", name="elsewhere"))["channel"]["id"]
        await slack.say("UBOB", made, "unheard")
        await slack.do("invitations", user="UBOB", channel=made, invited="UCLOUDOPS")
        await slack.say("UBOB", made, "heard")
        await slack.workspace.courier.quiet()
        events = [row.payload["event"] for row in slack.workspace.courier.rows]
        assert [(e["type"], e.get("text")) for e in events] == [
            ("channel_created", None),
            ("member_joined_channel", None),
            ("message", "heard"),
        ]
        with pytest.raises(BadInput, match="cloudops is in elsewhere already"):
            await slack.do("invitations", user="UBOB", channel=made, invited="UCLOUDOPS")


async def test_an_app_joins_a_public_channel_by_itself_and_hears_how_it_is_called() -> None:
    async with workspace() as (slack, client):
        made = (await slack.do("channels", user="UBOB", name="old"))["channel"]["id"]
        await slack.do("renamings", user="UBOB", channel=made, name="new")
        assert (await client.conversations_join(channel=made))["channel"]["is_member"]
        assert (await client.conversations_join(channel=made))["warning"] == "already_in_channel"
        await slack.workspace.courier.quiet()
        events = [row.payload["event"] for row in slack.workspace.courier.rows]
        assert [e["type"] for e in events] == ["channel_created", "channel_rename", "member_joined_channel"]
        assert events[1]["channel"]["name"] == "new" and "inviter" not in events[2]
        with pytest.raises(SlackApiError, match="method_not_supported_for_channel_type"):
            await client.conversations_join(channel="CAUDIT")


async def test_a_button_in_a_tables_cell_works() -> None:
    row = [[{"type": "raw_text", "text": "pod"}], [BUTTONS[0]["elements"][0]]]
    table = {"type": "data_table", "caption": "c", "rows": row}
    async with workspace() as (slack, client):
        ts = (await client.chat_postMessage(channel="COPS", text="t", blocks=[table]))["ts"]
        await slack.do("clicks", user="UALICE", channel="COPS", ts=ts, action_id="go")
        assert list(slack.workspace.courier.rows)[-1].payload["actions"][0]["value"] == "1"


async def test_the_inspector_can_ask_for_the_newest_only() -> None:
    async with workspace() as (slack, client):
        for _ in range(3):
            await client.auth_test()
        await client.team_info()
        assert [c["method"] for c in (await slack.see("calls", limit="2"))["calls"]] == [
            "auth.test",
            "team.info",
        ]
        assert len((await slack.see("calls", method="auth.test"))["calls"]) == 3
        with pytest.raises(BadInput, match="limit is a number"):
            await slack.see("calls", limit="two")


async def test_shortcuts_are_those_that_the_manifest_declares() -> None:
    shortcuts = [
        {"type": "message", "name": "Ask", "callback_id": "ask", "description": "d"},
        {"type": "global", "name": "New", "callback_id": "new", "description": "d"},
    ]
    seen: list[dict[str, Any]] = []

    def handling(app):
        silent(app)

        @app.shortcut("ask")
        @app.shortcut("new")
        async def run(ack, body):
            await ack()
            seen.append(body)

    async with bot(handling, manifest(shortcuts=shortcuts)) as slack:
        ts = await slack.say("UALICE", "COPS", "x")
        assert (await slack.do("shortcuts", user="UALICE", channel="COPS", ts=ts, callback_id="ask"))["ok"]
        assert (await slack.do("shortcuts", user="UALICE", callback_id="new"))["ok"]
        assert [b["type"] for b in seen] == ["message_action", "shortcut"]
        assert seen[0]["message"]["ts"] == ts


async def test_the_same_state_starts_again_where_it_stopped(tmp_path: Path) -> None:
    ahead = 4_000_000_000.0  # the first run's clock was wrong: stamps still only grow
    async with workspace(state=tmp_path, clock=lambda: ahead) as (slack, client):
        root = await slack.say("UALICE", "COPS", "root")
        own = (await client.chat_postMessage(channel="COPS", text="a", thread_ts=root, blocks=BUTTONS))["ts"]
        await client.chat_update(channel="COPS", ts=own, text="b")
        gone = (await client.chat_postMessage(channel="COPS", text="gone"))["ts"]
        await client.chat_delete(channel="COPS", ts=gone)
        made = (await slack.do("channels", user="UBOB", name="new-one"))["channel"]["id"]
        done = await client.files_upload_v2(channel="COPS", content=b"123", filename="a.txt")
    with (tmp_path / "slack.jsonl").open("a") as journal:
        journal.write('{"kind": "message", "chan')  # a crash while writing
    async with workspace(state=tmp_path) as (slack, client):
        history = (await client.conversations_history(channel="COPS"))["messages"]
        assert [m["text"] for m in history] == ["", "root"]
        thread = (await client.conversations_replies(channel="COPS", ts=root))["messages"]
        assert [(m["text"], m.get("reply_count")) for m in thread] == [("root", 1), ("b", None)]
        assert slack.workspace.channels.get(made) is not None
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{slack.url}/files/{done['file']['id']}/a.txt") as answer,
        ):
            assert await answer.read() == b"123"
        last = max(m["ts"] for m in [*history, *thread])
        assert await slack.say("UALICE", "COPS", "next") > last > str(ahead)


async def test_a_page_hears_of_everything_that_its_person_may_see_and_of_nothing_else() -> None:
    async with workspace(timing=QUICK) as (slack, client), aiohttp.ClientSession() as http:
        slack.bot_state = {"state": "up", "pid": 1}
        address = f"{slack.url}/local/events"
        async with (
            http.get(address, params={"user": "UALICE"}) as alice,
            http.get(address, params={"user": "UBOB"}) as bob,
        ):
            await slack.say("UBOB", "CAUDIT", "private to audit")
            root = await slack.say("UALICE", "COPS", "x")
            await client.chat_postEphemeral(channel="COPS", user="UALICE", text="psst")
            await client.assistant_threads_setStatus(channel_id="COPS", thread_ts=root, status="Reading...")
            trigger = slack.workspace.triggers.issue("UALICE")
            view = {
                "type": "modal",
                "title": {"type": "plain_text", "text": "t"},
                "blocks": [{"type": "divider"}],
            }
            await client.views_open(trigger_id=trigger, view=view)
            await client.views_publish(
                user_id="UALICE", view={"type": "home", "blocks": [{"type": "divider"}]}
            )
            slack.bot_state = {"state": "down"}
            hers, his = [await heard(page) for page in (alice, bob)]
        for kind in ("message", "ephemeral", "status", "view", "home", "bot"):
            assert kind in [event for event, _ in hers]
        assert {"ephemeral", "view", "home"}.isdisjoint({event for event, _ in his})
        # the inspector shows every delivery to everybody; what is a person's own is not
        own = [[data for event, data in page if event != "delivery"] for page in (hers, his)]
        assert ["private to audit" in json.dumps(page) for page in own] == [False, True]
        assert [data["state"] for event, data in hers if event == "bot"] == ["up", "down"]


async def heard(page: aiohttp.ClientResponse) -> list[tuple[str, dict[str, Any]]]:
    """The events up to `bot: down`, the last one that the test causes."""
    found: list[tuple[str, dict[str, Any]]] = []
    kind = ""
    async with asyncio.timeout(5):
        async for line in page.content:
            text = line.decode().rstrip("\n")
            if text.startswith("event: "):
                kind = text.removeprefix("event: ")
            elif text.startswith("data: "):
                data = json.loads(text.removeprefix("data: "))
                found.append((kind, data))
                if (kind, data.get("state")) == ("bot", "down"):
                    return found
    raise AssertionError(found)


async def test_a_page_button_is_handed_to_whoever_runs_the_demo_and_info_is_what_they_say() -> None:
    async with workspace() as (slack, _), aiohttp.ClientSession() as http:
        asked: list[str] = []

        async def control(name: str) -> dict[str, Any]:
            asked.append(name)
            return {"ok": True, "text": "killed"}

        slack.controls = control
        slack.info = {"database_url": "sqlite:///x.db"}
        assert (await post(http, slack, "controls", {"name": "kill_bot"}))[1]["text"] == "killed"
        assert asked == ["kill_bot"]
        info = await get(http, slack, "info")
        assert (info["database_url"], info["bot_user"], info["bot_mention"]) == (
            "sqlite:///x.db",
            "UCLOUDOPS",
            "<@UCLOUDOPS>",
        )


@pytest.mark.parametrize(
    ("document", "word"),
    [
        ({}, "display_information.name is missing"),
        (OURS | {"features": []}, "features is not an object"),
        (OURS | {"features": {"slash_commands": {}}}, "slash_commands is not a list"),
        (OURS | {"oauth_config": {"scopes": {"bot": "chat:write"}}}, "bot is not a list of names"),
    ],
)
def test_a_manifest_that_is_none_is_refused_in_words(document: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        LocalSlack(document)
