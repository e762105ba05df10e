"""The Slack app manifest: one source, printed by `python -m bot manifest`, kept in deploy/slack/manifest.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bot.envelope import INVESTIGATE


@dataclass(frozen=True, slots=True)
class Scope:
    """Why it is asked for, and what of the code needs it: methods called, events heard, features of the app."""

    why: str
    calls: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    features: tuple[str, ...] = ()


READS = ("conversations.history", "conversations.replies")
# The smallest set: a test holds it against what the code calls and hears. The guide and the doctor print the reasons.
SCOPES = {
    "app_mentions:read": Scope("hear @cloudops", events=("app_mention",)),
    "assistant:write": Scope(
        "be an agent of Slack: show the real step while working, suggest prompts",
        ("assistant.threads.setStatus", "assistant.threads.setSuggestedPrompts"),
        features=("agent_view",),
    ),
    "channels:history": Scope(
        "read replies in threads that it is part of, alerts of other apps, and an incident's channel that it comes to",
        READS,
        ("message.channels",),
    ),
    "channels:join": Scope(
        "join a new channel whose name says that it belongs to an incident", ("conversations.join",)
    ),
    "channels:read": Scope(
        "tell shared channels from our own; hear of new and renamed ones, and who invited it",
        ("conversations.info", "conversations.list"),
        ("channel_created", "channel_rename", "member_joined_channel"),
    ),
    "chat:write": Scope(
        "answer, also while the answer is made, and edit its own cards; never in a channel that it is not in",
        (
            "chat.postMessage",
            "chat.postEphemeral",
            "chat.update",
            "chat.startStream",
            "chat.appendStream",
            "chat.stopStream",
        ),
    ),
    "commands": Scope("/cloudops, and Investigate on a message", features=("slash_commands", "shortcuts")),
    "files:read": Scope("read a log or a manifest that somebody attaches to a question", ("files.info",)),
    "files:write": Scope(
        "attach full results that do not fit a message",
        ("files.getUploadURLExternal", "files.completeUploadExternal"),
    ),
    "groups:history": Scope(
        "the same as channels:history in private channels it is invited to", READS, ("message.groups",)
    ),
    "groups:read": Scope(
        "the same as channels:read in private channels it is invited to",
        ("conversations.info", "conversations.list"),
        ("group_rename", "member_joined_channel"),
    ),
    "im:history": Scope("hear what is written to it in direct messages", READS, ("message.im",)),
    "im:write": Scope("hand a file to one person alone", ("conversations.open",)),
    "usergroups:read": Scope("roles by Slack user group", ("usergroups.users.list",)),
    "users:read": Scope("tell members from guests, bots and people of other companies", ("users.info",)),
}
EVENTS = (
    "app_context_changed",
    "app_home_opened",
    "app_mention",
    "channel_created",
    "channel_rename",
    "group_rename",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "message.im",
)
PROMPTS = (
    ("What is unhealthy?", "what is unhealthy right now?"),
    ("Why is it failing?", "why is checkout failing?"),
    ("What changed?", "what changed in the last hour?"),
    ("What may I do?", "help"),
)


def manifest(*, socket_mode: bool = True, public_url: str = "") -> dict[str, Any]:
    """The manifest for Socket Mode, or for signed HTTP delivery to `public_url`."""
    address = {} if socket_mode else {"request_url": f"{public_url.rstrip('/')}/slack/events"}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "CloudOps",
            "description": "Answers about your clusters and cloud with evidence; changes only what people approved.",
            "background_color": "#1f2937",
        },
        "features": {
            "agent_view": {
                "agent_description": "Ask why something fails, what changed, who may do what. "
                "Every claim names its evidence; every change waits for people.",
                "suggested_prompts": [{"title": title, "message": message} for title, message in PROMPTS],
            },
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "cloudops", "always_online": True},
            "shortcuts": [
                {
                    "name": "Investigate",
                    "type": "message",
                    "callback_id": INVESTIGATE,
                    "description": "Finds out why the pod or service that this message names is failing",
                }
            ],
            "slash_commands": [
                {
                    "command": "/cloudops",
                    "description": "Ask, look, propose, approve",
                    "usage_hint": "help | ask | health | alarms | metrics | logs | cost | budget | iam | resources | k8s | plans | status | whoami",
                    "should_escape": True,
                    **({} if socket_mode else {"url": address["request_url"]}),
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS), **address},
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def manifest_text(**options: Any) -> str:
    return json.dumps(manifest(**options), indent=2) + "\n"
