"""People talking: messages, edits, deletions, reactions, files, new channels."""

from __future__ import annotations

import base64
import binascii
import uuid
from typing import Final

from sandbox.slack.channelling import NAME, create, invite, rename
from sandbox.slack.core.channels import Channel
from sandbox.slack.core.compose import rich_text, with_mentions
from sandbox.slack.core.errors import BadInput
from sandbox.slack.core.messages import Message
from sandbox.slack.core.people import TEAM, Person
from sandbox.slack.local.inputs import Inputs
from sandbox.slack.posting import edit, post, remove
from sandbox.slack.reacting import react
from sandbox.slack.sharing import share
from sandbox.slack.validation import limits
from sandbox.slack.workspace import Json

LARGEST: Final = 8 * 1024 * 1024


async def say(inputs: Inputs) -> Json:
    person = inputs.person()
    channel = writable(inputs, person)
    content = _written(inputs, person, inputs.need("text"))
    message = post(inputs.workspace, channel, content, thread_ts=thread(inputs, channel))
    return {"ts": message["ts"], "channel": channel.id}


async def change(inputs: Inputs) -> Json:
    person, channel, message = _own(inputs)
    content = _written(inputs, person, inputs.need("text"))
    changes: Json = {key: content[key] for key in ("text", "blocks") if key in content}
    edit(inputs.workspace, channel, message, changes, editor=person.id)
    return {"ts": message["ts"]}


async def delete(inputs: Inputs) -> Json:
    _, channel, message = _own(inputs)
    remove(inputs.workspace, channel, message)
    return {"ts": message["ts"]}


async def reaction(inputs: Inputs) -> Json:
    person = inputs.person()
    channel = inputs.place(person)
    name = inputs.need("name").strip(":")
    if not react(inputs.workspace, channel, inputs.message(channel), person.id, name):
        raise BadInput(f"{person.name} has reacted with {name} already")
    return {}


async def channel(inputs: Inputs) -> Json:
    person, name = inputs.person(), inputs.need("name").removeprefix("#")
    if not NAME.fullmatch(name):
        raise BadInput(f"{name!r} is no channel name: lower case letters, digits, - and _ only")
    if inputs.workspace.channels.named(name) is not None:
        raise BadInput(f"there is a channel {name} already")
    for user in inputs.names("members"):
        if inputs.workspace.people.get(user) is None:
            raise BadInput(f"members: there is nobody with the id {user}")
    members = list(dict.fromkeys([person.id, *inputs.names("members")]))
    made = create(inputs.workspace, name, members, private=inputs.flag("private"), creator=person.id)
    return {"channel": made.as_slack()}


async def renaming(inputs: Inputs) -> Json:
    """Give a channel another name."""
    person, name = inputs.person(), inputs.need("name").removeprefix("#")
    place = inputs.place(person)
    if not NAME.fullmatch(name) or inputs.workspace.channels.named(name) is not None:
        raise BadInput(f"{name!r} is no channel name, or there is such a channel already")
    rename(inputs.workspace, place, name)
    return {"channel": place.as_slack()}


async def invitation(inputs: Inputs) -> Json:
    """Bring somebody, the app included, into a channel."""
    person = inputs.person()
    place, invited = inputs.place(person), inputs.person("invited")
    if person.id not in place.members or place.kind == "im":
        raise BadInput(f"{person.name} cannot invite anybody into {place.name}")
    if invited.id in place.members:
        raise BadInput(f"{invited.name} is in {place.name} already")
    invite(inputs.workspace, place, invited.id, inviter=person.id)
    return {"channel": place.as_slack()}


async def upload(inputs: Inputs) -> Json:
    person = inputs.person()
    place, name = writable(inputs, person), inputs.need("name")
    content = _decoded(inputs.need("content_base64"))
    workspace = inputs.workspace
    file = workspace.files.expect(name, len(content), person.id, int(workspace.clock()))
    file.title, file.complete, file.ticket = name, True, ""
    workspace.files.receive(file, content)
    said = _written(inputs, person, inputs.text("text"))
    message = share(workspace, place, [file], said, thread(inputs, place))
    return {"file": file.as_slack(workspace.url), "ts": message["ts"]}


def _decoded(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadInput("content_base64 is not base64") from error
    if not content or len(content) > LARGEST:
        raise BadInput(f"a file has 1 to {LARGEST} bytes, not {len(content)}")
    return content


def writable(inputs: Inputs, person: Person) -> Channel:
    channel = inputs.place(person)
    if channel.is_archived:
        raise BadInput(f"{channel.name} is archived")
    if person.id not in channel.members:
        raise BadInput(f"{person.name} is not in {channel.name}")
    if channel.kind == "im" and not inputs.workspace.manifest.messages_tab:
        raise BadInput("the manifest does not let people write to this app (app_home.messages_tab_enabled)")
    return channel


def thread(inputs: Inputs, channel: Channel) -> str:
    ts = inputs.text("thread_ts")
    if ts and inputs.workspace.messages.get(channel.id, ts) is None:
        raise BadInput(f"there is no message {ts} in {channel.name} to answer")
    return ts


def _written(inputs: Inputs, person: Person, text: str) -> Json:
    """What the composer makes of the typing; a webhook's text stays as it is."""
    if len(text) > limits.MESSAGE_TEXT:
        raise BadInput(f"a message has at most {limits.MESSAGE_TEXT} characters, not {len(text)}")
    if person.kind == "bot":
        return {"subtype": "bot_message", "bot_id": person.bot_id, "username": person.name, "text": text}
    workspace = inputs.workspace
    text = with_mentions(text, workspace.people, workspace.channels)
    who: Json = {"user": person.id, "team": person.team or TEAM, "client_msg_id": str(uuid.uuid4())}
    return who | {"text": text} | ({"blocks": [rich_text(text)]} if text else {})


def _own(inputs: Inputs) -> tuple[Person, Channel, Message]:
    person = inputs.person()
    channel = inputs.place(person)
    message = inputs.message(channel)
    if message.get("user") != person.id:
        raise BadInput(f"{person.name} did not write that message")
    return person, channel, message
