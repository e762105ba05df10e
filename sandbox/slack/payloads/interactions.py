"""What people do, as the app gets it: commands, clicks, submissions, closed views, shortcuts."""

from __future__ import annotations

from typing import Final

from sandbox.slack.core.channels import Channel
from sandbox.slack.core.copying import copied
from sandbox.slack.core.messages import Message, without_metadata
from sandbox.slack.core.people import APP_ID, TEAM, TEAM_DOMAIN, Person
from sandbox.slack.core.responses import Origin
from sandbox.slack.workspace import Json, Workspace

FLAGS: Final = {"enterprise": None, "is_enterprise_install": False}


def command(workspace: Workspace, person: Person, channel: Channel, name: str, text: str) -> Json:
    path = workspace.responses.issue(Origin(person.id, channel.id))
    return {
        "token": workspace.verification_token,
        "team_id": TEAM,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": workspace.url + path,
        "trigger_id": workspace.triggers.issue(person.id),
    }


def click_on_message(
    workspace: Workspace, person: Person, channel: Channel, message: Message, action: Json, *, ephemeral: bool
) -> Json:
    origin = Origin(person.id, channel.id, message["ts"], ephemeral)
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.get("thread_ts"):
        container["thread_ts"] = message["thread_ts"]
    payload = _base(workspace, person, "block_actions") | {
        "container": container,
        "trigger_id": workspace.triggers.issue(person.id),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": copied(workspace.choices.get((person.id, message["ts"]), {}))},
        "response_url": workspace.url + workspace.responses.issue(origin),
        "actions": [action],
    }
    return payload if ephemeral else payload | {"message": copied(without_metadata(message))}


def click_on_view(workspace: Workspace, person: Person, view: Json, action: Json) -> Json:
    return _base(workspace, person, "block_actions") | {
        "container": {"type": "view", "view_id": view["id"]},
        "trigger_id": workspace.triggers.issue(person.id),
        "view": copied(view),
        "actions": [action],
    }


def submission(workspace: Workspace, person: Person, view: Json) -> Json:
    return _base(workspace, person, "view_submission") | {
        "trigger_id": workspace.triggers.issue(person.id),
        "view": copied(view),
        "response_urls": _response_urls(workspace, person, view),
    }


def closed(workspace: Workspace, person: Person, view: Json, *, cleared: bool) -> Json:
    return _base(workspace, person, "view_closed") | {"view": copied(view), "is_cleared": cleared}


def message_shortcut(
    workspace: Workspace, person: Person, channel: Channel, message: Message, callback_id: str
) -> Json:
    origin = Origin(person.id, channel.id, message["ts"])
    return _base(workspace, person, "message_action") | {
        "callback_id": callback_id,
        "action_ts": workspace.stamps.next(),
        "trigger_id": workspace.triggers.issue(person.id),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message_ts": message["ts"],
        "message": copied(without_metadata(message)),
        "response_url": workspace.url + workspace.responses.issue(origin),
    }


def global_shortcut(workspace: Workspace, person: Person, callback_id: str) -> Json:
    return _base(workspace, person, "shortcut") | {
        "callback_id": callback_id,
        "action_ts": workspace.stamps.next(),
        "trigger_id": workspace.triggers.issue(person.id),
    }


def channel_name(channel: Channel) -> str:
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)


def _base(workspace: Workspace, person: Person, kind: str) -> Json:
    """The person carries their own team; the installed one is `team`."""
    return {
        "type": kind,
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "user": person.in_payload(),
        "api_app_id": APP_ID,
        "token": workspace.verification_token,
        **FLAGS,
    }


def _response_urls(workspace: Workspace, person: Person, view: Json) -> list[Json]:
    """One for each channel menu of the form that asked for it."""
    found: list[Json] = []
    for block in view.get("blocks", []):
        element = block.get("element") or {}
        if not element.get("response_url_enabled"):
            continue
        chosen = view["state"]["values"].get(block["block_id"], {}).get(element["action_id"], {})
        channel = chosen.get("selected_channel") or chosen.get("selected_conversation")
        if channel:
            address = workspace.url + workspace.responses.issue(Origin(person.id, channel))
            place = {"block_id": block["block_id"], "action_id": element["action_id"]}
            found.append({**place, "channel_id": channel, "response_url": address})
    return found
