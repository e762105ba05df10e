"""`audit verify` and `audit export`: prove that the record is whole, or hand it to somebody who will."""

from __future__ import annotations

import dataclasses
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.cli.command import FINE, NOT_FINE, CannotRun, Command, json_option, print_json
from bot.cli.opening import read_settings

FORMATS = ("jsonl", "ocsf", "cloudevents", "csv")


def range_options(parser: ArgumentParser) -> None:
    parser.add_argument("--from", dest="start", type=int, metavar="SEQ", help="first record")
    parser.add_argument("--to", dest="end", type=int, metavar="SEQ", help="last record")


def need_range(parsed: Namespace) -> None:
    """A range without records would be found whole, and mean nothing."""
    if any(seq is not None and seq < 1 for seq in (parsed.start, parsed.end)):
        raise CannotRun("--from, --to: records are counted from 1")
    if parsed.end is not None and parsed.end < (parsed.start or 1):
        raise CannotRun("--to: is before --from")


def verify_options(parser: ArgumentParser) -> None:
    range_options(parser)
    parser.add_argument("--anchor", type=Path, metavar="FILE", help="signed heads that were kept elsewhere")
    parser.add_argument(
        "--anchor-bucket", metavar="BUCKET", help="signed heads in this bucket, in place of the settings' one"
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="the public key, in place of the settings' one"
    )
    json_option(parser)


def export_options(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="jsonl")
    parser.add_argument("--out", type=Path, metavar="FILE", help="in place of standard output")
    range_options(parser)


def run_verify(parsed: Namespace) -> int:
    from bot.cli.verifying import anchor_of, spoken, verified

    need_range(parsed)
    settings = read_settings()
    if parsed.anchor is not None and not parsed.anchor.exists():
        raise CannotRun(f"--anchor: there is no file {parsed.anchor}")
    report = verified(
        settings,
        key=parsed.key,
        anchor=parsed.anchor,
        start=parsed.start or 1,
        end=parsed.end,
        bucket=parsed.anchor_bucket,
    )
    if report.ok and not report.rows and parsed.start is not None:
        raise CannotRun(f"--from: there is no record {parsed.start} yet")
    if parsed.json:
        print_json({"ok": report.ok, **dataclasses.asdict(report)})
    else:
        print(spoken(report, parsed.anchor or anchor_of(settings)))
    return FINE if report.ok else NOT_FINE


def run_export(parsed: Namespace) -> int:
    from bot.cli.verifying import audit_source
    from storage.audit.export import Altered, export_file
    from storage.errors import StoreUnavailable

    need_range(parsed)
    source = audit_source(read_settings())
    try:
        if parsed.out is None:
            done = export_file(source, parsed.format, sys.stdout, start=parsed.start, end=parsed.end)
        else:
            with parsed.out.open("w", encoding="utf-8") as out:
                done = export_file(source, parsed.format, out, start=parsed.start, end=parsed.end)
    except StoreUnavailable as error:
        raise CannotRun(f"DATABASE_URL: {error}") from error
    except Altered as error:
        raise CannotRun(f"{error}. The records before it were written") from error
    except OSError as error:
        raise CannotRun(f"--out: {error.strerror}") from error
    print(f"{done.rows} records, the last is {done.last}", file=sys.stderr)
    return FINE


AUDIT = Command(
    "audit",
    "prove or export the record of what happened",
    subs=(
        Command("verify", "check every record, the chain and its signed heads", run_verify, verify_options),
        Command("export", "write the records in a form that proves itself", run_export, export_options),
    ),
)
