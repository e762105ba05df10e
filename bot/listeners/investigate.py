"""The message shortcut: why is the pod or service failing that a message names? Answered in that message's thread.

The message may be anybody's, so its words order nothing: only a name is taken from it, and asked about in words of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from agents.outcomes import Question, Refusal
from bot.core import Core
from bot.intake import Admitted
from bot.outgoing import SlackRefusesError
from bot.progress import Quiet
from bot.replies.answer import Footer, render
from bot.replies.blocks import Message
from bot.responding import Responding
from bot.turns import Turns

MOST = 5
QUESTION = "why is {} failing?"
_MADE = "[bcdfghjklmnpqrstvwxz2456789]"  # what Kubernetes makes names of
_NAME = r"(?<![\w./-])(?P<name>[a-z][a-z0-9-]{0,60}?)"
_PODS = (
    re.compile(rf"{_NAME}-{_MADE}{{6,10}}-{_MADE}{{5}}(?![\w-])"),  # of a Deployment
    re.compile(rf"{_NAME}-(?:0|[1-9]\d?)(?![\w-])"),  # of a StatefulSet
    re.compile(rf"{_NAME}-(?=[\d]*[a-z]){_MADE}{{5}}(?![\w-])"),  # of a DaemonSet or a Job
)
# What is written with a dash and a number and is no pod, whichever it is: places of Oracle's cloud, and what numbers count.
_REGION = re.compile(r"(?:af|ap|ca|eu|il|me|mx|sa|uk|us)-(?:[a-z]+-)?[a-z]+")
_COUNTED = frozenset(
    (
        "code", "day", "error", "exit", "http", "https", "iso", "level", "line", "node", "page", "part", "phase", "port", "priority",
        "revision", "rfc", "sev", "severity", "sha", "status", "step", "ticket", "tier", "tls", "utf", "version", "week", "year",
    )
)  # fmt: skip


@dataclass
class Investigate:
    core: Core
    turns: Turns
    responding: Responding

    async def __call__(self, work: Admitted) -> None:
        names = await self._names(str(work.payload.get("about", "")))
        if len(names) != 1:
            await self.responding.whisper(work, self._which(work, names))
            return
        request = replace(work.request, text=QUESTION.format(names[0]), place=work.request.aside)
        async with AsyncExitStack() as memory:
            message, _ = await self.turns.answer(request, self._footer(work), Quiet(), memory)
            if message is not None:
                await self._say(work, message)

    async def _names(self, text: str) -> tuple[str, ...]:
        services = await self.core.clients.known_services()
        known = {word: one.name for one in services.all() for word in one.words()}
        return names_in(text, known)

    async def _say(self, work: Admitted, message: Message) -> None:
        place = work.place
        try:
            await self.turns.outgoing.post(f"investigate:{work.row_id}", place.channel, place.thread, message)
        except SlackRefusesError:  # nobody invited the bot there
            await self.responding.answer(work, message)

    def _which(self, work: Admitted, names: tuple[str, ...]) -> Message:
        options = tuple(QUESTION.format(name) for name in names[:MOST])
        found = Question("That message names several. Which one?", options) if names else None
        nothing = Refusal(
            "I found no pod and no service that I know in that message. Ask me in words: why is <name> failing?",
            reference=work.row_id,
        )
        return render(found or nothing, self.turns.out, self._footer(work))

    def _footer(self, work: Admitted) -> Footer:
        return Footer(request=work.row_id, correlation=work.request.correlation)


def names_in(text: str, known: dict[str, str]) -> tuple[str, ...]:
    """Services that the text names, pods by their service or workload; each once, in the order of the text."""
    pods = [
        (m.start(), m["name"])
        for form in _PODS
        for m in form.finditer(text)
        if not _within(m, text, form) and (m["name"] in known or not _counted(m["name"]))
    ]
    taken = {at for at, _ in pods}
    words = [(m.start(), m[0]) for m in re.finditer(r"(?<![\w./-])[A-Za-z][\w-]*(?![\w-])", text)]
    named = [(at, known[w.lower()]) for at, w in words if at not in taken and w.lower() in known]
    found = sorted({at: known.get(name, name) for at, name in [*reversed(pods), *named]}.items())
    return tuple(dict.fromkeys(name for _, name in found))


def _counted(name: str) -> bool:
    return name.rpartition("-")[2] in _COUNTED or _REGION.fullmatch(name) is not None


def _within(match: re.Match[str], text: str, form: re.Pattern[str]) -> bool:
    """A name that an earlier form reads whole is not read again by a looser one."""
    earlier: Iterable[re.Pattern[str]] = _PODS[: _PODS.index(form)]
    return any(one.match(text, match.start()) for one in earlier)
