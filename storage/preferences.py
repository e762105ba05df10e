"""What people set for themselves: one row an account. What follows from it is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete, select, update

from storage.inserting import first
from storage.rows import one, values_of
from storage.tables import table_of
from storage.tables_preferences import Preference
from storage.tx import Tx

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Preferences:
    """Empty: not set. `account` is `team:user`; quiet hours are `HH:MM` by the clock of their zone, over midnight too."""

    workspace: str
    account: str
    language: str = ""
    zone: str = ""
    verbosity: str = ""  # short | normal | full
    service: str = ""
    cluster: str = ""
    namespace: str = ""
    compartment: str = ""
    quiet_from: str = ""
    quiet_until: str = ""
    changed_at: datetime = NEVER

    def quiet_at(self, at: datetime, zone: str = "") -> bool:
        """Whether they do not want to be told now. `zone`: where they set none, as that of their Slack profile."""
        if not self.quiet_from or not self.quiet_until:
            return False
        now = at.astimezone(_zone(self.zone or zone)).time()
        begin, end = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until)
        return begin <= now < end if begin <= end else now >= begin or now < end


class PreferenceStore:
    async def get(self, tx: Tx, workspace: str, account: str) -> Preferences:
        """Of somebody who set nothing: all of it empty."""
        query = select(Preference.__table__).where(
            Preference.workspace == workspace, Preference.account == account
        )
        return one(Preferences, (await tx.run(query)).first()) or Preferences(workspace, account)

    async def set(self, tx: Tx, row: Preferences) -> None:
        """The whole of it; of two at once the later one stays."""
        if (await tx.run(first(table_of(Preference)), values_of(row))).rowcount:
            return
        same = (Preference.workspace == row.workspace) & (Preference.account == row.account)
        await tx.run(update(Preference).where(same).values(values_of(row)))

    async def forget(self, tx: Tx, workspace: str, account: str) -> bool:
        """False: nothing was set."""
        gone = delete(Preference).where(Preference.workspace == workspace, Preference.account == account)
        return (await tx.run(gone)).rowcount == 1


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name that this machine does not know
        return ZoneInfo("UTC")
