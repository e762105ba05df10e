"""The parts that look after channels of incidents, put together."""

from __future__ import annotations

from agents.incidents.rooms import RoomDesk
from agents.triage.desk import Desk
from bot.core import Core
from bot.directory import Directory
from bot.incidentcards import IncidentCards
from bot.incidentreport import Reports
from bot.roomlines import Keeper, RoomLines
from bot.roomlinks import RoomLinks
from bot.rooms import IncidentRooms


def rooms_of(
    core: Core, cards: IncidentCards, reports: Reports, desk: Desk, directory: Directory, *, bot_user: str
) -> IncidentRooms:
    rooms = RoomDesk(core.db, core.trail, core.clock, core.policy)
    return IncidentRooms(
        core=core,
        cards=cards,
        outgoing=cards.outgoing,
        telling=reports.uploads.telling,
        reports=reports,
        links=RoomLinks(core, desk, rooms),
        rooms=rooms,
        lines=RoomLines(core, desk.workspace, bot_user),
        keeper=Keeper(core.db, core.lease),
        directory=directory,
        out=cards.out,
    )
