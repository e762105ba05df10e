"""The tables of the audit. Columns beside the chain are computed from the body: nothing there can say something else."""

from __future__ import annotations

from sqlalchemy import FetchedValue, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base, Number


class AuditRecord(Base):
    """`hash` is SHA-256 of prev, seq and body; `mac` is HMAC-SHA256 of hash with the audit key."""

    __tablename__ = "audit_events"

    seq: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    body: Mapped[str]
    prev: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    mac: Mapped[bytes] = mapped_column(LargeBinary)
    id: Mapped[str] = mapped_column(server_default=FetchedValue())
    ts: Mapped[str] = mapped_column(server_default=FetchedValue())
    type: Mapped[str] = mapped_column(server_default=FetchedValue())
    workspace: Mapped[str | None] = mapped_column(server_default=FetchedValue())
    plan_id: Mapped[str | None] = mapped_column(server_default=FetchedValue())
    request: Mapped[str | None] = mapped_column(server_default=FetchedValue())
    correlation: Mapped[str | None] = mapped_column(server_default=FetchedValue())


class AuditHead(Base):
    """A signed statement that the row `seq` has `hash`. `prev` is the signature before it: heads are a chain too."""

    __tablename__ = "audit_heads"

    n: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    workspace: Mapped[str]
    kind: Mapped[str]
    seq: Mapped[int] = mapped_column(Number, index=True)
    hash: Mapped[str]
    time: Mapped[str]
    key_id: Mapped[str]
    prev: Mapped[str]
    signature: Mapped[str] = mapped_column(unique=True)


__all__ = ["AuditHead", "AuditRecord"]
