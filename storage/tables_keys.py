"""Keys of people, and what they signed. Kept apart from the other tables: a public key and a signature are no secrets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class PersonKey(Base):
    """The public half of a key. It counts once its person and an admin have both said so, until it is revoked."""

    __tablename__ = "person_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(primary_key=True)
    principal: Mapped[str]
    public: Mapped[str]
    offered_by: Mapped[str]
    offered_at: Mapped[datetime]
    owned_at: Mapped[datetime | None]
    confirmed_by: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    revoked_by: Mapped[str]
    revoked_at: Mapped[datetime | None]


class Signature(Base):
    """What a person signed about a plan. `alone`: no click of theirs stands beside it."""

    __tablename__ = "signatures"

    plan_id: Mapped[str] = mapped_column(primary_key=True)
    principal: Mapped[str] = mapped_column(primary_key=True)
    decision: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    key: Mapped[str]
    signed: Mapped[str]
    signature: Mapped[str]
    alone: Mapped[bool]
    at: Mapped[datetime] = mapped_column(index=True)
