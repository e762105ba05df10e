"""The first stage: where in a text is it worth to look, for which detector. Two engines, one answer."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from agents.redaction.findings import Span

Hit = tuple[int, int]  # index of the detector, position just after what was seen


class Detector(Protocol):
    """`first_stage` is a pattern that every match contains, `keywords` words of which a matching text has at least one."""

    @property
    def kind(self) -> str: ...
    @property
    def first_stage(self) -> str: ...
    @property
    def keywords(self) -> tuple[str, ...]: ...
    @property
    def whole(self) -> bool:
        """Wants the whole text at once instead of the lines around each hit."""
        ...

    def spans(self, text: str, start: int, end: int) -> Iterator[Span]: ...


class Prefilter(Protocol):
    name: str
    cap: int  # characters that are looked through at most; 0 for no limit

    def hits(self, text: str) -> list[Hit]: ...


class Keywords:
    """Without hyperscan: the keywords of every detector by plain search. Slower, so it has a cap."""

    name = "keywords"
    cap = 256 * 1024

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self._wanted: dict[str, list[int]] = {}
        self._patterns = [
            (i, re.compile(d.first_stage, re.ASCII)) for i, d in enumerate(detectors) if not d.keywords
        ]
        for index, detector in enumerate(detectors):
            for word in detector.keywords:
                self._wanted.setdefault(word, []).append(index)

    def hits(self, text: str) -> list[Hit]:
        low = text.lower() if text.isascii() else "".join(c.lower() if c.isascii() else "?" for c in text)
        found = [(i, m.end()) for i, pattern in self._patterns for m in pattern.finditer(text)]
        for word, indexes in self._wanted.items():
            at = low.find(word)
            while at >= 0:
                found += [(index, at + len(word)) for index in indexes]
                at = low.find(word, at + len(word))
        return found


class Hyperscan:
    """All patterns at once. Compiling takes a second, so the result is kept in `cache`, named after what it was made of."""

    name = "hyperscan"
    cap = 0

    def __init__(self, detectors: Sequence[Detector], cache: Path | None = None) -> None:
        import hyperscan  # here, so that its absence is one engine less and no more

        self._library: Any = hyperscan
        self._lock = threading.Lock()
        patterns = [d.first_stage.encode() for d in detectors]
        self._database = self._kept(patterns, cache) if cache else self._compiled(patterns)

    def hits(self, text: str) -> list[Hit]:
        data = text.encode("ascii", errors="replace")  # one byte a character, so that positions agree
        found: list[Hit] = []

        def seen(index: int, _: int, end: int, *__: Any) -> None:
            found.append((index, end))

        with self._lock:  # the scratch space belongs to one scan at a time
            self._database.scan(data, match_event_handler=seen)
        return found

    def _compiled(self, patterns: list[bytes]) -> Any:
        database = self._library.Database()
        flag = self._library.HS_FLAG_PREFILTER  # may match more than it should: the second stage decides
        database.compile(expressions=patterns, ids=list(range(len(patterns))), flags=[flag] * len(patterns))
        return database

    def _kept(self, patterns: list[bytes], cache: Path) -> Any:
        made_of = hashlib.sha256(b"\0".join([self._library.__version__.encode(), *patterns])).hexdigest()
        path = cache / f"rules-{made_of[:32]}.hs"
        try:
            return self._loaded(path.read_bytes())
        except (OSError, self._library.HyperscanError):
            database = self._compiled(patterns)
            _keep(path, self._library.dumpb(database))
            return database

    def _loaded(self, data: bytes) -> Any:
        database = self._library.loadb(data, mode=self._library.HS_MODE_BLOCK)
        database.scratch = self._library.Scratch(database)
        return database


def _keep(path: Path, data: bytes) -> None:
    """Written beside and renamed, so that nobody reads half of it. A folder that cannot be written costs time only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        return
