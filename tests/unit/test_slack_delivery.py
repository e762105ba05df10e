"""How the app is told: acks, redelivery, links, signed HTTP, response addresses, triggers, trouble on order."""

import asyncio
import json
import re
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import aiohttp.web
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack import LocalSlack, Timing
from sandbox.slack.core.errors import BadInput
from sandbox.slack.delivery.http import SignedHttp
from tests.unit.slack_bots import BUTTONS, QUICK, bot, manifest, silent, workspace
from tests.unit.test_slack_methods import code


@asynccontextmanager
async def link(slack: LocalSlack, http: aiohttp.ClientSession):
    """One raw Socket Mode link, after its hello."""
    client = AsyncWebClient(token=slack.app_token, base_url=slack.api_url, session=http)
    opened = await client.apps_connections_open(app_token=slack.app_token)
    async with http.ws_connect(opened["url"]) as socket:
        yield socket, await socket.receive_json(timeout=2)


async def ack(socket: aiohttp.ClientWebSocketResponse, frame: dict[str, Any], payload: Any = None) -> None:
    answer = {"envelope_id": frame["envelope_id"]} | ({"payload": payload} if payload is not None else {})
    await socket.send_json(answer)


async def test_an_event_that_nobody_acks_comes_three_times_more_with_the_same_event_id() -> None:
    async with (
        workspace() as (slack, _),
        aiohttp.ClientSession() as http,
        link(slack, http) as (socket, hello),
    ):
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"]["app_id"] == "ACLOUDOPS"
        await slack.say("UALICE", "COPS", "hi")
        frames = [await socket.receive_json(timeout=2) for _ in range(4)]
        assert [f["retry_attempt"] for f in frames] == [0, 1, 2, 3]
        assert [f["retry_reason"] for f in frames] == ["", "timeout", "timeout", "timeout"]
        assert len({f["payload"]["event_id"] for f in frames}) == 1
        assert len({f["envelope_id"] for f in frames}) == 4
        assert not frames[0]["accepts_response_payload"]
        await slack.workspace.courier.quiet()
        row = next(iter(slack.workspace.courier.rows))
        assert (row.attempts, row.outcome) == (4, "operation_timeout")


async def test_an_ack_on_a_retry_ends_the_redelivery() -> None:
    async with (
        workspace() as (slack, _),
        aiohttp.ClientSession() as http,
        link(slack, http) as (socket, _hello),
    ):
        await slack.say("UALICE", "COPS", "hi")
        await socket.receive_json(timeout=2)
        await ack(socket, await socket.receive_json(timeout=2))
        await slack.workspace.courier.quiet()
        row = next(iter(slack.workspace.courier.rows))
        assert (row.attempts, row.outcome) == (2, "acked")
        assert row.acked_ms is not None


async def test_an_event_whose_link_dies_before_the_ack_comes_at_once_by_another_link() -> None:
    async with (
        workspace(timing=Timing()) as (slack, _),
        aiohttp.ClientSession() as http,
        link(slack, http) as (first, _hello),
        link(slack, http) as (second, _hello),
    ):
        await slack.say("UALICE", "COPS", "hi")
        frame, taken, other = await heard_by(first, second)
        await taken.close()
        again = await other.receive_json(timeout=1)
        assert (again["retry_attempt"], again["payload"]) == (1, frame["payload"])
        await ack(other, again)
        await slack.workspace.courier.quiet()
        (row,) = (await slack.see("deliveries"))["deliveries"]
        assert (row["outcome"], row["retries"], sorted(row["links"])) == ("acked", 1, [1, 2])


