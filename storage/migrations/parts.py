"""Column types as the migrations write them down; frozen here, whatever the models become."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def text(name: str, *, null: bool = False, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=null, server_default=default)


def key(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), primary_key=True)


def json(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=null)


def moment(name: str, *, null: bool = False) -> sa.Column[Any]:
    kind = sa.String(32).with_variant(sa.DateTime(timezone=True), "postgresql")
    return sa.Column(name, kind, nullable=null)


def number(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, **more)
