"""Two stages over one text: where to look, then what exactly is secret there."""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

from agents.redaction.blocks import KubernetesSecrets, PrivateKeys
from agents.redaction.encoded import Encoded
from agents.redaction.findings import PLACEHOLDER, Span, merged
from agents.redaction.own import OWN
from agents.redaction.pairs import Pairs
from agents.redaction.prefilter import Detector, Hit, Hyperscan, Keywords, Prefilter
from agents.redaction.rules import pinned
from agents.redaction.values import line_end, line_start

REACH = 4096  # characters around a hit that the second stage looks at, at most
ENCODINGS = 3  # base64 in base64 in base64

_LOADING = threading.Lock()
_LOADED: list[Engine] = []


class EngineMissing(Exception):
    """No engine could be loaded: nothing may leave."""


class Harmless:
    """Short texts in which nothing was found: most of what the bot says and records it says again and again."""

    LONGEST = 120
    MOST = 4_096

    def __init__(self) -> None:
        self._texts: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, text: str) -> bool:
        return text in self._texts

    def add(self, text: str) -> None:
        """What came first goes first when it is full."""
        if len(text) > self.LONGEST:
            return
        self._texts[text] = None
        if len(self._texts) > self.MOST:
            self._texts.popitem(last=False)


class Engine:
    """`detectors` in the order that the prefilter knows."""

    def __init__(self, detectors: Sequence[Detector], prefilter: Prefilter) -> None:
        self._detectors = detectors
        self._prefilter = prefilter
        self._harmless = Harmless()
        self.name = prefilter.name
        self.cap = prefilter.cap

    def spans(self, text: str) -> list[Span]:
        """In order, without overlap, without what was taken out before."""
        if not text or text in self._harmless:
            return []
        spans = self._spans(text)
        if not spans:
            self._harmless.add(text)
        return spans

    def _spans(self, text: str) -> list[Span]:
        hits = self._prefilter.hits(text)
        whole = {index for index, _ in hits if self._detectors[index].whole}
        regions = [
            *((i, 0, len(text)) for i in whole),
            *_regions(text, [h for h in hits if h[0] not in whole]),
        ]
        found = [span for i, start, end in regions for span in self._detectors[i].spans(text, start, end)]
        return _left(text, merged(found)) if found else []


def load(*, cache: Path | None = None, hyperscan: bool = True) -> Engine:
    """The fastest engine that this machine can run. Raises EngineMissing."""
    try:
        rest: tuple[Detector, ...] = (*pinned(), *OWN, Pairs(), PrivateKeys(), KubernetesSecrets())
        prefilter = _prefilter((*rest, Encoded()), cache, hyperscan=hyperscan)
    except (OSError, ValueError, KeyError, re.error) as error:
        raise EngineMissing(type(error).__name__) from error
    engine = Engine((*rest, Encoded()), prefilter)
    for _ in range(ENCODINGS):
        engine = Engine((*rest, Encoded(engine.spans)), prefilter)
    return engine


def shared(cache: Path | None) -> Engine:
    """One engine a process, wherever its first user keeps files: loading it takes a second. Raises EngineMissing."""
    with _LOADING:
        if not _LOADED:
            _LOADED.append(load(cache=cache))
        return _LOADED[0]


def _prefilter(detectors: Sequence[Detector], cache: Path | None, hyperscan: bool) -> Prefilter:
    if hyperscan:
        try:
            return Hyperscan(detectors, cache)
        except (ImportError, RuntimeError):
            pass  # no wheel for this machine, or a processor without SSSE3: slower, and capped
    return Keywords(detectors)


def _regions(text: str, hits: Sequence[Hit]) -> Iterator[tuple[int, int, int]]:
    """Per detector the lines around its hits, and the line before; what touches becomes one region."""
    regions: dict[int, tuple[int, int]] = {}
    for index, at in sorted(hits, key=lambda hit: hit[1]):
        begin = line_start(text, max(0, at - 1))
        low = max(line_start(text, max(0, begin - 1)), at - REACH)
        high = min(line_end(text, max(0, at - 1)), at + REACH)
        start, end = regions.get(index, (low, high))
        if low > end:
            yield index, start, end
            start = low
        regions[index] = (start, max(end, high))
    yield from ((index, start, end) for index, (start, end) in regions.items())


def _left(text: str, spans: Sequence[Span]) -> list[Span]:
    """What is not a placeholder already: redacting twice changes nothing."""
    if "[redacted:" not in text:
        return list(spans)
    done = [match.span() for match in re.finditer(PLACEHOLDER, text)]
    result: list[Span] = []
    for span in spans:
        at = span.start
        for start, end in done[max(0, bisect_right(done, (at, at)) - 1) :]:
            if start >= span.end:
                break
            if end > at:
                result.append(Span(at, max(at, start), span.kind))
                at = end
        result.append(Span(min(at, span.end), span.end, span.kind))
    return [span for span in result if text[span.start : span.end].strip(" \t\n\"',;")]
