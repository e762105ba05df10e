"""Slash commands: declared ones, outside threads, each answered by the app or by Slack's own error."""

from __future__ import annotations

from sandbox.slack.core.compose import with_mentions
from sandbox.slack.core.errors import BadInput, SlackError
from sandbox.slack.core.responses import Origin
from sandbox.slack.local.clicking import outcome
from sandbox.slack.local.inputs import Inputs
from sandbox.slack.payloads.interactions import command as command_payload
from sandbox.slack.posting import whisper
from sandbox.slack.responding import respond
from sandbox.slack.workspace import Json


async def command(inputs: Inputs) -> Json:
    person, name = inputs.person(), inputs.need("command")
    if person.kind == "bot":
        raise BadInput("a bot cannot use slash commands")
    if inputs.text("thread_ts"):
        raise BadInput(f"{name} is not supported in threads. Sorry!")
    channel = inputs.place(person)
    if person.id not in channel.members:
        raise BadInput(f"{person.name} is not in {channel.name}")
    declared = inputs.workspace.manifest.commands.get(name)
    if declared is None or "commands" not in inputs.workspace.manifest.scopes:
        raise BadInput(f"{name} is not a valid command: the app's manifest does not declare it")
    text = inputs.text("text")
    if declared.should_escape:
        workspace = inputs.workspace
        text = with_mentions(text, workspace.people, workspace.channels, labelled=True)
    payload = command_payload(inputs.workspace, person, channel, name, text)
    row, answer = await inputs.workspace.courier.ask("slash_commands", payload)
    found = outcome(row, answer)
    if answer.error:
        text = f'{name} failed with the error "{found["error"]}"'
        slackbot = {"user": "USLACKBOT", "username": "Slackbot", "text": text}
        whispered = whisper(inputs.workspace, channel, person.id, slackbot)
        return found | {"response": whispered.message}
    return found | {"response": _answered(inputs, Origin(person.id, channel.id), answer.body)}


def _answered(inputs: Inputs, origin: Origin, body: object) -> Json | None:
    """What came with the ack. What Slack would not show is an error of the app, said to whoever drives."""
    if body in (None, "", {}):
        return None
    try:
        return respond(inputs.workspace, origin, body)
    except SlackError as error:
        raise BadInput(
            f"the app's answer to the command was refused: {error.code} {error.extra or ''}"
        ) from error