async def test_a_click_whose_link_dies_is_not_sent_twice() -> None:
    async with (
        workspace() as (slack, client),
        aiohttp.ClientSession() as http,
        link(slack, http) as (first, _hello),
        link(slack, http) as (second, _hello),
    ):
        ts = (await client.chat_postMessage(channel="COPS", text="b", blocks=BUTTONS))["ts"]
        echo, taken, _other = await heard_by(first, second)
        await ack(taken, echo)
        clicking = asyncio.create_task(
            slack.do("clicks", user="UALICE", channel="COPS", ts=ts, action_id="go")
        )
        frame, taken, other = await heard_by(first, second)
        assert frame["type"] == "interactive"
        await taken.close()
        assert (await clicking)["ok"] is False
        with pytest.raises(TimeoutError):
            await other.receive_json(timeout=0.1)


async def heard_by(
    *sockets: aiohttp.ClientWebSocketResponse,
) -> tuple[dict[str, Any], aiohttp.ClientWebSocketResponse, aiohttp.ClientWebSocketResponse]:
    """The next frame, the one of two links that brought it, and the other."""
    tasks = [asyncio.create_task(socket.receive_json(timeout=2)) for socket in sockets]
    done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    at = tasks.index(next(iter(done)))
    return tasks[at].result(), sockets[at], sockets[1 - at]


async def test_a_crashing_handler_before_the_ack_gets_the_event_again() -> None:
    seen: list[str] = []

    def failing(app: AsyncApp) -> None:
        @app.middleware
        async def admit(body, next):  # noqa: A002 - bolt's name
            seen.append(body["event_id"])
            if len(seen) == 1:
                raise ConnectionError("the store is down")
            return await next()

        silent(app)

    async with bot(failing) as slack:
        await slack.say("UALICE", "COPS", "hi")
        await slack.workspace.courier.quiet()
        assert len(seen) == 2
        assert seen[0] == seen[1]


async def test_an_app_hears_only_what_its_manifest_subscribes_to_and_its_scopes_allow() -> None:
    for declared in (manifest(without=("message.channels",)), manifest(without=("channels:history",))):
        async with bot(silent, declared) as slack:
            await slack.say("UALICE", "COPS", "hi")
            await slack.say("UALICE", "DALICE", "hi")
            await slack.workspace.courier.quiet()
            told = [row.payload["event"]["channel_type"] for row in slack.workspace.courier.rows]
            assert told == ["im"]
    async with bot(silent, manifest(without=("channel_created",))) as slack:
        made = await slack.do("channels", user="UBOB", name="elsewhere")
        ts = await slack.say("UBOB", made["channel"]["id"], "<@UCLOUDOPS> are you here?")
        await slack.do("reactions", user="UBOB", channel=made["channel"]["id"], ts=ts, name="eyes")
        await slack.workspace.courier.quiet()
        assert list(slack.workspace.courier.rows) == []


async def test_edits_and_deletions_come_as_hidden_messages() -> None:
    async with bot(silent) as slack:
        ts = await slack.say("UALICE", "COPS", "one")
        await slack.do("edits", user="UALICE", channel="COPS", ts=ts, text="two")
        await slack.do("deletions", user="UALICE", channel="COPS", ts=ts)
        await slack.workspace.courier.quiet()
        events = [row.payload["event"] for row in slack.workspace.courier.rows]
        assert [e.get("subtype") for e in events] == [None, "message_changed", "message_deleted"]
        assert (events[1]["previous_message"]["text"], events[1]["message"]["text"]) == ("one", "two")
        assert events[2]["deleted_ts"] == ts


async def test_somebody_of_another_company_is_marked_in_the_event_and_in_the_click() -> None:
    async with bot(silent) as slack:
        ts = await slack.say("UEVE", "CSHARED", "@cloudops what runs here?")
        await slack.workspace.courier.quiet()
        payload = next(iter(slack.workspace.courier.rows)).payload
        assert payload["is_ext_shared_channel"] is True
        assert [payload["event"][key] for key in ("team", "user_team", "source_team")] == [
            "TLOCAL",
            "TOTHER",
            "TOTHER",
        ]
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        await client.chat_postMessage(channel="CSHARED", text="b", blocks=BUTTONS, thread_ts=ts)
        reply = slack.replies("CSHARED", ts)[0]
        await slack.do("clicks", user="UEVE", channel="CSHARED", ts=reply["ts"], action_id="go")
        click = list(slack.workspace.courier.rows)[-1].payload
        assert (click["user"]["team_id"], click["team"]["id"]) == ("TOTHER", "TLOCAL")


