"""`redact`: a text as it would leave the bot. Values go nowhere; stderr says how many of which kind there were."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.command import FINE, CannotRun, Command, print_line
from bot.cli.files import json_lines, read_text

if TYPE_CHECKING:
    from agents.redaction import Redactor

FOLDER = Path("var")


def options(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the file to read; - is standard input")
    parser.add_argument("--jsonl", action="store_true", help="one {id, text} a line, each line on its own")


def run(parsed: Namespace) -> int:
    from agents.redaction import Redactor

    text = read_text(parsed.file)
    FOLDER.mkdir(exist_ok=True)
    redactor = Redactor(cache=FOLDER)
    counts = _lines(redactor, parsed.file, text) if parsed.jsonl else _whole(redactor, text)
    for kind, count in sorted(counts.items()):
        print(f"{count} {kind}", file=sys.stderr)
    return FINE


def _whole(redactor: Redactor, text: str) -> Counter[str]:
    found = redactor.scan(text)
    sys.stdout.write(found.text)
    return Counter(found.found)


def _lines(redactor: Redactor, name: str, text: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for key, line in _entries(name, text):
        found = redactor.scan(line)
        counts.update(found.found)
        print_line({"id": key, "text": found.text, "found": list(found.found)})
    return counts


def _entries(name: str, text: str) -> Iterator[tuple[object, str]]:
    for number, entry in json_lines(name, text):
        if not isinstance(entry.get("text"), str):
            raise CannotRun(f"{name} line {number}: needs a text")
        yield entry.get("id", number), entry["text"]


REDACT = Command("redact", "print a text as it would leave, secrets taken out", run, options)
