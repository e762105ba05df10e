"""`triage`: which incident each delivery of a file belongs to, by the clock of the file. Nothing is asked, nothing is posted."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bot.cli.command import FINE, CannotRun, Command, print_line
from bot.cli.files import json_lines, read_text
from bot.cli.opening import read_settings

if TYPE_CHECKING:
    from datetime import datetime

    from agents.triage.alert import Alert, Source
    from agents.triage.topology import Topology


def options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="one {id, at, source, payload} a line; - is standard input"
    )


def run(parsed: Namespace) -> int:
    """Lines come in the file's order; incidents are told by the clock, oldest delivery first."""
    from agents.triage.correlate import WORDS, Correlator

    deliveries = list(_deliveries(parsed.file, read_text(parsed.file)))
    correlator = Correlator(topology())
    told: dict[int, list[dict[str, Any]]] = {}
    for place, (key, alerts) in sorted(enumerate(deliveries), key=lambda one: one[1][1][0].at):
        for number, alert in enumerate(alerts, 1):
            found = correlator.place(alert)
            line = {
                "alert": key if number == 1 else f"{key}#{number}",
                "fingerprint": found.fingerprint,
                "incident": found.incident.id,
            }
            told.setdefault(place, []).append(line | {"why": WORDS[found.reason]})  # fmt: skip
    for place in range(len(deliveries)):
        for line in told[place]:
            print_line(line)
    return FINE


def topology() -> Topology:
    """Of the service map, where settings name one."""
    from agents.triage.topology import Topology
    from tools.services.load import ServicesError, read

    settings = read_settings()
    if settings.services_file is None:
        return Topology()
    try:
        return Topology(read(settings.services_file).values())
    except ServicesError as error:
        raise CannotRun(str(error)) from error


def _deliveries(name: str, text: str) -> Iterator[tuple[object, tuple[Alert, ...]]]:
    from agents.triage.alert import Unreadable
    from agents.triage.reading import read

    for number, entry in json_lines(name, text):
        where = f"{name} line {number}"
        try:
            alerts = read(_source(entry, where), entry.get("payload"), _at(entry, where))
        except Unreadable as error:
            raise CannotRun(f"{where}: {error}") from error
        yield entry.get("id", number), alerts


def _source(entry: dict[str, Any], where: str) -> Source:
    from typing import cast

    from agents.triage.alert import SOURCES

    if entry.get("source") not in SOURCES:
        raise CannotRun(f"{where}: `source` is one of {', '.join(SOURCES)}")
    return cast("Source", entry["source"])


def _at(entry: dict[str, Any], where: str) -> datetime:
    from agents.triage.alert import moment

    if (found := moment(entry.get("at"))) is None:
        raise CannotRun(f"{where}: `at` is a time, as 2026-11-24T09:00:00Z")
    return found


TRIAGE = Command("triage", "tell which incident each alert of a file belongs to", run, options)
