"""auth.test, apps.connections.open, team and bot information, and the OAuth exchange."""

from __future__ import annotations

from sandbox.slack.api.registry import Call, method
from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.people import APP_ID, BOT_ID, BOT_USER, TEAM, TEAM_DOMAIN, TEAM_NAME
from sandbox.slack.workspace import Json


@method("api.test", kind="none")
async def api_test(call: Call) -> Json:
    if "error" in call.args:
        raise SlackError(call.args.text("error"), args=call.args.values)
    return {"args": call.args.values}


@method("auth.test")
async def auth_test(call: Call) -> Json:
    return {
        "url": f"{call.workspace.url}/",
        "team": TEAM_NAME,
        "user": call.workspace.manifest.bot_name,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


@method("auth.revoke")
async def auth_revoke(call: Call) -> Json:
    return {"revoked": not call.args.flag("test")}


@method("apps.connections.open", kind="app")
async def connections_open(call: Call) -> Json:
    address = call.workspace.url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={call.workspace.links.ticket()}&app_id={APP_ID}"}


@method("team.info")
async def team_info(call: Call) -> Json:
    del call
    return {"team": {"id": TEAM, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "email_domain": "", "icon": {}}}


@method("bots.info")
async def bots_info(call: Call) -> Json:
    wanted = call.args.text("bot", BOT_ID)
    found = next((p for p in call.workspace.people if p.bot_id == wanted), None)
    if found is None:
        raise SlackError("bot_not_found")
    app = {"app_id": APP_ID} if wanted == BOT_ID else {}
    return {
        "bot": {"id": wanted, "deleted": False, "name": found.name, "user_id": found.id, "icons": {}, **app}
    }


@method("oauth.v2.access", kind="none")
async def oauth_access(call: Call) -> Json:
    """A code, or a refresh token where rotation is used, for the one installation that there is."""
    refresh = call.args.text("grant_type") == "refresh_token"
    if refresh and not call.args.text("refresh_token"):
        raise SlackError("invalid_refresh_token")
    if not refresh and not call.args.text("code"):
        raise SlackError("invalid_code")
    return {
        "app_id": APP_ID,
        "access_token": call.workspace.bot_token,
        "token_type": "bot",
        "scope": ",".join(sorted(call.workspace.manifest.scopes)),
        "bot_user_id": BOT_USER,
        "team": {"id": TEAM, "name": TEAM_NAME},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": "UBOB"},
    }