async def test_a_ticket_opens_one_link_and_the_eleventh_link_is_one_too_many() -> None:
    async with workspace() as (slack, client), aiohttp.ClientSession() as http:
        opened = await client.apps_connections_open(app_token=slack.app_token)
        sockets = [await http.ws_connect(opened["url"])]
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(opened["url"])
        for _ in range(10):
            more = await client.apps_connections_open(app_token=slack.app_token)
            sockets.append(await http.ws_connect(more["url"]))
        last = await sockets[-1].receive_json(timeout=2)
        assert last == {"type": "disconnect", "reason": "too_many_websockets"}
        assert len(slack.workspace.links) == 10
        for socket in sockets:
            await socket.close()


async def test_a_refresh_warns_then_closes_and_an_abrupt_one_just_resets() -> None:
    async with workspace() as (slack, _), aiohttp.ClientSession() as http:
        async with link(slack, http) as (socket, _hello):
            asking = asyncio.create_task(slack.do("disconnect"))
            frames = [await socket.receive_json(timeout=2) for _ in range(2)]
            assert [f["reason"] for f in frames] == ["warning", "refresh_requested"]
            assert (await socket.receive(timeout=2)).type in {
                aiohttp.WSMsgType.CLOSE,
                aiohttp.WSMsgType.CLOSED,
            }
            await asking
        async with link(slack, http) as (socket, _hello):
            assert (await slack.do("disconnect", abrupt=True))["links"] == 1
            kind = (await socket.receive(timeout=2)).type
            assert kind in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSE}


async def test_signed_http_carries_events_commands_and_clicks_and_its_errors() -> None:
    def talker(app: AsyncApp) -> None:
        silent(app)

        @app.command("/cloudops")
        async def run(ack):
            await ack({"text": "over http", "response_type": "in_channel"})

    async with workspace() as (slack, client):
        app = AsyncApp(client=client, signing_secret=slack.signing_secret)
        talker(app)
        runner = aiohttp.web.AppRunner(app.web_app(path="/slack/events"))
        await runner.setup()
        await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        assert not await slack.use_http(address.replace("events", "nowhere"))
        assert await slack.use_http(address)
        await slack.say("UALICE", "COPS", "@cloudops hi")
        await slack.workspace.courier.quiet()
        assert [row.outcome for row in slack.workspace.courier.rows] == ["acked", "acked"]
        done = await slack.do("commands", user="UALICE", channel="COPS", command="/cloudops")
        assert done["ok"]
        assert slack.workspace.messages.all("COPS")[-1]["text"] == "over http"
        posted = await client.chat_postMessage(channel="COPS", text="b", blocks=BUTTONS)
        clicked = await slack.do("clicks", user="UALICE", channel="COPS", ts=posted["ts"], action_id="go")
        assert clicked["error"] == "dispatch_failed"  # bolt answers 404 to what no listener takes
        await runner.cleanup()


async def test_an_app_with_another_signing_secret_is_not_taken() -> None:
    async with workspace() as (slack, client):
        app = AsyncApp(client=client, signing_secret="another secret")
        runner = aiohttp.web.AppRunner(app.web_app(path="/slack/events"))
        await runner.setup()
        await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
        assert not await slack.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
        await runner.cleanup()


async def test_a_trigger_opens_one_view_within_three_seconds() -> None:
    now = [1_700_000_000.0]
    view = {"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": [{"type": "divider"}]}
    async with workspace(clock=lambda: now[0]) as (slack, client):
        issue = slack.workspace.triggers.issue
        first = issue("UALICE")
        opened = await client.views_open(trigger_id=first, view=view)
        assert opened["view"]["state"] == {"values": {}}
        assert await code(client.views_open(trigger_id=first, view=view)) == "trigger_exchanged"
        assert await code(client.views_open(trigger_id="1.2.3", view=view)) == "invalid_trigger_id"
        late = issue("UALICE")
        now[0] += 3.1
        assert await code(client.views_open(trigger_id=late, view=view)) == "expired_trigger_id"


