"""Slack: do the tokens work, and does the installed app have what our manifest asks for?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bot.cli.checks.events import events
from bot.cli.checks.line import Line, fine, wrong

if TYPE_CHECKING:
    from bot.settings import Settings

PASTE = "python -m bot manifest, paste it into the app's manifest and install the app again"


async def slack(settings: Settings) -> list[Line]:
    from bot.settings import SettingsError

    try:
        settings.need_slack()
    except SettingsError as error:
        return [
            wrong("slack", problem, "create the app from the manifest and set its tokens")
            for problem in error.problems
        ]
    lines = await _bot_token(settings)
    if settings.slack_mode == "socket":
        lines.append(await _app_token(settings))
    else:
        lines.append(await events(settings))
    return lines


async def _bot_token(settings: Settings) -> list[Line]:
    token = settings.slack_bot_token
    answer, problem = await _ask(
        settings, lambda client: client.auth_test(), token.get_secret_value() if token else ""
    )
    if problem:
        return [wrong("slack", f"SLACK_BOT_TOKEN: {problem}", "copy the bot token of the installed app")]
    lines = [fine("slack", f"bot {answer.get('user')} in {answer.get('team')} ({answer.get('team_id')})")]
    return [*lines, _scopes(answer.headers)]


def _scopes(headers: Any) -> Line:
    from bot.manifest import SCOPES

    lowered = {str(key).lower(): str(value) for key, value in dict(headers or {}).items()}
    granted = {scope.strip() for scope in lowered.get("x-oauth-scopes", "").split(",") if scope.strip()}
    missing = sorted(set(SCOPES) - granted)
    if missing:
        reasons = "; ".join(f"{scope} ({SCOPES[scope].why})" for scope in missing)
        return wrong("scopes", f"the app lacks {reasons}", PASTE)
    extra = sorted(granted - set(SCOPES))
    return fine(
        "scopes", f"{len(SCOPES)} as in the manifest" + (f"; not needed: {', '.join(extra)}" if extra else "")
    )


async def _app_token(settings: Settings) -> Line:
    token = settings.slack_app_token
    value = token.get_secret_value() if token else ""
    _, problem = await _ask(settings, lambda client: client.apps_connections_open(app_token=value), value)
    if problem:
        return wrong(
            "socket", f"SLACK_APP_TOKEN: {problem}", "an app-level token with connections:write is needed"
        )
    return fine("socket", "Socket Mode opens")


async def _ask(settings: Settings, call: Callable[[Any], Awaitable[Any]], token: str) -> tuple[Any, str]:
    """The answer, or in words what was wrong; Slack's error words hold no secrets."""
    import aiohttp
    from slack_sdk.errors import SlackApiError

    from bot.slackclient import NotSlackError, web_client

    client = web_client(token, settings.slack_api_url, seconds=5)
    try:
        return await call(client), ""
    except SlackApiError as error:
        return None, f"Slack says {error.response.get('error', 'no')}"
    except NotSlackError as error:
        return None, f"SLACK_API_URL is answered by something else ({error})"
    except (TimeoutError, aiohttp.ClientError, OSError):
        return None, "SLACK_API_URL cannot be reached"
