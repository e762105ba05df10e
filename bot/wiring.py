"""Slack on top of the core: one shared HTTP session, the directory, cards, listeners. Still without the engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from agents.incidents.rooms import RoomDesk
from agents.triage.desk import Desk
from agents.triage.probation import Probation
from bot.alertbots import AlertBots
from bot.annotations import Annotations
from bot.attached import Attached
from bot.cards import Cards
from bot.commands.context import States
from bot.commands.run import Commands
from bot.core import CannotStart, Core
from bot.detectors import Detectors
from bot.digests import Digests
from bot.directory import Directory
from bot.escalation import Escalation
from bot.excess import Excess
from bot.incidentcards import IncidentCards
from bot.incidentchannels import IncidentChannels
from bot.incidentreport import Reports
from bot.intake import Admitted, Intake
from bot.investigating import Investigating
from bot.listeners.asking import AskOthers
from bot.listeners.clicks import ACTIONS, SENT, Clicks
from bot.listeners.feedback import FeedbackClicks
from bot.listeners.firstday import FirstDay
from bot.listeners.home import Home
from bot.listeners.incidents import IncidentClicks
from bot.listeners.investigate import Investigate
from bot.listeners.judging import Judging
from bot.listeners.mapping import MapClicks
from bot.listeners.memory import MemoryClicks
from bot.listeners.mysettings import MySettings
from bot.listeners.offers import Raw
from bot.listeners.paging import Paging
from bot.listeners.prompts import Prompts
from bot.listeners.questions import Questions
from bot.listeners.register import Admission, register
from bot.listeners.saying import Saying
from bot.listeners.slash import Slash
from bot.listeners.windows import Windows
from bot.mine import Mine
from bot.nightwatch import NightWatch
from bot.notify.wiring import Notifying, notifying
from bot.outgoing import Outgoing
from bot.people import DirectoryAccounts, SlackGroups
from bot.record import Everyone, Record
from bot.replies.answer import ACTION_ASK, ACTION_RAW, ACTION_WISH
from bot.replies.card import ASK
from bot.replies.feedback import FEEDBACK, FEEDBACK_VIEW
from bot.replies.findings import CLICKED
from bot.replies.judging import JUDGING
from bot.replies.memory import REMEMBERING
from bot.replies.mysettings import MY_SETTINGS, MY_SETTINGS_VIEW
from bot.replies.pages import PAGING
from bot.replies.question import QUESTION_VIEW
from bot.replies.said import SAYING
from bot.replies.servicemap import MAP_VIEW, REVIEW
from bot.replies.text import Outbound
from bot.responding import Responding
from bot.roomevents import RoomEvents
from bot.rooms import IncidentRooms
from bot.roomsmissed import MissedRooms
from bot.roomsof import rooms_of
from bot.settings import Settings
from bot.shadowcards import ShadowCards
from bot.slackclient import AWAY, web_client
from bot.streaming.beside import streams_of
from bot.telling import Telling
from bot.turns import Turns
from bot.uploads import Uploads
from bot.watches import Watches
from bot.work import Handler, Work

if TYPE_CHECKING:
    from agents.conversation import Conversation

AT_ONCE = 100  # connections of the shared session


@dataclass(frozen=True)
class Slack:
    """Who we are in Slack. `home` are the teams and organisations whose people are ours."""

    client: AsyncWebClient
    http: aiohttp.ClientSession
    team: str
    bot_user: str
    home: frozenset[str]


@dataclass(frozen=True)
class Wired:
    app: AsyncApp
    work: Work
    cards: Cards
    record: Record
    annotations: Annotations
    groups: SlackGroups
    outgoing: Outgoing
    escalation: Escalation
    watch: NightWatch
    desk: Desk
    incidents: IncidentCards
    investigating: Investigating
    digests: Digests
    watches: Watches
    detectors: Detectors
    notifying: Notifying
    rooms: IncidentRooms
    missed: MissedRooms


@asynccontextmanager
async def open_slack(settings: Settings) -> AsyncIterator[Slack]:
    """Raises CannotStart when Slack does not accept the token; waits for nothing else."""
    token = settings.slack_bot_token
    if token is None:
        raise CannotStart("SLACK_BOT_TOKEN: missing")
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as http:
        client = web_client(token.get_secret_value(), settings.slack_api_url, http)
        try:
            me = await client.auth_test()
        except SlackApiError as error:
            raise CannotStart(f"SLACK_BOT_TOKEN: Slack says {error.response.get('error')}") from error
        except AWAY as error:
            raise CannotStart(f"SLACK_API_URL: cannot be reached ({type(error).__name__})") from error
        home = frozenset(str(me[key]) for key in ("team_id", "enterprise_id") if me.get(key))
        yield Slack(client, http, str(me["team_id"]), str(me["user_id"]), home)


def wire(
    core: Core, slack: Slack, states: States, conversation: Callable[[], Awaitable[Conversation]]
) -> Wired:
    """Everything that Slack may ask for, and the ports of the core led to it."""
    settings = core.settings
    out = Outbound(core.redactor.clean, live_hosts(settings))
    outgoing = Outgoing(slack.client, core.db, slack.team, core.lease)
    streams = streams_of(outgoing, out, on=settings.slack_streams)
    directory = Directory(slack.client, slack.home)
    groups = SlackGroups(slack.client, lambda: core.policy.policy)
    cards = Cards(core, outgoing, out)
    record = Record(core, outgoing, directory, out, cards.coalescer)
    escalation = Escalation(core, outgoing, out, core.duty)
    annotations = Annotations(core, outgoing, cards.coalescer)
    home = Home(core, outgoing, out, states, directory)
    core.relays.announcer.to = Everyone((cards, record, annotations, home))
    core.relays.accounts.to = DirectoryAccounts(directory)
    core.relays.groups.to = groups
    intake = Intake(core.db, core.trail, directory, core.clock, slack.bot_user)
    turns = Turns(
        db=core.db,
        intake=intake,
        trail=core.trail,
        outgoing=outgoing,
        streams=streams,
        commands=Commands(core, out, states),
        conversation=conversation,
        announcer=Everyone((cards, home)),
        out=out,
        follow_up=lambda channel: core.policy.policy.channel(channel).follow_up,
        bot_user=slack.bot_user,
        mine=Mine(core.db, core.trail, core.clock),
        attached=Attached(slack.client, slack.http, core.redactor),
    )
    responding = Responding(slack.http, outgoing)
    windows = Windows(outgoing, out)
    clicks = Clicks(core, windows, responding, cards, home, core.trail)
    questions = Questions(core, windows, responding)
    my_settings = MySettings(core, windows, directory)
    slash = Slash(turns, responding, cards, my_settings)
    prompts = Prompts(core, outgoing, directory)
    raw = Raw(core, windows, responding)
    uploads = Uploads(Telling(slack.client, core.lease))
    paging = Paging(core, turns.commands.pages, responding, uploads, out)

    probation = Probation(core.db, core.policy, core.trail, core.clock, slack.team)
    shadows = ShadowCards(core, outgoing, out, probation)
    channels = IncidentChannels(core)
    incidents = IncidentCards(core, outgoing, out, shadows)
    feedback = FeedbackClicks(core, windows, responding)
    mapping = MapClicks(core, windows, responding)
    reports = Reports(core, uploads, out)
    rooms_desk = RoomDesk(core.db, core.trail, core.clock, core.policy)
    on_incident = IncidentClicks(core, incidents, outgoing, responding, reports)

    action = first_that_fits(
        (ACTIONS.__contains__, clicks),
        (ASK.__eq__, questions),
        (lambda name: name.startswith(f"{ACTION_RAW}:"), raw),
        (PAGING.__contains__, paging),
        (CLICKED.__contains__, on_incident),
        (REVIEW.__eq__, mapping),
        (REMEMBERING.__contains__, MemoryClicks(core, outgoing, responding, out)),
        (JUDGING.__contains__, Judging(core, probation, responding, out)),
        (SAYING.__contains__, Saying(core, responding, out)),
        (FEEDBACK.__eq__, feedback),
        (MY_SETTINGS.__eq__, my_settings),
        (ACTION_WISH.__eq__, AskOthers(core, outgoing, responding, out)),
        (lambda name: name.startswith(f"{ACTION_ASK}:"), slash),
    )
    submitted = first_that_fits(
        (MAP_VIEW.__eq__, mapping.submitted),
        (FEEDBACK_VIEW.__eq__, feedback.submitted),
        (MY_SETTINGS_VIEW.__eq__, my_settings.submitted),
        (SENT.__contains__, clicks.submitted),
        (QUESTION_VIEW.__eq__, questions.submitted),
        by="callback_id",
    )
    at_once: dict[str, Handler] = {
        "command": slash,
        "action": action,
        "shortcut": Investigate(core, turns, responding),
        "submission": submitted,
        "home": home,
        "joined": FirstDay(core, outgoing, out, uploads.telling, rooms_desk),
    }
    excess = Excess(core.db, core.trail, responding, out, turns.engaged)
    work = Work(core.db, core.clock, intake, turns, at_once, excess)
    desk = Desk(
        core.db,
        core.trail,
        core.clock,
        slack.team,
        incidents.topology,
        channels.of,
        core.redactor.clean,
        probation,
    )
    rooms = rooms_of(core, incidents, reports, desk, directory, bot_user=slack.bot_user)
    admission = Admission(
        intake,
        AlertBots(desk, slack.bot_user, channels.listens),
        RoomEvents(rooms.rooms, rooms, slack.bot_user),
    )
    return Wired(
        slack_app(
            slack,
            settings,
            admission,
            work,
            prompts,
        ),
        work,
        cards,
        record,
        annotations,
        groups,
        outgoing,
        escalation,
        NightWatch(core, outgoing, out),
        desk,
        incidents,
        Investigating(core, incidents, slack.team),
        Digests(core, outgoing, directory, out),
        Watches(core, outgoing, directory, out),
        Detectors(core, outgoing, directory, out, desk, channels),
        notifying(core, slack.http, outgoing, out),
        rooms,
        MissedRooms(rooms.rooms, uploads.telling, slack.team),
    )


def first_that_fits(
    *routes: tuple[Callable[[str], bool], Callable[[Admitted], Awaitable[object]]], by: str = "action_id"
) -> Handler:
    """A click goes to the first of these that its name fits, and nowhere where there is none."""

    async def action(work: Admitted) -> None:
        name = str(work.payload.get(by, ""))
        handler = next((does for fits, does in routes if fits(name)), None)
        if handler is not None:
            await handler(work)

    return action


def slack_app(
    slack: Slack, settings: Settings, admission: Admission, work: Work, prompts: Prompts
) -> AsyncApp:
    secret = settings.slack_signing_secret
    app = AsyncApp(client=slack.client, signing_secret=secret.get_secret_value() if secret else None)
    register(app, admission, work, prompts)
    return app


def live_hosts(settings: Settings) -> frozenset[str]:
    """Addresses that stay live in what we post: our own neighbours and the cloud's console."""
    named = (settings.grafana_url, settings.public_url)
    own = {urlsplit(address).hostname or "" for address in named} - {""}
    return frozenset(own | {"cloud.oracle.com"})
