"""Signed heads as objects of a bucket, one each: how they are called, and which the bucket does not hold yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from sqlalchemy import func, select

from storage.audit.anchor import AnchorProblem
from storage.audit.heads import Head, head_of
from storage.rows import many
from storage.tables_audit import AuditHead
from storage.tx import Tx

AT_ONCE = 100
SUFFIX = ".json"


def name_of(folder: str, head: Head) -> str:
    """By number: whoever rewrites the chain comes upon the names of the heads that were there before."""
    return f"{folder}/{head.n:012d}{SUFFIX}"


def number_in(folder: str, name: str) -> int:
    """0 for what is not called as we do it."""
    digits = name.removeprefix(f"{folder}/").removesuffix(SUFFIX)
    return int(digits) if digits.isascii() and digits.isdigit() else 0


async def heads_after(tx: Tx, number: int, most: int = AT_ONCE) -> list[Head]:
    """The heads behind the one with `number`, in their order."""
    query = select(AuditHead).where(AuditHead.n > number).order_by(AuditHead.n).limit(most)
    return many(Head, await tx.run(query))


async def newest(tx: Tx) -> int:
    """The number of the newest head; 0 when there is none."""
    return int((await tx.run(select(func.max(AuditHead.n)))).scalar_one() or 0)


def furthest(folder: str, names: Iterable[str], newest_here: int) -> int:
    """Up to which head the bucket has them; what it has beyond ours is for `audit verify` to judge."""
    numbers = (number_in(folder, name) for name in names)
    return max((number for number in numbers if number <= newest_here), default=0)


def heads_in(texts: Mapping[str, str]) -> list[Head]:
    """Raises AnchorProblem for an object that is no head."""
    return [_head(name, text) for name, text in texts.items()]


def _head(name: str, text: str) -> Head:
    try:
        return head_of(json.loads(text))
    except ValueError as error:
        raise AnchorProblem(f"object {name} of the bucket is no head") from error