async def test_views_stack_three_deep_and_an_update_with_an_old_hash_is_a_conflict() -> None:
    view = {"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": [{"type": "divider"}]}
    async with workspace() as (slack, client):
        issue = slack.workspace.triggers.issue
        root = (await client.views_open(trigger_id=issue("UALICE"), view=view | {"external_id": "one"}))[
            "view"
        ]
        second = (await client.views_push(trigger_id=issue("UALICE"), view=view))["view"]
        assert (second["root_view_id"], second["previous_view_id"]) == (root["id"], root["id"])
        await client.views_push(trigger_id=issue("UALICE"), view=view)
        assert await code(client.views_push(trigger_id=issue("UALICE"), view=view)) == "push_limit_reached"
        fresh = (await client.views_update(view_id=root["id"], view=view, hash=root["hash"]))["view"]
        assert (fresh["id"], fresh["hash"] != root["hash"]) == (root["id"], True)
        assert (
            await code(client.views_update(view_id=root["id"], view=view, hash=root["hash"]))
            == "hash_conflict"
        )
        assert await code(client.views_update(view_id="VNONE", view=view)) == "not_found"
        assert await code(client.views_publish(user_id="UALICE", view=view)) == "invalid_arguments"
        home = {"type": "home", "blocks": [{"type": "divider"}]}
        published = (await client.views_publish(user_id="UALICE", view=home))["view"]
        assert (await client.views_publish(user_id="UALICE", view=home))["view"]["id"] == published["id"]
    without = manifest(app_home={"home_tab_enabled": False})
    async with workspace(without) as (_, client):
        assert await code(client.views_publish(user_id="UALICE", view=home)) == "not_enabled"


async def test_a_closed_view_is_told_only_where_it_asks_for_that() -> None:
    view: dict[str, Any] = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "t"},
        "blocks": [{"type": "divider"}],
        "callback_id": "c",
    }
    async with (
        workspace() as (slack, client),
        aiohttp.ClientSession() as http,
        link(slack, http) as (socket, _hello),
    ):
        for asked in (False, True):
            trigger = slack.workspace.triggers.issue("UALICE")
            opened = await client.views_open(trigger_id=trigger, view=view | {"notify_on_close": asked})
            closing = asyncio.create_task(
                slack.do("submissions", user="UALICE", view_id=opened["view"]["id"], closed=True)
            )
            if asked:
                frame = await socket.receive_json(timeout=2)
                assert (frame["payload"]["type"], frame["payload"]["is_cleared"]) == ("view_closed", False)
                await ack(socket, frame)
            assert (await closing)["ok"]
            assert slack.workspace.views.top("UALICE") is None


@pytest.mark.parametrize("action", ["update", "push", "clear"])
async def test_a_submission_can_be_answered_by_another_view(action: str) -> None:
    view: dict[str, Any] = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "t"},
        "submit": {"type": "plain_text", "text": "s"},
        "blocks": [{"type": "divider"}],
    }
    async with (
        workspace() as (slack, client),
        aiohttp.ClientSession() as http,
        link(slack, http) as (socket, _hello),
    ):
        opened = await client.views_open(trigger_id=slack.workspace.triggers.issue("UALICE"), view=view)
        sending = asyncio.create_task(slack.do("submissions", user="UALICE", view_id=opened["view"]["id"]))
        frame = await socket.receive_json(timeout=2)
        assert frame["accepts_response_payload"]
        next_view = {} if action == "clear" else {"view": view | {"callback_id": "next"}}
        await ack(socket, frame, {"response_action": action, **next_view})
        assert (await sending)["response_action"] == action
        stack = [each["callback_id"] for each in slack.workspace.views.stack("UALICE")]
        assert stack == {"update": ["next"], "push": ["", "next"], "clear": []}[action]


