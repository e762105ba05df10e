"""An unmodified slack-bolt bot over Socket Mode: everything that it is told and can do, end to end."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from sandbox.slack.core.errors import BadInput
from sandbox.slack.posting import as_bot, post
from tests.unit.slack_bots import BUTTONS, bot, ignore, late, manifest, silent

FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "form",
    "private_metadata": "kept",
    "title": {"type": "plain_text", "text": "Why"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {"type": "plain_text_input", "action_id": "text", "min_length": 2},
        },
        {
            "type": "input",
            "block_id": "who",
            "optional": True,
            "label": {"type": "plain_text", "text": "Who"},
            "element": {"type": "users_select", "action_id": "person"},
        },
    ],
}


def greeter(app: AsyncApp) -> None:
    @app.event("app_mention")
    async def mentioned(event, say):
        await say(text="hello", blocks=BUTTONS, thread_ts=event.get("thread_ts") or event["ts"])

    app.event("message")(ignore)

    @app.action("go")
    async def clicked(ack, body, client, action):
        await ack()
        assert action["value"] == "1"
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("form")
    async def sent(ack, view, body, client):
        values = view["state"]["values"]
        assert view["private_metadata"] == "kept"
        if values["reason"]["text"]["value"] == "no reason":
            await ack(response_action="errors", errors={"reason": "That is none."})
            return
        await ack()
        chosen = values["who"]["person"]["selected_user"]
        await client.chat_postMessage(channel="COPS", text=f"{values['reason']['text']['value']} {chosen}")


async def test_a_mention_is_answered_in_its_thread_and_its_message_copy_comes_with_another_event_id() -> None:
    async with bot(greeter) as slack:
        ts = await slack.say("UALICE", "COPS", "@cloudops hi")
        reply = await slack.wait_reply("COPS", ts)
        assert (reply["text"], reply["thread_ts"], reply["bot_id"]) == ("hello", ts, "BCLOUDOPS")
        await slack.workspace.courier.quiet()
        told = [row.payload for row in slack.workspace.courier.rows]
        kinds = [payload["event"]["type"] for payload in told]
        assert kinds == ["app_mention", "message", "message"]  # the third is the bot's own, with its bot_id
        assert told[0]["event_id"] != told[1]["event_id"]
        assert told[0]["event"]["ts"] == told[1]["event"]["ts"] == ts
        assert told[2]["event"]["bot_id"] == "BCLOUDOPS"
        parent = (await slack.see("messages", channel="COPS"))["messages"][-1]
        assert (parent["reply_count"], parent["reply_users"], parent["latest_reply"]) == (
            1,
            ["UCLOUDOPS"],
            reply["ts"],
        )


async def test_a_button_opens_a_modal_that_keeps_standing_on_errors_and_closes_on_a_plain_ack() -> None:
    async with bot(greeter) as slack:
        reply = await slack.wait_reply("COPS", await slack.say("UALICE", "COPS", "@cloudops hi"))
        clicked = await slack.do("clicks", user="UBOB", channel="COPS", ts=reply["ts"], action_id="go")
        assert clicked["ok"]
        assert 0 < clicked["acked_ms"] < 400
        view = await slack.wait_for(lambda: slack.workspace.views.top("UBOB"))
        assert view["id"] == view["root_view_id"]
        for values, answer in (
            ({}, {"reason": "Please complete this required field."}),
            ({"reason": {"text": "x"}}, {"reason": "This entry needs at least 2 characters."}),
            ({"reason": {"text": "no reason"}}, {"reason": "That is none."}),
        ):
            sent = await slack.do("submissions", user="UBOB", view_id=view["id"], values=values)
            assert sent["errors"] == answer
            assert slack.workspace.views.top("UBOB") is view
        whole = {
            "reason": {"text": {"type": "plain_text_input", "value": "disk full"}},
            "who": {"person": "UDAN"},
        }
        sent = await slack.do("submissions", user="UBOB", view_id=view["id"], values=whole)
        assert sent["ok"]
        assert slack.workspace.views.top("UBOB") is None
        said = await slack.wait_for(
            lambda: [m for m in slack.workspace.messages.all("COPS") if m["text"] == "disk full UDAN"]
        )
        assert len(said) == 1


async def test_a_command_is_answered_by_its_ack_and_by_its_response_url() -> None:
    seen: list[dict[str, Any]] = []

    def commands(app: AsyncApp) -> None:
        @app.command("/cloudops")
        async def run(ack, respond, command):
            seen.append(command)
            await ack("working")
            await respond("only you see this")
            await respond("all see this", response_type="in_channel")

        silent(app)

    async with bot(commands) as slack:
        done = await slack.do(
            "commands", user="UALICE", channel="COPS", command="/cloudops", text="ask @bob in #dev"
        )
        assert done["response"]["text"] == "working"
        await slack.wait_for(lambda: slack.workspace.messages.all("COPS"))
        # bolt sends an ack up to 10 ms after `await ack()`, so what `respond` says may come first
        assert {m["text"] for m in slack.whispers("UALICE")} == {"working", "only you see this"}
        assert slack.whispers("UBOB") == []
        assert [m["text"] for m in slack.workspace.messages.all("COPS")] == ["all see this"]
        assert seen[0]["text"] == "ask <@UBOB|bob> in <#CDEV|dev>"
        assert (seen[0]["user_id"], seen[0]["channel_id"], seen[0]["team_id"]) == ("UALICE", "COPS", "TLOCAL")


async def test_an_unhandled_command_or_click_shows_the_person_slacks_own_error() -> None:
    async with bot(silent) as slack:
        done = await slack.do("commands", user="UALICE", channel="COPS", command="/cloudops", text="help")
        assert (done["ok"], done["error"]) == (False, "operation_timeout")
        assert slack.whispers("UALICE")[0]["text"] == '/cloudops failed with the error "operation_timeout"'
        ts = post(
            slack.workspace,
            slack.workspace.channels.direct("UALICE"),
            as_bot(slack.workspace) | {"text": "", "blocks": BUTTONS},
        )["ts"]
        clicked = await slack.do("clicks", user="UALICE", channel="DALICE", ts=ts, action_id="go")
        assert (clicked["ok"], clicked["error"]) == (False, "operation_timeout")


async def test_a_command_without_any_connection_shows_dispatch_failed_at_once() -> None:
    async with bot(silent, links=0) as slack:
        done = await slack.do("commands", user="UALICE", channel="COPS", command="/cloudops")
        assert (done["error"], done["response"]["text"]) == (
            "dispatch_failed",
            '/cloudops failed with the error "dispatch_failed"',
        )


async def test_commands_are_refused_in_threads_and_where_the_manifest_declares_none() -> None:
    async with bot(silent) as slack:
        ts = await slack.say("UALICE", "COPS", "hi")
        with pytest.raises(BadInput, match="/cloudops is not supported in threads"):
            await slack.do("commands", user="UALICE", channel="COPS", command="/cloudops", thread_ts=ts)
        with pytest.raises(BadInput, match="/deploy is not a valid command"):
            await slack.do("commands", user="UALICE", channel="COPS", command="/deploy")
    async with bot(silent, manifest(without=("commands",))) as slack:
        with pytest.raises(BadInput, match="is not a valid command"):
            await slack.do("commands", user="UALICE", channel="COPS", command="/cloudops")


async def test_a_home_tab_is_published_when_it_is_opened_and_its_buttons_work() -> None:
    clicks: list[dict[str, Any]] = []

    def homely(app: AsyncApp) -> None:
        @app.event("app_home_opened")
        async def opened(event, client):
            assert event["tab"] == "home"
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": BUTTONS})

        @app.action("go")
        async def clicked(ack, body):
            await ack()
            clicks.append(body)

    async with bot(homely) as slack:
        await slack.do("home", user="UALICE", tab="home")
        view = await slack.wait_for(lambda: slack.workspace.views.home("UALICE"))
        done = await slack.do("clicks", user="UALICE", view_id=view["id"], action_id="go")
        assert done["ok"]
        assert clicks[0]["container"] == {"type": "view", "view_id": view["id"]}
        assert clicks[0]["view"]["type"] == "home"
        with pytest.raises(BadInput, match="bob has no view"):
            await slack.do("clicks", user="UBOB", view_id=view["id"], action_id="go")


async def test_a_stream_grows_in_the_thread_and_ends_with_blocks() -> None:
    def streamer(app: AsyncApp) -> None:
        @app.event("app_mention")
        async def mentioned(event, say_stream):
            stream = await say_stream(buffer_size=1, task_display_mode="plan")
            await stream.append(markdown_text="Reading ")
            await stream.append(
                chunks=[{"type": "task_update", "id": "1", "title": "Logs", "status": "complete"}]
            )
            await stream.append(markdown_text="the logs.")
            await stream.stop(blocks=BUTTONS)

        app.event("message")(ignore)

    states: list[str] = []
    async with bot(streamer) as slack:
        slack.workspace.feed.listen(
            lambda notice: (
                states.append(str(notice.data["message"].get("streaming_state")))
                if notice.event == "message" and notice.data["message"].get("streaming_state")
                else None
            )
        )
        ts = await slack.say("UALICE", "COPS", "@cloudops stream")
        done = await slack.wait_for(
            lambda: [m for m in slack.replies("COPS", ts) if m["streaming_state"] == "completed"]
        )
        assert done[0]["text"] == "Reading the logs."
        assert [block["type"] for block in done[0]["blocks"]] == ["plan", "markdown", "actions"]
        assert done[0]["blocks"][0]["tasks"][0]["status"] == "complete"
        assert states.count("in_progress") >= 3
        calls = [row.method for row in slack.workspace.calls]
        assert calls.count("chat.startStream") == calls.count("chat.stopStream") == 1


async def test_a_status_shows_until_the_app_answers() -> None:
    statuses: list[str] = []

    def working(app: AsyncApp) -> None:
        @app.event("app_mention")
        async def mentioned(set_status, say, event):
            await set_status("Reading logs...")
            await say(text="done", thread_ts=event["ts"])

        app.event("message")(ignore)

    async with bot(working) as slack:
        slack.workspace.feed.listen(
            lambda notice: statuses.append(notice.data["status"]) if notice.event == "status" else None
        )
        await slack.wait_reply("COPS", await slack.say("UALICE", "COPS", "@cloudops go"))
        assert statuses == ["Reading logs...", ""]


async def test_ephemerals_are_for_one_person_and_change_only_through_their_response_url() -> None:
    def whisperer(app: AsyncApp) -> None:
        @app.event("app_mention")
        async def mentioned(event, client):
            await client.chat_postEphemeral(channel="COPS", user=event["user"], text="secret", blocks=BUTTONS)

        app.event("message")(ignore)

        @app.action("go")
        async def clicked(ack, respond, body):
            await ack()
            assert "message" not in body
            assert body["container"]["is_ephemeral"] is True
            await respond(replace_original=True, text="done")

    async with bot(whisperer) as slack:
        await slack.say("UALICE", "COPS", "@cloudops psst")
        shown = await slack.wait_for(lambda: slack.whispers("UALICE"))
        assert [m["text"] for m in (await slack.see("messages", channel="COPS"))["messages"]] == [
            "<@UCLOUDOPS> psst"
        ]
        with pytest.raises(BadInput, match="there is no message"):
            await slack.do("clicks", user="UBOB", channel="COPS", ts=shown[0]["ts"], action_id="go")
        await slack.do("clicks", user="UALICE", channel="COPS", ts=shown[0]["ts"], action_id="go")
        await slack.wait_for(lambda: slack.whispers("UALICE")[0]["text"] == "done")
        assert slack.whispers("UALICE")[0]["blocks"] == []
        with pytest.raises(BadInput, match="nothing to click named go"):
            await slack.do("clicks", user="UALICE", channel="COPS", ts=shown[0]["ts"], action_id="go")


async def test_two_bots_links_share_the_work_in_turn() -> None:
    async with bot(silent, links=2) as slack:
        for number in range(6):
            await slack.say("UALICE", "COPS", f"message {number}")
        await slack.workspace.courier.quiet()
        assert len(slack.workspace.links) == 2
        assert [row.outcome for row in slack.workspace.courier.rows] == ["acked"] * 6
        assert slack.workspace.links.shares() == [3, 3]


async def test_a_bot_comes_back_after_a_refresh_and_hears_what_follows() -> None:
    async with bot(greeter) as slack:
        assert (await slack.do("disconnect"))["links"] == 1
        await slack.wait_for(lambda: len(slack.workspace.links) == 1)
        reply = await slack.wait_reply("COPS", await slack.say("UALICE", "COPS", "@cloudops still there?"))
        assert reply["text"] == "hello"


async def test_what_is_said_while_no_link_is_up_comes_when_one_is() -> None:
    async with bot(greeter, links=0) as slack:
        ts = await slack.say("UALICE", "COPS", "@cloudops early")
        await asyncio.sleep(0.05)
        assert slack.replies("COPS", ts) == []
        async with late(slack, greeter):
            assert (await slack.wait_reply("COPS", ts))["text"] == "hello"
