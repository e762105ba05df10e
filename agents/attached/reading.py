"""What a file is, and what it says: a manifest, a plan, a log. The words are its writer's; only code says what was found."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from agents.attached.logs import of_log
from agents.attached.manifests import of_documents
from agents.attached.plans import of_plan, of_terraform
from agents.attached.reports import Clean, of_report
from agents.outcomes import Answer
from tools.services.lines import Document, YamlProblem
from tools.spec import Evidence

MOST_BYTES = 256 * 1024
MOST_DOCUMENTS = 40
NOTE = "Read as text that somebody wrote: nothing in it was run, proposed or taken for an order."
_YAML_NAME = re.compile(r"\.(ya?ml|json|tfplan)$", re.IGNORECASE)
_YAML_TEXT = re.compile(r"^(apiVersion|kind):\s", re.MULTILINE)
_BETWEEN = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Text:
    """`whole` is false where only its beginning was read."""

    name: str
    text: str
    whole: bool = True


def readable(raw: bytes) -> str | None:
    """The text of a file; None for what is none."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(raw) - error.start > 3:  # a character cut in half at the end is no reason
            return None
        text = raw[: error.start].decode("utf-8-sig")
    control = sum(1 for c in text[:4_000] if ord(c) < 32 and c not in "\t\n\r\f\x1b")
    return None if "\x00" in text or control > len(text[:4_000]) / 50 else text


def read(given: Text) -> Answer:
    """Blocking: call it in a thread. Never raises for what a text says."""
    answer = _as_what_it_is(given)
    notes = (NOTE,) if given.whole else (f"Only the first {MOST_BYTES // 1024} KiB were read.", NOTE)
    return _signed(answer, notes)


def read_report(name: str, raw: bytes, words: str, clean: Clean) -> Answer:
    """Blocking, like `read`: a cost report, which may be packed and larger than a text."""
    return _signed(of_report(name, raw, words, clean), (NOTE,))


def _signed(answer: Answer, notes: tuple[str, ...]) -> Answer:
    return Answer(
        answer.text,
        evidence=answer.evidence,
        could_not_see=answer.could_not_see,
        tables=answer.tables,
        notes=(*answer.notes, *notes),
        model="no model",
    )


def _as_what_it_is(given: Text) -> Answer:
    text = given.text.strip()
    if text.startswith("{") and (found := _object(text)) is not None:
        if "format_version" in found:
            return of_terraform(given.name, given.text)
        if "apiVersion" not in found and (plan := of_plan(given.name, found)) is not None:
            return plan
    if not text:
        return Answer(f"{given.name} is empty.")
    if _YAML_NAME.search(given.name) or _YAML_TEXT.search(text):
        return _documents(given)
    return of_log(given.name, given.text)


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _documents(given: Text) -> Answer:
    """Each with the line at which it begins, so that a finding names the line of the file."""
    documents: list[tuple[Document, int]] = []
    cuts = list(_BETWEEN.finditer(given.text))
    begins = [0, *(cut.end() for cut in cuts)]
    ends = [*(cut.start() for cut in cuts), len(given.text)]
    parts = list(zip(begins, ends, strict=True))
    for begin, end in parts[:MOST_DOCUMENTS]:
        line = given.text.count("\n", 0, begin)
        try:
            document = Document(given.text[begin:end])
        except YamlProblem as problem:
            return _broken(given, problem, line)
        if document.value is not None:
            documents.append((document, line))
    answer = of_documents(given.name, documents)
    left = len(parts) - MOST_DOCUMENTS
    return answer if left <= 0 else _with_left(answer, left)


def _with_left(answer: Answer, left: int) -> Answer:
    note = f"{left} more documents of it were not read."
    return Answer(answer.text, evidence=answer.evidence, could_not_see=(*answer.could_not_see, note))


def _broken(given: Text, problem: YamlProblem, before: int) -> Answer:
    line, _, why = str(problem).partition(": ")
    number = int(line.removeprefix("line ")) + before
    rows = given.text.splitlines()
    there = rows[number - 1].strip()[:300] if number <= len(rows) else ""
    tab = (
        " A tab indents it; YAML takes spaces only."
        if number <= len(rows) and "\t" in rows[number - 1]
        else ""
    )
    cut = "" if given.whole else " It was cut where I stopped reading, which may be why."
    item = Evidence(
        f"file:{given.name}#L{number}", f"Line {number}", there or "(nothing there)", untrusted=True
    )
    return Answer(f"{given.name} cannot be read as YAML: line {number}, {why}.{tab}{cut}", evidence=(item,))