async def test_a_response_url_works_five_times_within_half_an_hour() -> None:
    now = [1_700_000_000.0]
    async with workspace(clock=lambda: now[0], timing=QUICK) as (slack, client):
        posted = await client.chat_postMessage(channel="COPS", text="b", blocks=BUTTONS)

        async def address() -> str:
            await slack.do("clicks", user="UALICE", channel="COPS", ts=posted["ts"], action_id="go")
            return str(list(slack.workspace.courier.rows)[-1].payload["response_url"])

        hook = AsyncWebhookClient(await address())
        assert (await hook.send(text="only you")).status_code == 200
        assert (await hook.send(text="all", response_type="in_channel")).status_code == 200
        assert (await hook.send(text="changed", replace_original=True)).body == "ok"
        message = slack.workspace.messages.get("COPS", posted["ts"]) or {}
        assert (message["text"], message["blocks"]) == ("changed", [])
        bad = await hook.send_dict({"text": "x", "blocks": [{"type": "nope"}]})
        assert (bad.status_code, json.loads(bad.body)["error"]) == (400, "invalid_blocks")
        assert (await hook.send(delete_original=True)).status_code == 200
        assert slack.workspace.messages.get("COPS", posted["ts"]) is None
        used = await hook.send(text="once more")
        assert (used.status_code, json.loads(used.body)["error"]) == (404, "used_url")
        posted = await client.chat_postMessage(channel="COPS", text="b", blocks=BUTTONS)
        old = await address()
        now[0] += 1801
        expired = await AsyncWebhookClient(old).send(text="late")
        assert (expired.status_code, json.loads(expired.body)["error"]) == (404, "expired_url")


async def test_a_click_on_a_button_that_is_gone_is_refused_in_words_and_hidden_ones_are_marked() -> None:
    async with bot(silent) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        only_bob = json.loads(json.dumps(BUTTONS))
        only_bob[0]["elements"][0]["visible_to_user_ids"] = ["UBOB"]
        ts = (await client.chat_postMessage(channel="COPS", text="b", blocks=only_bob))["ts"]
        done = await slack.do("clicks", user="UALICE", channel="COPS", ts=ts, action_id="go")
        assert done["hidden_from_user"] is True
        assert "hidden_from_user" not in await slack.do(
            "clicks", user="UBOB", channel="COPS", ts=ts, action_id="go"
        )
        await client.chat_update(channel="COPS", ts=ts, text="b", blocks=[])
        with pytest.raises(
            BadInput, match=re.escape("nothing to click named go (any more); nothing is there")
        ) as error:
            await slack.do("clicks", user="UBOB", channel="COPS", ts=ts, action_id="go")
        assert error.value.status == 404


async def test_faults_strike_the_next_calls_of_their_method() -> None:
    async with workspace() as (slack, client):
        await slack.do("faults", method="auth.test", status=429, retry_after=7)
        with pytest.raises(SlackApiError) as error:
            await client.auth_test()
        assert (error.value.response.status_code, error.value.response.headers["Retry-After"]) == (429, "7")
        assert (await client.auth_test())["ok"]
        await slack.do("faults", error="internal_error", times=2)
        assert await code(client.auth_test()) == "internal_error"
        assert await code(client.team_info()) == "internal_error"
        await slack.do("faults", method="chat.postMessage", drop_socket="after")
        client.retry_handlers = []
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel="COPS", text="taken")
        assert [m["text"] for m in slack.workspace.messages.all("COPS")] == ["taken"]
        await slack.do("faults", method="chat.postMessage", drop_socket=True)
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel="COPS", text="lost")
        assert len(slack.workspace.messages.all("COPS")) == 1
        for bad, word in (
            ({"time": 1}, "no field"),
            ({"times": 0}, "at least 1"),
            ({"status": "429"}, "number"),
        ):
            with pytest.raises(BadInput, match=word):
                await slack.do("faults", **bad)


