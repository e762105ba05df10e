"""Files that people attach, and what they paste between three backticks: fetched from Slack, bounded, redacted, read by code."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from agents.attached.reading import MOST_BYTES, Text, read, read_report, readable
from agents.attached.reports import ABOUT as ABOUT_MONEY
from agents.attached.reports import MOST_BYTES as MOST_REPORT
from agents.attached.reports import NAME as REPORT_NAME
from agents.attached.reports import is_report
from agents.outcomes import Answer, Failure, Outcome, Question
from agents.redaction import Redactor
from bot.slackclient import AWAY

MOST_FILES = 3
LEAST_LINES = 4  # a shorter paste is part of a sentence
ASKED = 500  # characters at either end in which a question is looked for
TIMEOUT = aiohttp.ClientTimeout(total=10)
NOTHING = "Nothing was changed."
_FENCE = re.compile(r"```[\w-]*\n?(.*?)```", re.DOTALL)
_ABOUT = re.compile(
    r"\b(this|these|attached|above|below|here)\b.*\b(file|log|logs|manifest|yaml|yml|json|plan|output|lines?|trace)\b"
    r"|\bwhat('s| is| does)?\b.*\b(wrong|say|says|mean|in it|this)\b|\b(read|check|explain|summari[sz]e|review)\b.*\b(it|this|file|log|manifest|plan)\b",
    re.IGNORECASE | re.DOTALL,
)
log = structlog.get_logger(__name__)


class NotThere(Exception):
    """Why a file cannot be read, in words for whoever attached it."""


@dataclass(frozen=True)
class Report:
    """A cost report as it came, packed or not."""

    name: str
    raw: bytes


@dataclass
class Attached:
    """`http` is the shared session; the token goes to Slack's own addresses and to no other."""

    client: AsyncWebClient
    http: aiohttp.ClientSession
    redactor: Redactor

    async def files(
        self, ids: Sequence[str], names: Sequence[str], reference: str, words: str = ""
    ) -> Outcome:
        """What the first few say; those that could not be read are named. `words` stood beside them."""
        found: list[Text | Report] = []
        problems: list[str] = []
        for key, name in list(zip(ids, names, strict=False))[:MOST_FILES]:
            try:
                found.append(await self._file(key, name))
            except NotThere as problem:
                problems.append(f"{_short(name)}: {problem}")
        problems += [f"{_short(name)}: I read {MOST_FILES} files at a time" for name in names[MOST_FILES:]]
        if not found:
            return _unread(problems, reference)
        return await self.texts(found, problems, words)

    async def texts(
        self, found: Sequence[Text | Report], problems: Sequence[str] = (), words: str = ""
    ) -> Answer:
        answers = await asyncio.to_thread(self._read, found, words)
        return replace(
            answers[0],
            text="\n\n".join(answer.text for answer in answers),
            evidence=tuple(item for answer in answers for item in answer.evidence),
            tables=tuple(item for answer in answers for item in answer.tables),
            could_not_see=(*(item for answer in answers for item in answer.could_not_see), *problems),
            notes=tuple(dict.fromkeys(note for answer in answers for note in answer.notes)),
        )

    def _read(self, found: Sequence[Text | Report], words: str) -> list[Answer]:
        """A text is redacted as a whole first: what is cut later might cut a secret in half. Of a report, what is told."""
        return [
            read_report(one.name, one.raw, words, self.redactor.clean)
            if isinstance(one, Report)
            else read(replace(one, text=self.redactor.clean(one.text)))
            for one in found
        ]

    async def _file(self, key: str, name: str) -> Text | Report:
        info = await self._info(key)
        name = _short(str(info.get("name") or name))
        most = MOST_REPORT if REPORT_NAME.search(name) else MOST_BYTES
        address = str(info.get("url_private_download") or info.get("url_private") or "")
        raw, whole = await self._bytes(address, most)
        if await asyncio.to_thread(is_report, name, raw):
            if not whole:
                raise NotThere(
                    f"a report of more than {most >> 20} MiB is not read in part: its sums would be too small"
                )
            return Report(name, raw)
        raw, whole = raw[:MOST_BYTES], whole and len(raw) <= MOST_BYTES
        text = readable(raw)
        if text is None:
            raise NotThere("it is no text; I read logs, YAML, JSON and plans")
        return Text(name, text, whole)

    async def _info(self, key: str) -> Mapping[str, Any]:
        try:
            answer = await self.client.files_info(file=key)
        except SlackApiError as error:
            code = str(error.response.get("error"))
            if code == "missing_scope":
                raise NotThere(
                    "the app may not read files; whoever installed it must add files:read"
                ) from error
            raise NotThere(f"Slack does not hand it out ({code[:60]})") from error
        except AWAY as error:
            raise NotThere("Slack cannot be reached for it") from error
        info: Mapping[str, Any] = answer.get("file") or {}
        if info.get("is_external"):
            raise NotThere("it lies outside of Slack, and I fetch nothing from elsewhere")
        return info

    async def _bytes(self, address: str, most: int) -> tuple[bytes, bool]:
        """The beginning of it, and whether that is all. Follows nobody elsewhere: the token would go along."""
        if not ours(address, self.client.base_url):
            raise NotThere("its address is not Slack's, and I fetch nothing from elsewhere")
        headers = {"Authorization": f"Bearer {self.client.token}"}
        try:
            async with self.http.get(
                address, headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as answer:
                if answer.status != 200 or answer.content_type == "text/html":
                    raise NotThere(f"Slack does not hand it out (HTTP {answer.status})")
                raw = bytearray()
                async for piece in answer.content.iter_chunked(64 * 1024):
                    raw += piece
                    if len(raw) > most:
                        return bytes(raw[:most]), False
        except AWAY as error:
            log.info("file_not_read", reason=type(error).__name__)
            raise NotThere("Slack cannot be reached for it") from error
        return bytes(raw), True


def ours(address: str, api: str) -> bool:
    """An address of Slack's files, or of the same server as the Web API that we were told to use."""
    try:
        there, known = urlsplit(address), urlsplit(api)
        host = there.hostname or ""
    except ValueError:
        return False
    if (there.scheme, there.netloc) == (known.scheme, known.netloc) and host:
        return True
    return there.scheme == "https" and (
        host == "slack.com" or host.endswith((".slack.com", ".slack-files.com"))
    )


def pasted(text: str) -> Text | None:
    """A block of several lines between three backticks that the words around it ask about."""
    found = _FENCE.search(text)
    if found is None or found[1].strip().count("\n") < LEAST_LINES - 1:
        return None
    if not asks_about(_FENCE.sub(" ", text)):
        return None
    body = html.unescape(found[1])
    return Text("your paste", body[:MOST_BYTES], len(body) <= MOST_BYTES)


def asks_about(words: str, names: Sequence[str] = ()) -> bool:
    """Whether words beside a file are about the file; anything else is a wish of its own. Who asks does so first or last:
    over all of a long text the search would take seconds, in which nobody else is answered.
    """
    ends = words if len(words) <= 2 * ASKED else f"{words[:ASKED]}\n{words[-ASKED:]}"
    if any(REPORT_NAME.search(name) for name in names) and ABOUT_MONEY.search(ends):
        return True
    return not words.strip() or bool(_ABOUT.search(ends))


def _unread(problems: Sequence[str], reference: str) -> Outcome:
    text = "; ".join(problems)
    if all("no text" in one for one in problems):
        return Question(f"I cannot read this: {text}. Paste the part that matters as text, please.")
    return Failure(f"I could not read what you attached: {text}.", NOTHING, "Attach it again, or paste the part that matters.", reference)  # fmt: skip


def _short(name: str) -> str:
    return " ".join(name.split())[:80] or "a file"
