"""What a person, or the inspector beside the page, sees."""

from __future__ import annotations

from sandbox.slack.core.errors import BadInput
from sandbox.slack.core.people import BOT_USER, TEAM, TEAM_NAME
from sandbox.slack.local.inputs import Inputs
from sandbox.slack.workspace import Json


async def messages(inputs: Inputs) -> Json:
    """A channel from the oldest on, or one thread; with `user`, only where that person sees it."""
    channel = inputs.place(inputs.person()) if inputs.text("user") else inputs.channel()
    thread = inputs.text("thread_ts")
    if thread:
        found = inputs.workspace.messages.thread(channel.id, thread)
    else:
        found = inputs.workspace.messages.top(channel.id)
    statuses = {ts: status for (key, ts), status in inputs.workspace.statuses.items() if key == channel.id}
    return {"messages": found, "statuses": statuses}


async def ephemerals(inputs: Inputs) -> Json:
    person = inputs.person()
    found = [e.as_json() for e in inputs.workspace.ephemerals if e.user == person.id]
    return {"ephemerals": found}


async def views(inputs: Inputs) -> Json:
    """The modals that the person has open, the top one last, and their Home tab."""
    person = inputs.person()
    found = inputs.workspace.views
    return {"views": found.stack(person.id), "home": found.home(person.id)}


async def files(inputs: Inputs) -> Json:
    return {"files": [f.as_slack(inputs.workspace.url) for f in inputs.workspace.files if f.complete]}


async def calls(inputs: Inputs) -> Json:
    wanted = inputs.text("method")
    found = [row for row in inputs.workspace.calls if wanted in {"", row.method}]
    return {"calls": [row.as_json() for row in found[-inputs.count("limit") :]]}


async def deliveries(inputs: Inputs) -> Json:
    found = list(inputs.workspace.courier.rows)
    return {
        "deliveries": [row.as_json() for row in found[-inputs.count("limit") :]],
        "connections": len(inputs.workspace.links),
    }


async def faults(inputs: Inputs) -> Json:
    return {"faults": inputs.workspace.faults.pending()}


async def prompts(inputs: Inputs) -> Json:
    person = inputs.person()
    channel = inputs.workspace.channels.get("D" + person.id[1:])
    if channel is None:
        raise BadInput(f"{person.name} has no conversation with the app")
    return inputs.workspace.prompts.get(channel.id, {"title": "", "prompts": []})


async def overview(inputs: Inputs) -> Json:
    workspace = inputs.workspace
    people = [
        {
            "id": p.id,
            "name": p.name,
            "real_name": p.real_name,
            "title": p.title,
            "kind": p.kind,
            "team": p.team,
        }
        for p in workspace.people
    ]
    channels = [
        {
            "id": c.id,
            "name": c.name,
            "kind": c.kind,
            "members": c.members,
            "is_ext_shared": c.is_ext_shared,
            "is_archived": c.is_archived,
            "topic": c.topic,
        }
        for c in workspace.channels
    ]
    manifest = workspace.manifest
    return {
        "team": {"id": TEAM, "name": TEAM_NAME},
        "people": people,
        "channels": channels,
        "commands": [
            {"command": c.command, "description": c.description, "usage_hint": c.usage_hint}
            for c in manifest.commands.values()
        ],
        "shortcuts": [
            {"callback_id": s.callback_id, "name": s.name, "kind": s.kind} for s in manifest.shortcuts
        ],
        "bot": {"id": BOT_USER, "name": manifest.bot_name, "app": manifest.name},
        "home_tab": manifest.home_tab,
        "messages_tab": manifest.messages_tab,
    }