async def test_a_client_with_a_retry_handler_waits_out_a_rate_limit() -> None:
    async with workspace() as (slack, client):
        client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
        await slack.do("faults", method="auth.test", status=429, retry_after=1)
        assert (await client.auth_test())["ok"]
        assert [row.status for row in slack.workspace.calls] == [429, 200]


async def test_the_limiter_enforces_slacks_rates_when_it_is_on() -> None:
    now = [1_700_000_000.0]
    async with workspace(clock=lambda: now[0]) as (slack, client):
        await slack.do("limits", on=True)
        for number in range(4):
            await client.chat_postMessage(channel="COPS", text=str(number))
        with pytest.raises(SlackApiError) as error:
            await client.chat_postMessage(channel="COPS", text="too much")
        assert error.value.response.status_code == 429
        assert int(error.value.response.headers["Retry-After"]) >= 1
        assert (await client.chat_postMessage(channel="CDEV", text="elsewhere"))["ok"]
        now[0] += 4.1
        assert (await client.chat_postMessage(channel="COPS", text="later"))["ok"]


async def test_the_log_of_calls_has_no_token_in_it() -> None:
    async with workspace(timing=Timing()) as (slack, _), aiohttp.ClientSession() as http:
        async with http.post(
            f"{slack.api_url}auth.test", data={"token": slack.bot_token, "x": "1"}
        ) as answer:
            assert (await answer.json())["ok"]
        rows = (await slack.see("calls"))["calls"]
        assert rows[0]["args"] == {"x": "1"}
        assert slack.bot_token not in json.dumps(rows)


async def test_over_http_a_failed_event_comes_again_with_its_number_unless_the_app_wants_none() -> None:
    heard: list[tuple[str | None, str | None]] = []
    refusal: dict[str, str] = {}

    async def take(request: aiohttp.web.Request) -> aiohttp.web.Response:
        body = await request.json()
        if body["type"] == "url_verification":
            return aiohttp.web.json_response({"challenge": body["challenge"]})
        heard.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        return aiohttp.web.Response(status=500, headers=refusal)

    app = aiohttp.web.Application()
    app.router.add_post("/slack/events", take)
    runner = aiohttp.web.AppRunner(app)
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
    async with workspace() as (slack, _):
        assert await slack.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
        await slack.say("UALICE", "COPS", "hi")
        await slack.workspace.courier.quiet()
        assert heard == [(None, None), *((str(n), "http_error") for n in (1, 2, 3))]
        refusal["X-Slack-No-Retry"] = "1"
        await slack.say("UALICE", "COPS", "again")
        await slack.workspace.courier.quiet()
        assert heard[4:] == [(None, None)]
    await runner.cleanup()


@asynccontextmanager
async def taker(heard: list[str]):
    """An app behind a balancer: its address. `heard` gets the events that it took."""

    async def take(request: aiohttp.web.Request) -> aiohttp.web.Response:
        heard.append((await request.json())["event_id"])
        return aiohttp.web.Response()

    app = aiohttp.web.Application()
    app.router.add_post("/slack/events", take)
    runner = aiohttp.web.AppRunner(app)
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


async def test_over_http_several_take_turns_and_one_that_is_gone_is_passed_over() -> None:
    first, second = [], []
    async with workspace(timing=Timing()) as (slack, _), taker(second) as stays:
        async with taker(first) as goes:
            slack.deliver_to(SignedHttp(goes, stays, secret=slack.signing_secret))
            for _n in range(4):
                await slack.say("UALICE", "COPS", "hi")
            await slack.workspace.courier.quiet()
            assert (len(first), len(second)) == (2, 2)
        for _n in range(2):
            await slack.say("UALICE", "COPS", "hi")
        await slack.workspace.courier.quiet()
        assert (len(first), len(second)) == (2, 4)
        assert {row.outcome for row in slack.workspace.courier.rows} == {"acked"}
