"""The Web API through the unmodified SDK client: what each method takes, gives and refuses."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack.validation import limits
from tests.unit.slack_bots import BUTTONS, manifest, workspace


async def refused(call: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as error:
        await call
    data: dict[str, Any] = error.value.response.data
    return data


async def code(call: Any) -> str:
    return str((await refused(call))["error"])


async def test_the_app_learns_who_it_is_and_what_it_may_do() -> None:
    async with workspace() as (slack, client):
        me = await client.auth_test()
        assert (me["user_id"], me["bot_id"], me["team_id"]) == ("UCLOUDOPS", "BCLOUDOPS", "TLOCAL")
        assert me.headers["x-oauth-scopes"] == ",".join(sorted(slack.workspace.manifest.scopes))


async def test_tokens_are_checked_by_kind() -> None:
    async with workspace() as (slack, client):
        assert await code(client.auth_test(token="xoxb-wrong")) == "invalid_auth"
        assert await code(client.auth_test(token=slack.app_token)) == "not_allowed_token_type"
        assert await code(client.apps_connections_open(app_token=slack.bot_token)) == "not_allowed_token_type"
        assert await code(client.api_call("no.suchMethod")) == "unknown_method"
        async with aiohttp.ClientSession() as http, http.post(f"{slack.api_url}auth.test") as answer:
            assert (answer.status, (await answer.json())["error"]) == (200, "not_authed")


async def test_arguments_come_as_query_form_or_json_alike() -> None:
    async with workspace() as (slack, _), aiohttp.ClientSession() as http:
        address, given = f"{slack.api_url}conversations.info", {"channel": "COPS", "token": slack.bot_token}
        for options in ({"params": given}, {"data": given}, {"json": given}):
            async with http.post(address, **options) as answer:
                assert (await answer.json())["channel"]["name"] == "ops"
        async with http.get(address, params=given) as answer:
            assert (await answer.json())["ok"]
        async with http.post(address, data="{", headers={"Content-Type": "application/json"}) as answer:
            assert (await answer.json())["error"] == "invalid_json"


async def test_a_missing_scope_names_what_is_needed_and_what_is_there() -> None:
    async with workspace(manifest(without=("chat:write", "channels:history"))) as (slack, client):
        answer = await refused(client.chat_postMessage(channel="COPS", text="x"))
        assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
        assert answer["provided"] == ",".join(sorted(slack.workspace.manifest.scopes))
        assert (await refused(client.conversations_history(channel="COPS")))["needed"] == "channels:history"
        assert (await client.conversations_history(channel="DALICE"))["ok"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"channel": "CNONE", "text": "x"}, "channel_not_found"),
        ({"channel": "COPS"}, "no_text"),
        ({"channel": "COPS", "text": "x" * (limits.MESSAGE_TEXT + 1)}, "msg_too_long"),
        ({"channel": "COPS", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": "COPS", "markdown_text": "x", "text": "y"}, "markdown_text_conflict"),
        ({"channel": "COPS", "text": "x", "metadata": {"event_type": "t"}}, "invalid_metadata_schema"),
        ({"channel": "COPS", "text": "x", "blocks": '{"type": "divider"}'}, "invalid_blocks_format"),
        ({"channel": "UGONE", "text": "x"}, "user_disabled"),
        ({"channel": "COPS", "text": "x", "attachments": [{"blocks": [{"type": "no"}]}]}, "invalid_blocks"),
        ({"channel": "COPS", "text": "x", "attachments": ["text"]}, "invalid_attachments"),
    ],
)
async def test_what_cannot_be_posted_is_refused(given: dict[str, Any], error: str) -> None:
    async with workspace() as (_, client):
        assert await code(client.api_call("chat.postMessage", json=given)) == error


async def test_bad_blocks_are_refused_with_the_place_of_each_problem() -> None:
    async with workspace() as (_, client):
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}, {"type": "nope"}]
        answer = await refused(client.chat_postMessage(channel="COPS", text="x", blocks=blocks))
        assert answer["error"] == "invalid_blocks"
        assert answer["response_metadata"]["messages"] == [
            "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
            "[ERROR] unsupported type: nope [json-pointer:/blocks/1]",
        ]


async def test_the_longest_message_is_taken_and_gets_ids_for_its_blocks() -> None:
    async with workspace() as (_, client):
        posted = await client.chat_postMessage(
            channel="COPS", text="x" * limits.MESSAGE_TEXT, blocks=[{"type": "divider"}]
        )
        assert posted["message"]["blocks"][0]["block_id"]
        assert posted["message"]["user"] == "UCLOUDOPS"


async def test_where_the_app_is_not_a_member_it_cannot_post_and_does_not_know_of_private_channels() -> None:
    async with workspace() as (slack, client):
        public = (await slack.do("channels", user="UBOB", name="random"))["channel"]["id"]
        private = (await slack.do("channels", user="UBOB", name="board", private=True))["channel"]["id"]
        assert await code(client.chat_postMessage(channel=public, text="x")) == "not_in_channel"
        assert await code(client.conversations_history(channel=public)) == "not_in_channel"
        assert await code(client.conversations_info(channel=private)) == "channel_not_found"
        assert (await client.conversations_info(channel=public))["channel"]["is_member"] is False


async def test_timestamps_only_grow_and_replies_to_replies_belong_to_the_first_message() -> None:
    async with workspace(clock=lambda: 1_700_000_000.0) as (slack, client):
        stamps = [(await client.chat_postMessage(channel="COPS", text=str(n)))["ts"] for n in range(3)]
        assert stamps == ["1700000000.000000", "1700000000.000001", "1700000000.000002"]
        reply = await client.chat_postMessage(channel="COPS", text="r", thread_ts=stamps[0])
        second = await client.chat_postMessage(channel="COPS", text="rr", thread_ts=reply["ts"])
        assert second["message"]["thread_ts"] == stamps[0]
        parent = slack.workspace.messages.get("COPS", stamps[0]) or {}
        assert (parent["reply_count"], parent["latest_reply"]) == (2, second["ts"])


async def test_history_pages_from_the_newest_and_shows_metadata_only_on_request() -> None:
    async with workspace() as (_, client):
        metadata = {"event_type": "plan", "event_payload": {"key": "k1"}}
        stamps = [
            (await client.chat_postMessage(channel="COPS", text=str(n), metadata=metadata))["ts"]
            for n in range(5)
        ]
        first = await client.conversations_history(channel="COPS", limit=3)
        assert [m["text"] for m in first["messages"]] == ["4", "3", "2"]
        assert first["has_more"]
        assert all("metadata" not in m for m in first["messages"])
        cursor = first["response_metadata"]["next_cursor"]
        rest = await client.conversations_history(channel="COPS", limit=3, cursor=cursor)
        assert [m["text"] for m in rest["messages"]] == ["1", "0"]
        whole = await client.conversations_history(channel="COPS", include_all_metadata=True)
        assert whole["messages"][0]["metadata"] == metadata
        between = await client.conversations_history(channel="COPS", oldest=stamps[1], latest=stamps[3])
        assert [m["text"] for m in between["messages"]] == ["2"]
        edges = await client.conversations_history(
            channel="COPS", oldest=stamps[1], latest=stamps[3], inclusive=True
        )
        assert [m["text"] for m in edges["messages"]] == ["3", "2", "1"]
        assert await code(client.conversations_history(channel="COPS", cursor="nonsense")) == "invalid_cursor"


async def test_a_thread_is_read_from_its_parent_on() -> None:
    async with workspace() as (_, client):
        root = (await client.chat_postMessage(channel="COPS", text="root"))["ts"]
        for n in range(3):
            await client.chat_postMessage(channel="COPS", text=str(n), thread_ts=root)
        thread = await client.conversations_replies(channel="COPS", ts=root, limit=2)
        assert [m["text"] for m in thread["messages"]] == ["root", "0"]
        history = await client.conversations_history(channel="COPS")
        assert [m["text"] for m in history["messages"]] == ["root"]
        assert await code(client.conversations_replies(channel="COPS", ts="1.000001")) == "thread_not_found"


async def test_only_its_own_messages_can_the_app_edit_and_delete() -> None:
    async with workspace() as (slack, client):
        theirs = await slack.say("UALICE", "COPS", "mine")
        own = (await client.chat_postMessage(channel="COPS", text="a", blocks=BUTTONS))["ts"]
        assert await code(client.chat_update(channel="COPS", ts=theirs, text="x")) == "cant_update_message"
        assert await code(client.chat_delete(channel="COPS", ts=theirs)) == "cant_delete_message"
        assert await code(client.chat_update(channel="COPS", ts="1.000001", text="x")) == "message_not_found"
        assert await code(client.chat_update(channel="COPS", ts=own, text="é" * 2_001)) == "msg_too_long"
        assert (await client.chat_update(channel="COPS", ts=own, text="é" * 2_000))["ok"]
        edited = await client.chat_update(channel="COPS", ts=own, text="b")
        assert (edited["text"], edited["message"]["edited"]["user"]) == ("b", "UCLOUDOPS")
        assert edited["message"]["blocks"]  # what is not given stays
        bare = await client.chat_update(channel="COPS", ts=own, text="c", blocks=[])
        assert bare["message"]["blocks"] == []
        await client.chat_delete(channel="COPS", ts=own)
        assert slack.workspace.messages.get("COPS", own) is None


async def test_a_deleted_message_with_answers_leaves_a_stone_and_its_thread_stands() -> None:
    async with workspace() as (slack, client):
        root = await slack.say("UALICE", "COPS", "a secret")
        await client.chat_postMessage(channel="COPS", text="answer", thread_ts=root)
        await slack.do("deletions", user="UALICE", channel="COPS", ts=root)
        thread = (await client.conversations_replies(channel="COPS", ts=root))["messages"]
        assert [(m["text"], m.get("subtype")) for m in thread] == [
            ("This message was deleted.", "tombstone"),
            ("answer", None),
        ]
        assert (await client.chat_postMessage(channel="COPS", text="more", thread_ts=root))["ok"]


async def test_an_archived_channel_takes_no_messages() -> None:
    async with workspace(manifest(scopes=("channels:manage",))) as (_, client):
        made = await client.conversations_create(name="old-one")
        channel = made["channel"]["id"]
        await client.conversations_invite(channel=channel, users="UALICE,UBOB")
        assert (await client.conversations_members(channel=channel))["members"] == [
            "UCLOUDOPS",
            "UALICE",
            "UBOB",
        ]
        await client.conversations_setTopic(channel=channel, topic="t")
        await client.conversations_archive(channel=channel)
        assert await code(client.chat_postMessage(channel=channel, text="x")) == "is_archived"
        assert await code(client.conversations_create(name="old-one")) == "name_taken"
        assert await code(client.conversations_create(name="Not A Name")) == "invalid_name_specials"


async def test_ephemerals_are_for_members_and_cannot_be_edited_or_fetched() -> None:
    async with workspace() as (slack, client):
        assert (
            await code(client.chat_postEphemeral(channel="COPS", user="UEVE", text="x"))
            == "user_not_in_channel"
        )
        assert (
            await code(client.chat_postEphemeral(channel="COPS", user="UNONE", text="x")) == "user_not_found"
        )
        ts = (await client.chat_postEphemeral(channel="COPS", user="UALICE", text="x"))["message_ts"]
        assert await code(client.chat_update(channel="COPS", ts=ts, text="y")) == "message_not_found"
        assert (await client.conversations_history(channel="COPS"))["messages"] == []
        assert [m["text"] for m in slack.whispers("UALICE")] == ["x"]


async def test_people_carry_what_tells_members_from_others() -> None:
    async with workspace() as (_, client):
        found = {
            user: (await client.users_info(user=user))["user"]
            for user in ("UALICE", "UGUEST", "UEVE", "UGONE")
        }
        assert [found[u]["team_id"] for u in found] == ["TLOCAL", "TLOCAL", "TOTHER", "TLOCAL"]
        marks = ("is_restricted", "is_stranger", "deleted", "is_bot")
        assert [[found[u][mark] for mark in marks] for u in found] == [
            [False, False, False, False],
            [True, False, False, False],
            [False, True, False, False],
            [False, False, True, False],
        ]
        assert "email" not in found["UALICE"]["profile"]
        assert (await client.users_info(user="UCLOUDOPS"))["user"]["is_bot"]
        assert await code(client.users_info(user="UNONE")) == "user_not_found"
        assert (await client.usergroups_users_list(usergroup="SFINANCE"))["users"] == ["UCAROL", "UDAN"]
        assert (await refused(client.users_lookupByEmail(email="a@b.example")))[
            "needed"
        ] == "users:read.email"
    async with workspace(manifest(scopes=("users:read.email",))) as (_, client):
        assert (await client.users_lookupByEmail(email="alice@shop.example"))["user"]["id"] == "UALICE"


async def test_a_direct_message_is_opened_by_person_and_shared_channels_are_marked() -> None:
    async with workspace() as (_, client):
        assert (await client.conversations_open(users="UALICE"))["channel"]["id"] == "DALICE"
        assert (await client.chat_postMessage(channel="UBOB", text="x"))["channel"] == "DBOB"
        shared = (await client.conversations_info(channel="CSHARED"))["channel"]
        assert (shared["is_ext_shared"], shared["is_shared"]) == (True, True)
        listed = await client.conversations_list(types="public_channel,private_channel", limit=2)
        assert len(listed["channels"]) == 2
        assert listed["response_metadata"]["next_cursor"]
        assert await code(client.conversations_open(users="UEVE")) == "user_not_visible"


async def test_reactions_are_there_once() -> None:
    async with workspace(manifest(scopes=("reactions:read", "reactions:write"))) as (slack, client):
        ts = await slack.say("UALICE", "COPS", "x")
        await client.reactions_add(channel="COPS", timestamp=ts, name="eyes")
        assert (
            await code(client.reactions_add(channel="COPS", timestamp=ts, name="eyes")) == "already_reacted"
        )
        seen = await client.reactions_get(channel="COPS", timestamp=ts)
        assert seen["message"]["reactions"] == [{"name": "eyes", "users": ["UCLOUDOPS"], "count": 1}]
        await client.reactions_remove(channel="COPS", timestamp=ts, name="eyes")
        assert await code(client.reactions_remove(channel="COPS", timestamp=ts, name="eyes")) == "no_reaction"
        assert (
            await code(client.reactions_add(channel="COPS", timestamp="1.1", name="eyes"))
            == "message_not_found"
        )


async def test_a_file_goes_up_in_three_steps_and_keeps_its_alt_text() -> None:
    async with workspace(manifest(scopes=("files:read",))) as (slack, client):
        root = await slack.say("UALICE", "COPS", "show me")
        done = await client.files_upload_v2(
            channel="COPS",
            thread_ts=root,
            content=b"a,b\n1,2\n",
            filename="pods.csv",
            title="Pods",
            alt_txt="two numbers",
            initial_comment="here",
        )
        assert done["file"]["alt_txt"] == "two numbers"
        reply = slack.replies("COPS", root)[0]
        assert (reply["text"], reply["subtype"], reply["files"][0]["title"]) == ("here", "file_share", "Pods")
        assert (await client.files_info(file=done["file"]["id"]))["file"]["size"] == 8
        async with aiohttp.ClientSession() as http, http.get(done["file"]["url_private"]) as answer:
            assert await answer.read() == b"a,b\n1,2\n"
        assert [f["name"] for f in (await slack.see("files"))["files"]] == ["pods.csv"]


async def test_an_upload_of_another_length_than_announced_is_not_completed() -> None:
    async with workspace() as (_, client), aiohttp.ClientSession() as http:
        opened = await client.files_getUploadURLExternal(filename="a.txt", length=5)
        files = [{"id": opened["file_id"], "title": "a"}]
        assert await code(client.files_completeUploadExternal(files=files)) == "file_not_found"
        form = aiohttp.FormData()
        form.add_field("filename", b"123", filename="a.txt")
        async with http.post(opened["upload_url"], data=form) as answer:
            assert await answer.text() == "OK - 3"
        assert await code(client.files_completeUploadExternal(files=files)) == "file_update_failed"
        async with http.post(opened["upload_url"], data=b"12345") as answer:
            assert await answer.text() == "OK - 5"
        assert (await client.files_completeUploadExternal(files=files))["files"][0]["size"] == 5
        async with http.post(opened["upload_url"], data=b"12345") as answer:
            assert answer.status == 404
        long = "x" * (limits.FILE_ALT_TEXT + 1)
        assert (
            await code(client.files_getUploadURLExternal(filename="a", length=1, alt_txt=long))
            == "alt_txt_too_large"
        )
        assert (await client.files_getUploadURLExternal(filename="a", length=1, alt_txt=long[1:]))["ok"]


async def test_a_stream_needs_its_reader_and_cannot_be_appended_to_after_its_end() -> None:
    async with workspace() as (slack, client):
        root = await slack.say("UALICE", "COPS", "x")
        assert (
            await code(client.chat_startStream(channel="COPS", thread_ts=root)) == "missing_recipient_user_id"
        )
        reader = {"recipient_user_id": "UALICE", "recipient_team_id": "TLOCAL"}
        assert (
            await code(client.chat_startStream(channel="COPS", thread_ts="1.1", **reader))
            == "thread_not_found"
        )
        ts = (await client.chat_startStream(channel="COPS", thread_ts=root, markdown_text="a", **reader))[
            "ts"
        ]
        long = "x" * (limits.MARKDOWN + 1)
        assert (
            await code(client.chat_appendStream(channel="COPS", ts=ts, markdown_text=long)) == "msg_too_long"
        )
        assert await code(client.chat_update(channel="COPS", ts=ts, text="x")) == "streaming_state_conflict"
        await client.chat_appendStream(channel="COPS", ts=ts, markdown_text="b")
        await client.chat_stopStream(channel="COPS", ts=ts, markdown_text="c")
        message = slack.replies("COPS", root)[0]
        assert (message["text"], message["streaming_state"]) == ("abc", "completed")
        ended = client.chat_appendStream(channel="COPS", ts=ts, markdown_text="d")
        assert await code(ended) == "message_not_in_streaming_state"
        assert (await client.chat_update(channel="COPS", ts=ts, text="fixed"))["ok"]


async def test_a_stream_left_alone_for_minutes_has_ended() -> None:
    now = [1_700_000_000.0]
    async with workspace(clock=lambda: now[0]) as (slack, client):
        root = await slack.say("UALICE", "DALICE", "x")
        ts = (await client.chat_startStream(channel="DALICE", thread_ts=root, markdown_text="a"))["ts"]
        now[0] += slack.workspace.timing.stream_idle - 1
        await client.chat_appendStream(channel="DALICE", ts=ts, markdown_text="b")
        now[0] += slack.workspace.timing.stream_idle + 1
        late = client.chat_appendStream(channel="DALICE", ts=ts, markdown_text="c")
        assert await code(late) == "message_not_in_streaming_state"
        assert slack.replies("DALICE", root)[0]["text"] == "ab"
        other = (await client.chat_startStream(channel="DALICE", thread_ts=root, markdown_text="a"))["ts"]
        now[0] += slack.workspace.timing.stream_idle + 1
        assert (await client.chat_update(channel="DALICE", ts=other, text="the way out"))["ok"]


async def test_an_agent_shows_prompts_and_a_status_in_threads_that_exist() -> None:
    async with workspace() as (slack, client):
        prompts = [{"title": "Unhealthy?", "message": "what is unhealthy"}]
        await client.assistant_threads_setSuggestedPrompts(channel_id="DALICE", thread_ts="", prompts=prompts)
        assert (await slack.see("prompts", user="UALICE"))["prompts"] == prompts
        missing = client.assistant_threads_setStatus(channel_id="COPS", thread_ts="1.1", status="x")
        assert await code(missing) == "invalid_thread_ts"
        many = client.assistant_threads_setSuggestedPrompts(
            channel_id="DALICE", thread_ts="", prompts=prompts * 5
        )
        assert await code(many) == "invalid_arguments"


async def test_the_rest_of_the_api_answers() -> None:
    declared = manifest(
        scopes=("links:write", "pins:write", "bookmarks:write", "users.profile:read", "channels:join")
    )
    async with workspace(declared) as (slack, client):
        ts = (await client.chat_postMessage(channel="COPS", text="x"))["ts"]
        link = await client.chat_getPermalink(channel="COPS", message_ts=ts)
        assert link["permalink"].endswith(f"/archives/COPS/p{ts.replace('.', '')}")
        await client.pins_add(channel="COPS", timestamp=ts)
        await client.bookmarks_add(channel_id="COPS", title="t", type="link", link="https://e.example")
        await client.chat_unfurl(channel="COPS", ts=ts, unfurls={"https://e.example": {"text": "t"}})
        later = int(slack.workspace.clock()) + 600
        planned = await client.chat_scheduleMessage(channel="COPS", text="later", post_at=later)
        assert await code(client.chat_scheduleMessage(channel="COPS", text="x", post_at=1)) == "time_in_past"
        listed = await client.chat_scheduledMessages_list()
        assert [m["id"] for m in listed["scheduled_messages"]] == [planned["scheduled_message_id"]]
        soon = await client.chat_scheduleMessage(
            channel="CDEV", text="now", post_at=int(slack.workspace.clock()) + 1
        )
        await slack.wait_for(lambda: slack.workspace.messages.all("CDEV"))
        listed = await client.chat_scheduledMessages_list()
        assert soon["scheduled_message_id"] not in [m["id"] for m in listed["scheduled_messages"]]
        key = planned["scheduled_message_id"]
        await client.chat_deleteScheduledMessage(channel="COPS", scheduled_message_id=key)
        assert (await client.team_info())["team"]["id"] == "TLOCAL"
        assert (await client.bots_info(bot="BALERTS"))["bot"]["name"] == "alerts"
        assert (await client.users_list())["members"]
        assert (await client.users_profile_get(user="UBOB"))["profile"]["real_name"] == "Bob Ortiz"
        assert (await client.usergroups_list(include_users=True))["usergroups"][0]["handle"] == "finance-team"
        made = (await slack.do("channels", user="UBOB", name="open-one"))["channel"]["id"]
        assert (await client.conversations_join(channel=made))["channel"]["is_member"]
        access = await client.api_call("oauth.v2.access", json={"code": "3"})
        assert access["access_token"] == slack.bot_token
        await client.functions_completeSuccess(function_execution_id="Fx1", outputs={})
        await client.functions_completeError(function_execution_id="Fx1", error="no")
