"""The Slack app asks for what the code uses, and for nothing else; the guide says why, in six steps."""

import ast
import inspect
import re

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot import envelope, roomevents
from bot.listeners import register
from bot.manifest import EVENTS, SCOPES, manifest
from sandbox.slack import LocalSlack
from sandbox.slack.api.lookup import HISTORY, READ
from sandbox.slack.api.registry import METHODS
from sandbox.slack.core.manifest import AppManifest
from sandbox.slack.payloads.events import FAMILY, SCOPE_OF
from tests.unit.cli_process import ROOT

assert LocalSlack  # fills METHODS
UPLOAD = ("files.getUploadURLExternal", "files.completeUploadExternal")
BY_KIND = {  # a direct message is asked for nothing but what was said in it
    name: {kind: scope for kind, scope in READ.items() if kind != "im"}
    for name in ("conversations.info", "conversations.list")
} | {
    "conversations.history": HISTORY,
    "conversations.replies": HISTORY,
}
GUIDE = (ROOT / "docs/slack-setup.md").read_text()


def called() -> set[str]:
    """Every method of Slack's client that a name or a text of the bot's code spells."""
    words: set[str] = set()
    for file in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute):
                words.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
    spelled = {name for name, one in vars(AsyncWebClient).items() if inspect.iscoroutinefunction(one)}
    methods = {name.replace(".", "_"): (name,) for name in METHODS} | {"files_upload_v2": UPLOAD}
    return {name for word in words & spelled for name in methods[word]}


CALLED = called()


def enough(scopes: set[str]) -> list[str]:
    """What of the bot's would be refused or unheard with these scopes."""
    app = AppManifest.read(manifest())
    lacking = [m for m in CALLED if METHODS[m].scopes and not scopes & set(METHODS[m].scopes)]
    for name, needed in BY_KIND.items():
        lacking += [f"{name} ({kind})" for kind, scope in needed.items() if scope not in scopes]
    lacking += [event for event in EVENTS if SCOPE_OF.get(event) and not scopes & set(SCOPE_OF[event])]
    lacking += ["slash command"] if app.commands and "commands" not in scopes else []
    return lacking


def test_the_scan_of_the_code_finds_calls_however_they_are_spelled():
    assert {
        "auth.test",
        "chat.postMessage",
        "users.info",
        "views.open",
        "conversations.join",
        *UPLOAD,
    } <= CALLED


def test_every_method_called_has_its_scope():
    assert enough(set(SCOPES)) == []


@pytest.mark.parametrize("scope", SCOPES)
def test_without_any_one_scope_something_of_the_bot_would_be_refused(scope):
    assert enough(set(SCOPES) - {scope})


@pytest.mark.parametrize("scope", SCOPES)
def test_what_a_scope_says_that_it_is_for_is_called_or_heard_and_takes_that_scope(scope):
    need = SCOPES[scope]
    assert need.calls or need.events or need.features
    assert set(need.calls) <= CALLED
    assert set(need.events) <= set(EVENTS)
    assert set(need.features) <= set(manifest()["features"])
    for event in need.events:
        assert scope in SCOPE_OF[event]
    for name in need.calls:
        assert scope in METHODS[name].scopes


def test_every_method_and_event_is_said_with_a_scope_or_takes_none():
    said = {name for need in SCOPES.values() for name in (*need.calls, *need.events)}
    free = {name for name in CALLED if not METHODS[name].scopes} | {e for e in EVENTS if e not in SCOPE_OF}
    assert said | free == CALLED | set(EVENTS)


def test_every_event_subscribed_is_listened_for_and_every_one_listened_for_is_subscribed():
    assert {event.partition(".")[0] for event in EVENTS} == envelope.HEARD | roomevents.NAMED | {
        roomevents.JOINED
    }
    assert {event for event in EVENTS if event.startswith("message.")} == set(FAMILY.values())


@pytest.mark.parametrize("event", sorted(envelope.HEARD))
def test_no_event_that_is_listened_for_is_ignored_for_its_kind(event):
    delivery = envelope.read({"event": {"type": event, "tab": "home", "user": "U1", "channel": "C1"}}, "UBOT")
    assert not delivery.why_ignored.startswith("event ")
    assert envelope.read({"event": {"type": "star_added"}}, "UBOT").why_ignored == "event star_added"


def test_commands_and_shortcuts_of_the_manifest_are_those_that_the_code_takes():
    app = AppManifest.read(manifest())
    assert {shortcut.callback_id for shortcut in app.shortcuts} == {envelope.INVESTIGATE}
    assert set(app.commands) == {register.COMMAND}


def test_the_guide_has_at_most_six_steps_and_says_each_scopes_reason():
    assert 0 < len(re.findall(r"^## \d\. ", GUIDE, re.MULTILINE)) <= 6
    for scope, need in SCOPES.items():
        assert f"| `{scope}` | {need.why} |" in GUIDE


@pytest.mark.parametrize("page", ["README.md", "docs/quick-start.md"])
def test_the_pages_that_begin_lead_to_the_guide_and_say_the_same_steps(page):
    text = (ROOT / page).read_text()
    assert "slack-setup.md" in text
    steps = text.partition("in six steps\n")[2].partition("\n## ")[0] if page == "README.md" else text
    for word in (
        "python -m bot manifest",
        "connections:write",
        ".env.example",
        "python -m bot doctor",
        "python -m bot run",
    ):
        assert word in steps
        assert word in GUIDE
    assert len(re.findall(r"^(?:## )?\d\. ", steps, re.MULTILINE)) == 6
