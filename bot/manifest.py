"""The Slack app manifest: one source, printed by `python -m bot manifest`, kept in deploy/slack/manifest.json."""

from __future__ import annotations

import json
from typing import Any

from bot.envelope import INVESTIGATE

# Each scope with the reason that the guide prints.
SCOPES = {
    "app_mentions:read": "hear @cloudops",
    "assistant:write": "show the real step while working, suggest prompts",
    "channels:join": "join a new channel whose name says that it belongs to an incident",
    "channels:history": "read replies in threads that the bot is part of",
    "channels:read": "tell shared channels from our own",
    "chat:write": "answer, and edit its own cards",
    "commands": "/cloudops",
    "files:read": "read a log or a manifest that somebody attaches to a question",
    "files:write": "attach full results that do not fit a message",
    "groups:history": "the same in private channels it is invited to",
    "groups:read": "the same in private channels it is invited to",
    "im:history": "talk in direct messages",
    "im:read": "talk in direct messages",
    "im:write": "talk in direct messages",
    "reactions:write": "mark a message as seen where a status cannot be shown",
    "usergroups:read": "roles by Slack user group",
    "users:read": "tell members from guests, bots and people of other companies",
}
EVENTS = (
    "app_context_changed",
    "app_home_opened",
    "app_mention",
    "channel_created",
    "channel_rename",
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
