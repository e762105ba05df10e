"""One command, wherever it was typed: who may, the same gate, and a message. Needs no model and no agent stack."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from agents.outcomes import Answer, Failure, Outcome, Question, Refusal
from agents.people import Request
from bot.commands.about import help_, status, whoami
from bot.commands.access import access, grant, revoke
from bot.commands.audit import audit
from bot.commands.change import act, change
from bot.commands.context import Ctx, States, turn_of
from bot.commands.detectors import detectors
from bot.commands.digest import DOES, digest
from bot.commands.grammar import Parsed, Unparsed, parse
from bot.commands.incident import budget as raise_budget
from bot.commands.incident import close as close_incident
from bot.commands.incident import declare as declare_incident
from bot.commands.incident import incident
from bot.commands.keys import confirm as confirm_key
from bot.commands.keys import keys
from bot.commands.keys import revoke as revoke_key
from bot.commands.logs import logs
from bot.commands.lookup import lookup
from bot.commands.lookups import LOOKUPS
from bot.commands.memory import forget, memory, remember
from bot.commands.notifications import DOES as NOTIFY
from bot.commands.notifications import notifications
from bot.commands.oracle import ORACLE, cloud
from bot.commands.plans import cancel, plans, show, stop
from bot.commands.proposals import ACTIONS, propose, undo
from bot.commands.reads import TOOLS, read
from bot.commands.reviews import close as close_review
from bot.commands.reviews import reviews
from bot.commands.rooms import resume as resume_either
from bot.commands.rooms import steer as steer_room
from bot.commands.rooms import watch as watch_room
from bot.commands.runbooks import run as run_runbook
from bot.commands.runbooks import runbooks
from bot.commands.runbooks import show as show_runbook
from bot.commands.services import services
from bot.commands.serviceverbs import SERVICE_VERBS
from bot.commands.settings import settings
from bot.commands.shortcuts import SHORTCUTS
from bot.commands.triage import DOES as TRIAGE
from bot.commands.triage import triage
from bot.commands.watch import watch, watches
from bot.core import Core
from bot.metrics import COMMANDS
from bot.pages import Pages
from bot.replies.answer import Footer, render
from bot.replies.blocks import Message
from bot.replies.text import Outbound

Handler = Callable[[Ctx, Parsed], Awaitable[Outcome | Message]]

HANDLERS: Mapping[str, Handler] = {
    "help": help_,
    "status": status,
    "whoami": whoami,
    **dict.fromkeys(TOOLS, read),
    **dict.fromkeys(ORACLE, cloud),
    **dict.fromkeys(LOOKUPS, lookup),
    "logs": logs,
    **dict.fromkeys(ACTIONS, propose),
    **dict.fromkeys((verb.name for verb in SHORTCUTS), act),
    "change": change,
    "plans": plans,
    "plans show": show,
    "plans cancel": cancel,
    "plans undo": undo,
    "access": access,
    "access grant": grant,
    "access revoke": revoke,
    "reviews": reviews,
    "reviews close": close_review,
    "runbooks": runbooks,
    "runbooks show": show_runbook,
    "runbooks run": run_runbook,
    **dict.fromkeys(("audit", "audit show", "audit plan", "audit verify"), audit),
    "incident": incident,
    "incident declare": declare_incident,
    "incident close": close_incident,
    "incident budget": raise_budget,
    "incident watch": watch_room,
    "remember": remember,
    "memory": memory,
    "memory forget": forget,
    **dict.fromkeys((f"incident {verb}" for verb in ("pause", "resume", "complete", "reopen")), steer_room),
    "detectors": detectors,
    **dict.fromkeys((f"digest {name}" for name in DOES), digest),
    **dict.fromkeys((verb.name for verb in SERVICE_VERBS), services),
    **dict.fromkeys((f"triage {name}" for name in TRIAGE), triage),
    **dict.fromkeys(NOTIFY, notifications),
    "settings me": settings,
    "watch": watch,
    **dict.fromkeys(("watch list", "watch stop"), watches),
    "keys": keys,
    "keys confirm": confirm_key,
    "keys revoke": revoke_key,
    "stop": stop,
    "stop all": stop,
    "resume": resume_either,
}


@dataclass
class Commands:
    core: Core
    out: Outbound
    states: States
    pages: Pages = field(init=False)

    def __post_init__(self) -> None:
        self.pages = Pages(self.core, self.out)

    async def run(self, parsed: Parsed, request: Request, footer: Footer) -> tuple[Message, tuple[str, ...]]:
        """The message, and plans whose cards are the reply."""
        found = await self.outcome(parsed, request, footer)
        if isinstance(found, Message):
            return found, ()
        message = await self.pages.rendered(found, request, footer)
        return message, found.plans if isinstance(found, Answer) else ()

    async def outcome(self, parsed: Parsed, request: Request, footer: Footer) -> Outcome | Message:
        """Not yet rendered: a terminal shows it in its own way."""
        ctx = Ctx(self.core, turn_of(request), footer, self.out, self.states)
        found = await HANDLERS[parsed.verb.name](ctx, parsed)
        COMMANDS.labels(parsed.verb.name, fate_of(found)).inc()
        return found

    async def may(self, request: Request, permission: str, what: str) -> Outcome | None:
        """None when allowed; the decision is on record either way."""
        footer = Footer(request.id, request.correlation)
        ctx = Ctx(self.core, turn_of(request), footer, self.out, self.states)
        return await ctx.may(permission, what)

    def unknown(self, unparsed: Unparsed, request: Request, footer: Footer) -> Message:
        """Nothing is offered that whoever typed it may not use here."""
        COMMANDS.labels("unknown", "asked").inc()
        ctx = Ctx(self.core, turn_of(request), footer, self.out, self.states)
        offered = tuple(item for item in unparsed.suggestions if _open_to(ctx, item))
        return render(near(replace(unparsed, suggestions=offered)), self.out, footer)


def _open_to(ctx: Ctx, suggestion: str) -> bool:
    """What is a command only with more words is judged when it is typed."""
    found = parse(suggestion)
    return not isinstance(found, Parsed) or ctx.holds(found.verb.permission)


def near(unparsed: Unparsed) -> Question:
    """What was typed is no command: the nearest ones, as words that can be sent."""
    text = f"{unparsed.problem}."
    if unparsed.suggestions:
        text += f" Did you mean {' or '.join(f'`{item}`' for item in unparsed.suggestions)}?"
    text += " `help` lists what you may do here."
    ready = tuple(item for item in unparsed.suggestions if "<" not in item and "[" not in item)
    return Question(text.replace("..", "."), ready or ("help",))


def fate_of(found: Outcome | Message) -> str:
    names = {Answer: "answered", Question: "asked", Refusal: "refused", Failure: "failed"}
    return names.get(type(found), "answered")
