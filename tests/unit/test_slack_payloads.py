"""What the local workspace delivers has the keys of what Slack was recorded to deliver.

Recorded payloads are thinned by whoever recorded them and often legacy, so the test asks two things for each shape:
every key that most recordings of it carry is there, and no key is there that neither a recording, nor Slack's own
blanked sample, nor the list of modern keys below knows.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack
from tests.unit.slack_bots import BUTTONS, bot, manifest, silent

LEGACY = {"authed_users", "authed_teams", "enterprise_id", "enterprise_name", "ssl_check"}
MODERN = {
    "event_callback": {"context_team_id", "context_enterprise_id"},
    "block_actions": {"enterprise", "is_enterprise_install", "state", "view"},
    "view_submission": {"enterprise", "is_enterprise_install", "trigger_id", "response_urls"},
    "view_closed": {"enterprise", "is_enterprise_install"},
    "slash_command": {"api_app_id", "is_enterprise_install"},
    "message": {"app_id", "user_profile", "user_team", "source_team", "thread_ts"},
    "app_mention": {"thread_ts"},
    "app_home_opened": set(),
    "reaction_added": set(),
    "view": {"submit_disabled", "type", "blocks", "state", "private_metadata"},
}


@pytest.fixture(scope="module")
def recorded(shared_data: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared_data / "slack" / "payloads.json").read_text())
    return [item | {"payload": unwrapped(item)} for item in found]


def unwrapped(item: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = item["payload"]
    inside = payload.get("payload") if item["kind"].startswith("envelope:") else None
    return inside if isinstance(inside, dict) else payload


def payloads(recorded: list[dict[str, Any]], kind: str, event: str = "") -> list[dict[str, Any]]:
    found = [item["payload"] for item in recorded if item["kind"] == kind]
    if kind != "event_callback":
        return found
    return [p for p in found if p["event"].get("type") == event and not p["event"].get("subtype")]


def usual(objects: list[dict[str, Any]]) -> set[str]:
    """Keys that more than half of the recordings carry."""
    counts = Counter(key for each in objects for key in each)
    return {key for key, count in counts.items() if count * 2 > len(objects)} - LEGACY


def skeleton(shared_data: Path, *path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared_data.joinpath("slack", "skeletons", *path).read_text())
    return found


def compare(ours: dict[str, Any], theirs: list[dict[str, Any]], sample: dict[str, Any], kind: str) -> None:
    known = {key for each in theirs for key in each} | set(sample) | MODERN[kind]
    assert usual(theirs) <= set(ours), (kind, usual(theirs) - set(ours))
    assert set(ours) <= known, (kind, set(ours) - known)


async def delivered(slack: LocalSlack) -> list[dict[str, Any]]:
    await slack.workspace.courier.quiet()
    return [row.payload for row in slack.workspace.courier.rows]


@pytest.mark.shared
async def test_events_have_the_recorded_keys(recorded: list[dict[str, Any]], shared_data: Path) -> None:
    declared = manifest(scopes=("reactions:read",), events=("reaction_added",))
    async with bot(silent, declared) as slack:
        ts = await slack.say("UALICE", "COPS", "@cloudops hi")
        await slack.do("reactions", user="UBOB", channel="COPS", ts=ts, name="eyes")
        await slack.do("home", user="UALICE")
        told = {payload["event"]["type"]: payload for payload in await delivered(slack)}
    samples = {
        "message": "MessagePayload",
        "app_mention": "AppMentionPayload",
        "reaction_added": "ReactionAddedPayload",
        "app_home_opened": "AppHomeOpenedPayload",
    }
    assert set(told) == set(samples)
    for kind, name in samples.items():
        sample = skeleton(shared_data, "events", f"{name}.json")
        theirs = payloads(recorded, "event_callback", kind)
        every = payloads(recorded, "event_callback", "message") + theirs
        compare(told[kind], every, sample, "event_callback")
        events = [p["event"] for p in theirs if not p["event"].get("bot_id")]
        compare(told[kind]["event"], events, sample["event"] | {"channel_type": ""}, kind)
        grants = [grant for p in every for grant in p.get("authorizations", [])]
        assert set(told[kind]["authorizations"][0]) == usual(grants) | {"enterprise_id"}


@pytest.mark.shared
async def test_interactions_and_commands_have_the_recorded_keys(
    recorded: list[dict[str, Any]], shared_data: Path
) -> None:
    view: dict[str, Any] = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "t"},
        "submit": {"type": "plain_text", "text": "s"},
        "notify_on_close": True,
        "blocks": [{"type": "divider"}],
    }
    async with bot(silent) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        ts = (await client.chat_postMessage(channel="COPS", text="b", blocks=BUTTONS))["ts"]
        await slack.do("clicks", user="UALICE", channel="COPS", ts=ts, action_id="go")
        await slack.do("commands", user="UALICE", channel="COPS", command="/cloudops", text="help")
        for closed in (False, True):
            opened = await client.views_open(trigger_id=slack.workspace.triggers.issue("UALICE"), view=view)
            await slack.do("submissions", user="UALICE", view_id=opened["view"]["id"], closed=closed)
            slack.workspace.views.clear("UALICE")
        told = {p.get("type", "slash_command"): p for p in await delivered(slack) if "event" not in p}
    samples = {
        "block_actions": ("interactive-components", "BlockActionPayload.json"),
        "slash_command": ("slash-commands", "SlashCommandPayload.json"),
        "view_submission": ("views", "ViewSubmissionPayload.json"),
        "view_closed": ("views", "ViewClosedPayload.json"),
    }
    assert set(told) == set(samples)
    for kind, path in samples.items():
        compare(told[kind], payloads(recorded, kind), skeleton(shared_data, "app-backend", *path), kind)
    click, recorded_clicks = told["block_actions"], payloads(recorded, "block_actions")
    buttons = [p["actions"][0] for p in recorded_clicks if p["actions"][0]["type"] == "button"]
    assert usual(buttons) <= set(click["actions"][0])
    containers = [p["container"] for p in recorded_clicks if p.get("container", {}).get("type") == "message"]
    assert usual(containers) == set(click["container"])
    views = [p["view"] for p in payloads(recorded, "view_submission") if p["view"].get("type") == "modal"]
    sample = skeleton(shared_data, "app-backend", "views", "ViewSubmissionPayload.json")["view"]
    compare(told["view_submission"]["view"], views, sample, "view")


@pytest.mark.shared
async def test_envelopes_have_the_recorded_keys(shared_data: Path) -> None:
    from sandbox.slack.delivery.transport import Envelope

    found = json.loads((shared_data / "slack" / "payloads.json").read_text())
    frames = [item["payload"] for item in found if item["kind"].startswith("envelope:")]
    for frame in frames:
        ours = Envelope(frame["type"], {}).frame()
        assert set(frame) <= set(ours), frame["type"]
