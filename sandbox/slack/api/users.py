"""People and user groups."""

from __future__ import annotations

from sandbox.slack.api.lookup import person_of
from sandbox.slack.api.pages import paged
from sandbox.slack.api.registry import Call, method
from sandbox.slack.core.errors import SlackError
from sandbox.slack.workspace import Json


def _with_email(call: Call) -> bool:
    return "users:read.email" in call.workspace.manifest.scopes


@method("users.info", "users:read")
async def info(call: Call) -> Json:
    return {"user": person_of(call).as_slack(with_email=_with_email(call))}


@method("users.list", "users:read")
async def list_people(call: Call) -> Json:
    """Somebody of another company is known by `users.info` only."""
    people = [
        person.as_slack(with_email=_with_email(call))
        for person in call.workspace.people
        if person.kind != "stranger"
    ]
    part, cursor = paged(call, people)
    return {
        "members": part,
        "cache_ts": int(call.workspace.clock()),
        "response_metadata": {"next_cursor": cursor},
    }


@method("users.lookupByEmail", "users:read.email")
async def by_email(call: Call) -> Json:
    found = call.workspace.people.by_email(call.args.need("email"))
    if found is None or found.kind in {"stranger", "deactivated"}:
        raise SlackError("users_not_found")
    return {"user": found.as_slack(with_email=True)}


@method("users.profile.get", "users.profile:read")
async def profile(call: Call) -> Json:
    return {"profile": person_of(call).as_slack(with_email=_with_email(call))["profile"]}


@method("usergroups.list", "usergroups:read")
async def groups(call: Call) -> Json:
    with_users = call.args.flag("include_users")
    return {"usergroups": [g.as_slack(with_users=with_users) for g in call.workspace.people.groups.values()]}


@method("usergroups.users.list", "usergroups:read")
async def group_members(call: Call) -> Json:
    found = call.workspace.people.groups.get(call.args.need("usergroup"))
    if found is None:
        raise SlackError("no_such_subteam")
    return {"users": list(found.users)}
