"""`terraform`: a plan file that somebody made elsewhere, summarised. Nothing is applied from here; Terraform is not even called."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from bot.cli.command import FINE, CannotRun, Command, json_option, print_json
from bot.cli.files import read_text

if TYPE_CHECKING:
    from tools.terraform.summary import Summary

MOST = 200  # objects that are listed for people


def options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="what `terraform show -json PLANFILE` wrote; - is standard input"
    )
    json_option(parser)


def summarise(parsed: Namespace) -> int:
    from tools.terraform.reading import NoPlan
    from tools.terraform.summary import lines
    from tools.terraform.summary import summarise as summary_of

    try:
        found = summary_of(read_text(parsed.file).encode())
    except NoPlan as error:
        raise CannotRun(f"{parsed.file}: {error}") from error
    if parsed.json:
        print_json(as_json(found))
        return FINE
    said = [f"{found.headline} (risk {found.risk})", *(f"! {one}" for one in found.warnings)]
    sys.stdout.write("\n".join((*said, *lines(found, MOST), f"SHA-256 {found.digest}")) + "\n")
    return FINE


def as_json(found: Summary) -> dict[str, Any]:
    return {
        "headline": found.headline,
        "risk": found.risk.value,
        "counts": {what.value: count for what, count in found.counts.items()},
        "warnings": list(found.warnings),
        "sha256": found.digest,
        "changes": [
            {"address": one.address, "type": one.kind, "what": one.what.value, "fields": list(one.fields), "why": one.why}
            for one in found.changes
        ],
    }  # fmt: skip


SUMMARISE = Command("summarise", "say what a plan file would do, the riskiest first", summarise, options)
TERRAFORM = Command("terraform", "summarise Terraform plans; nothing is applied", subs=(SUMMARISE,))
