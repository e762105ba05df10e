"""Who sent a delivery and whether it is for us: from the envelope alone."""

import json

import pytest

from bot.envelope import Delivery, read, without_mention

BOT = "UCLOUDOPS"


def event(team="T1", **fields):
    external = fields.pop("external", False)
    inner = {
        "type": "message",
        "user": "U1",
        "text": "hello",
        "channel": "C1",
        "ts": "1.000001",
        "channel_type": "channel",
    }
    return {
        "type": "event_callback",
        "team_id": team,
        "event_id": "Ev1",
        "is_ext_shared_channel": external,
        "authorizations": [{"team_id": team, "user_id": BOT, "is_bot": True}],
        "event": {**inner, **fields},
    }


def test_a_mention_claims_both_of_its_keys():
    delivery = read(event(type="app_mention", text=f"<@{BOT}> hi"), BOT)
    assert delivery.kind == "mention"
    assert delivery.keys == ("event:Ev1", "message:T1:C1:1.000001")


def test_the_message_copy_of_a_mention_claims_nothing():
    delivery = read(event(text=f"<@{BOT}> hi"), BOT)
    assert (delivery.kind, delivery.keys) == ("ignored", ())


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"channel_type": "im", "channel": "D1"}, "dm"),
        ({"thread_ts": "0.9"}, "reply"),
        ({}, "ignored"),
        ({"bot_id": "B1"}, "ignored"),
        ({"subtype": "channel_join"}, "ignored"),
        ({"subtype": "message_deleted"}, "ignored"),
        ({"subtype": "file_share", "channel_type": "im"}, "dm"),
        ({"type": "app_home_opened", "tab": "home"}, "home"),
        ({"type": "app_home_opened", "tab": "messages"}, "agent"),
        ({"type": "reaction_added", "reaction": "white_check_mark"}, "ignored"),
        ({"user": BOT, "channel_type": "im"}, "ignored"),
    ],
)
def test_what_is_for_us(fields, kind):
    assert read(event(**fields), BOT).kind == kind


def test_A18_a_reaction_never_becomes_work():
    assert read(event(type="reaction_added"), BOT).kind == "ignored"


def test_an_edit_that_addresses_the_bot_is_told_apart():
    body = event(
        subtype="message_changed",
        message={"user": "U1", "text": f"<@{BOT}> new", "ts": "1.000001"},
        previous_message={"text": f"<@{BOT}> old"},
    )
    delivery = read(body, BOT)
    assert (delivery.kind, delivery.user) == ("edit", "U1")


@pytest.mark.parametrize("field", ["user_team", "source_team"])
def test_an_outsiders_message_belongs_to_their_own_team(field):
    delivery = read(event(type="app_mention", external=True, **{field: "TOUT"}), BOT)
    assert (delivery.workspace, delivery.actor_team) == ("T1", "TOUT")


def test_in_a_shared_channel_a_missing_team_is_nobodys():
    assert read(event(type="app_mention", external=True), BOT).actor_team == ""


def test_an_outsiders_click_shows_only_in_the_user_object():
    body = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "UEVE", "team_id": "TOUT"},
        "channel": {"id": "C1"},
        "trigger_id": "1.2.3",
        "message": {"ts": "5.0", "thread_ts": "4.0"},
        "actions": [{"action_id": "approve", "value": "p1", "action_ts": "9.9"}],
    }
    delivery = read(body, BOT)
    assert (delivery.kind, delivery.workspace, delivery.actor_team, delivery.thread) == (
        "action",
        "T1",
        "TOUT",
        "4.0",
    )
    assert delivery.keys == ("interaction:1.2.3:9.9",)


def test_a18_a_button_on_a_message_of_another_app_is_not_for_us():
    body = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "UBOB", "team_id": "T1"},
        "channel": {"id": "C1"},
        "trigger_id": "1.2.3",
        "actions": [{"action_id": "plan:approve", "value": "plan_1", "action_ts": "9.9"}],
    }
    assert read({**body, "message": {"ts": "5.0", "user": BOT}}, BOT).kind == "action"
    assert read({**body, "message": {"ts": "5.0", "user": "UOTHERAPP"}}, BOT).kind == "ignored"


@pytest.mark.parametrize(("channel", "private"), [("D0AB", True), ("C0AB", False), ("G0AB", False)])
def test_r7_a_channel_with_the_name_of_direct_messages_is_none(channel, private):
    body = {
        "command": "/cloudops",
        "text": "help",
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": channel,
        "channel_name": "directmessage",
        "trigger_id": "1",
    }
    assert read(body, BOT).in_dm is private


def test_the_bots_own_mention_is_removed_and_others_stay():
    assert without_mention(f"<@{BOT}> ask <@U2> please", BOT) == "ask <@U2> please"


@pytest.mark.shared
def test_recorded_payloads_never_raise(shared_data):
    for entry in json.loads((shared_data / "slack" / "payloads.json").read_text()):
        payload = entry["payload"]
        inner = payload.get("payload") if isinstance(payload, dict) else None
        assert isinstance(read(inner if isinstance(inner, dict) else payload, BOT), Delivery)


@pytest.mark.shared
def test_blank_skeletons_never_raise(shared_data):
    for path in (shared_data / "slack" / "skeletons").rglob("*.json"):
        body = json.loads(path.read_text())
        assert isinstance(read(body, BOT), Delivery)
        if isinstance(body, dict):
            assert isinstance(read({**body, "type": "event_callback"}, BOT), Delivery)


CHANNEL = {"type": "slack#/types/channel_id", "value": "COPS", "team_id": "T1"}


@pytest.mark.parametrize(
    ("context", "viewing"),
    [
        ({"entities": [{"type": "slack#/types/canvas_id", "value": "F1"}, CHANNEL]}, "COPS"),
        ({"entities": []}, ""),
        ({"entities": "COPS"}, ""),
        ({"entities": [None, 3, {"type": "slack#/types/channel_id", "value": {"x": 1}}]}, ""),
        ({}, ""),
        ("COPS", None),
        (None, None),
    ],
)
def test_what_a_person_looks_at_is_the_first_channel_that_slack_names(context, viewing):
    event = {"type": "app_context_changed", "user": "U1", "channel": "D1", "context": context}
    found = read({"type": "event_callback", "team_id": "T1", "event_id": "E1", "event": event}, "UBOT")
    assert (found.kind, found.channel, found.viewing) == ("agent", "D1", viewing)
