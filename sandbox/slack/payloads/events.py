"""Events: what is sent at all, and the wrapper that it comes in."""

from __future__ import annotations

import time
from typing import Any, Final

from sandbox.slack.core.channels import Channel
from sandbox.slack.core.copying import copied
from sandbox.slack.core.people import APP_ID, BOT_USER, TEAM
from sandbox.slack.core.stamps import new_id
from sandbox.slack.workspace import Workspace

SCOPE_OF: Final = {
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "channel_created": ("channels:read",),
    "channel_rename": ("channels:read",),
    "group_rename": ("groups:read",),
    "channel_archive": ("channels:read",),
    "file_shared": ("files:read",),
}
FAMILY: Final = {"public": "message.channels", "private": "message.groups", "im": "message.im"}


def emit(workspace: Workspace, event: dict[str, Any], channel: Channel | None = None) -> bool:
    """Send `event` when the manifest subscribes to it, the scope is there and the app is in the channel."""
    name = str(event["type"])
    if name == "message" and channel is not None:
        name = FAMILY[channel.kind]
    if not _heard(workspace, name) or (channel is not None and not _inside(channel, name)):
        return False
    workspace.courier.send_event(wrapped(workspace, event, channel))
    return True


def _heard(workspace: Workspace, name: str) -> bool:
    scopes = SCOPE_OF.get(name, ())
    held = workspace.manifest.scopes
    return name in workspace.manifest.events and (not scopes or any(scope in held for scope in scopes))


def _inside(channel: Channel, name: str) -> bool:
    return BOT_USER in channel.members or name in {"channel_created", "channel_rename"}


def wrapped(workspace: Workspace, event: dict[str, Any], channel: Channel | None) -> dict[str, Any]:
    shared = channel is not None and channel.is_ext_shared
    grant = {
        "enterprise_id": None,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": workspace.verification_token,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": copied(event),
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [grant],
        "is_ext_shared_channel": shared,
        "event_context": f"4-{event['type']}-{TEAM}-{channel.id if channel else event.get('user', '')}",
    }
