"""Public keys of people, and the signatures made with them. What a key may do is not decided here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from storage.inserting import first
from storage.rows import many, one, values_of
from storage.states import PlanState
from storage.tables import Plan, table_of
from storage.tables_keys import PersonKey, Signature
from storage.tx import Tx


@dataclass(frozen=True, slots=True)
class KeyRow:
    """`id` is the fingerprint of `public`."""

    id: str
    workspace: str
    principal: str
    public: str
    offered_by: str
    offered_at: datetime
    owned_at: datetime | None = None
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    revoked_by: str = ""
    revoked_at: datetime | None = None

    @property
    def state(self) -> str:
        if self.revoked_at is not None:
            return "revoked"
        return "enrolled" if self.owned_at is not None and self.confirmed_at is not None else "offered"


@dataclass(frozen=True, slots=True)
class SignatureRow:
    plan_id: str
    principal: str
    decision: str
    workspace: str
    key: str
    signed: str
    signature: str
    alone: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """A plan of which somebody signed something, as it is now; `signatures` are how many."""

    plan_id: str
    state: PlanState
    signatures: int


class Keys:
    async def offer(self, tx: Tx, row: KeyRow) -> bool:
        """False: this key was offered before, by whomever. It never becomes another person's."""
        return (await tx.run(first(table_of(PersonKey)), values_of(row))).rowcount == 1

    async def get(self, tx: Tx, workspace: str, key: str) -> KeyRow | None:
        query = select(PersonKey).where(PersonKey.workspace == workspace, PersonKey.id == key)
        return one(KeyRow, (await tx.run(query)).first())

    async def list(self, tx: Tx, workspace: str = "") -> list[KeyRow]:
        """Oldest first; without a workspace, of all of them."""
        query = select(PersonKey).order_by(PersonKey.offered_at, PersonKey.id)
        if workspace:
            query = query.where(PersonKey.workspace == workspace)
        return many(KeyRow, await tx.run(query))

    async def own(self, tx: Tx, row: KeyRow, at: datetime) -> bool:
        """Its person says that it is theirs. False: revoked meanwhile, or said before."""
        return await self._mark(tx, row, PersonKey.owned_at.is_(None), owned_at=at)

    async def confirm(self, tx: Tx, row: KeyRow, by: str, at: datetime) -> bool:
        return await self._mark(tx, row, PersonKey.confirmed_at.is_(None), confirmed_by=by, confirmed_at=at)

    async def revoke(self, tx: Tx, row: KeyRow, by: str, at: datetime) -> bool:
        """For good: a key that was revoked is never enrolled again."""
        return await self._mark(tx, row, PersonKey.revoked_at.is_(None), revoked_by=by, revoked_at=at)

    async def _mark(self, tx: Tx, row: KeyRow, when: ColumnElement[bool], **values: object) -> bool:
        change = update(PersonKey).where(
            PersonKey.workspace == row.workspace, PersonKey.id == row.id, PersonKey.revoked_at.is_(None), when
        )
        return (await tx.run(change.values(**values))).rowcount == 1


class Signatures:
    async def add(self, tx: Tx, row: SignatureRow) -> bool:
        """False: this person signed this decision on this plan before."""
        return (await tx.run(first(table_of(Signature)), values_of(row))).rowcount == 1

    async def for_plan(self, tx: Tx, plan_id: str) -> list[SignatureRow]:
        query = select(Signature).where(Signature.plan_id == plan_id)
        return many(SignatureRow, await tx.run(query.order_by(Signature.at, Signature.principal)))

    async def plans_since(self, tx: Tx, since: datetime) -> list[Signed]:
        """Plans about which something was signed since then, each once."""
        lately = select(Signature.plan_id).where(Signature.at >= since).distinct()
        many_of = func.count(Signature.plan_id).label("signatures")
        query = select(Plan.id, Plan.state, many_of).join(Signature, Signature.plan_id == Plan.id)
        found = await tx.run(query.where(Plan.id.in_(lately)).group_by(Plan.id, Plan.state))
        return [Signed(row.id, row.state, row.signatures) for row in found]
