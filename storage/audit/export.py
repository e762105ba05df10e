"""The audit as others read it. Every line carries body and hashes, so that an export proves itself: see `check_export`."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TextIO, get_args

from storage.audit.chain import link
from storage.audit.ocsf import api_activity
from storage.audit.raw import Raw, Source, snapshot

Format = Literal["jsonl", "csv", "ocsf", "cloudevents"]
FORMATS: tuple[Format, ...] = get_args(Format)
COLUMNS = (
    "seq", "time", "type", "workspace", "actor", "channel", "thread", "tool", "plan_id", "result",
    "prev", "hash", "mac", "body",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SOURCE = "urn:cloudops:audit"


UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


class Altered(Exception):
    """A row that cannot go out because somebody edited it into something that is no audit row."""

    def __init__(self, seq: object) -> None:
        super().__init__(f"record {seq} is not of the form that we write: `audit verify` says what is wrong")


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows went out, and the hash of the last one."""

    rows: int
    last: int
    hash: str


def export_file(
    source: Source, kind: Format, out: TextIO, *, start: int | None = None, end: int | None = None
) -> Exported:
    """Blocking; one state of the database however long it takes.

    Raises StoreUnavailable, and Altered at the first row that has no such form; what is before it went out.
    """
    with snapshot(source) as shot:
        return _write(map(Raw._make, shot.rows(start, end)), kind, out)


def _write(rows: Iterable[Raw], kind: Format, out: TextIO) -> Exported:
    done = Exported(0, 0, "")
    write = _csv(out) if kind == "csv" else _lines(out, LINES[kind])
    for row in rows:
        try:
            write(row)
        except UNREADABLE as error:
            raise Altered(row.seq) from error
        done = Exported(done.rows + 1, row.seq, row.hash.hex())
    return done


def _lines(out: TextIO, form: Callable[[Raw, Any], dict[str, Any]]) -> Callable[[Raw], None]:
    def write(row: Raw) -> None:
        line = form(row, json.loads(row.body))
        out.write(json.dumps(line, separators=(",", ":")) + "\n")

    return write


def _proof(row: Raw) -> dict[str, Any]:
    """Body as the text that was hashed: parsing and writing it again must not be trusted to give the same bytes."""
    return {
        "seq": row.seq,
        "prev": row.prev.hex(),
        "hash": row.hash.hex(),
        "mac": row.mac.hex(),
        "body": row.body.decode(),
    }


def _jsonl(row: Raw, said: Any) -> dict[str, Any]:
    del said
    return _proof(row)


def _ocsf(row: Raw, said: Any) -> dict[str, Any]:
    return api_activity(said, _proof(row))


def _cloudevent(row: Raw, said: Any) -> dict[str, Any]:
    subject = said.get("plan_id") or said.get("request")
    return {
        "specversion": "1.0",
        "id": said["id"],
        "source": f"{SOURCE}:{said['workspace']}" if said.get("workspace") else SOURCE,
        "type": f"cloudops.audit.{said['type']}",
        "time": said["time"],
        **({"subject": subject} if subject else {}),
        "datacontenttype": "application/json",
        "data": said,
        "audit": json.dumps(_proof(row), separators=(",", ":")),
    }


LINES: dict[str, Callable[[Raw, Any], dict[str, Any]]] = {
    "jsonl": _jsonl,
    "ocsf": _ocsf,
    "cloudevents": _cloudevent,
}


def _csv(out: TextIO) -> Callable[[Raw], None]:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)

    def write(row: Raw) -> None:
        said = {**json.loads(row.body), **_proof(row)}
        writer.writerow([_cell(said.get(name)) for name in COLUMNS])

    return write


def _cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets a quote in front."""
    if value is None or isinstance(value, int):
        return "" if value is None else value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return f"'{text}" if text.startswith(FORMULA) else text


# reading an export back


def check_export(lines: TextIO, kind: Format) -> Exported:
    """Hashes every row again. Raises ValueError naming the first that is not what was exported, or does not follow."""
    done = Exported(0, 0, "")
    for seq, prev, digest, body in _read(lines, kind):
        if done.rows and (seq != done.last + 1 or prev != done.hash):
            raise ValueError(f"row {seq} does not follow row {done.last}")
        if link(bytes.fromhex(prev), seq, body.encode()).hex() != digest:
            raise ValueError(f"row {seq} was edited")
        done = Exported(done.rows + 1, seq, digest)
    return done


def _read(lines: TextIO, kind: Format) -> Iterator[tuple[int, str, str, str]]:
    rows = csv.DictReader(lines) if kind == "csv" else map(json.loads, lines)
    for row in rows:
        said = _said(row, kind)
        yield int(said["seq"]), said["prev"], said["hash"], said["body"]


def _said(row: dict[str, Any], kind: Format) -> dict[str, Any]:
    if kind == "ocsf":
        proof: dict[str, Any] = row["unmapped"]["audit"]
        return proof
    return dict(json.loads(row["audit"])) if kind == "cloudevents" else row
