"""`settings me`: what a person set for themselves. In Slack the words alone open a form; it may all be typed, too."""

from __future__ import annotations

from agents.outcomes import Answer, Failure, Outcome, Question
from bot.commands.context import NOTHING, Ctx
from bot.commands.grammar import Parsed
from bot.mine import NAMES, Mine, checked, quiet_words
from bot.replies.blocks import Message, actions, button, section
from bot.replies.mysettings import MY_SETTINGS
from storage.errors import StoreUnavailable
from storage.preferences import Preferences

UNREAD = Failure("Your settings cannot be read or written.", NOTHING, "Try again in a minute.", "store")


async def settings(ctx: Ctx, parsed: Parsed) -> Outcome | Message:
    mine = Mine(ctx.core.db, ctx.core.trail, ctx.core.clock)
    name, value = parsed.word(0).lower(), parsed.word(1)
    try:
        if not name:
            return _shown(ctx, await mine.of(ctx.actor, ctx.place.workspace))
        if name not in NAMES or not value:
            return Question(
                f"Say what of {', '.join(NAMES)} and its value; `none` takes it back.",
                ("settings me", "settings me zone Europe/Berlin", "settings me verbosity short"),
            )
        columns, problems = checked({name: value})
        if problems:
            return Question(problems[name], ("settings me",))
        row = await mine.change(ctx.request, columns)
    except StoreUnavailable:
        return UNREAD
    return Answer(f"Noted. {spoken(row)}", model="no model")


def spoken(row: Preferences) -> str:
    """All of it in sentences."""
    scope = ", ".join(
        f"{name} {value}"
        for name in ("service", "cluster", "namespace", "compartment")
        if (value := getattr(row, name))
    )
    quiet = quiet_words(row)
    return " ".join(
        (
            f"Times: {row.zone or 'UTC in text, and your own clock where Slack shows a date'}.",
            f"Answers: {row.verbosity or 'normal'}.",
            f"Where I look when nothing is named and the channel has no scope: {scope or 'nowhere in particular'}.",
            f"Quiet hours: {quiet + ' by the clock of ' + (row.zone or 'your Slack profile') if quiet else 'none'}.",
            "Language: English, the only one that I speak.",
        )
    )


def _shown(ctx: Ctx, row: Preferences) -> Message:
    text = ctx.out.mrkdwn(spoken(row))
    lines = text.replace(". ", ".\n")
    change = button("Change my settings", MY_SETTINGS, "settings me")
    return ctx.message(text, [section(lines), actions("settings", [change])])
