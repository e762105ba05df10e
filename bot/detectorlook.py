"""One look of a detector: its reads through the gate, as `system:triage`, and what of them could not be read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from agents.detecting.asking import MOST, TAG, TOOL, Args, CannotAskError, asked, carrying, meant, tagged
from agents.detecting.line import Line, lines_of
from agents.gate.called import Called
from agents.gate.turn import Turn
from agents.people import Place, Request
from agents.policy.detecting import DetectorPart
from agents.redaction import TurnMemory
from agents.triage.principal import ACTOR
from bot.core import Core
from tools.services.model import Service
from tools.spec import Result

SECONDS: Final = 60.0
PASSING: Final = frozenset({"later", "gone"})
UNSEEN: Final = PASSING | {"refused", "not_allowed"}  # it may be there all the same


@dataclass(frozen=True, slots=True)
class Read:
    """`lines` None: nothing was read. `trouble` is what could not be; `lasting`: by somebody's decision, not for a moment.
    Where it is not `whole`, what has no line may be measured all the same.
    """

    lines: list[Line] | None = None
    trouble: str = ""
    lasting: bool = False
    whole: bool = True


@dataclass
class DetectorLook:
    core: Core
    part: DetectorPart
    place: Place
    now: datetime
    _problems: list[tuple[str, bool]] = field(default_factory=list)
    _whole: bool = True

    async def read(self) -> Read:
        turn = self._turn()
        try:
            calls = await self._calls(turn)
        except CannotAskError as error:
            return Read(None, str(error), lasting=True)
        called = [await self._call(turn, TOOL, args) for args in calls[:MOST]]
        results = [one.result for one in called if one is not None and one.result is not None]
        if not results:
            return self._found(None)
        lines = [line for result in results for line in lines_of(result.data)]
        self._left_out(results)
        if len(calls) > MOST:
            self._problems.append(
                (f"{len(calls) - MOST} more {self.part.kind}s than a detector looks at", True)
            )
        if not lines and not self._problems:
            self._problems.append((f"nothing is measured: no points of {self.part.metric} in the last 30 days", True))  # fmt: skip
        return self._found(lines)

    def _left_out(self, results: Sequence[Result]) -> None:
        """Of a compartment: regions and compartments that did not answer, and series beyond those that are read."""
        for text in dict.fromkeys(text for result in results for text in result.data["unread"]):
            self._problems.append((text, False))
            self._whole = False
        if (left := sum(result.data["total"] - len(result.data["series"]) for result in results)) > 0:
            self._problems.append((f"{left} more series than a detector looks at", True))

    def _found(self, lines: list[Line] | None) -> Read:
        if not self._problems:
            return Read(lines)
        first, lasting = self._problems[0]
        more = f" (and {len(self._problems) - 1} more)" if len(self._problems) > 1 else ""
        return Read(lines, f"{first}{more}", lasting, self._whole)

    def _turn(self) -> Turn:
        name = f"detector:{self.part.name}:{self.now:%Y%m%dT%H%M%SZ}"
        request = Request(name, f"detector:{self.part.name}", ACTOR, self.place, "", self.now)
        turn = Turn.start(request, now=asyncio.get_running_loop().time(), memory=TurnMemory(), seconds=SECONDS)  # fmt: skip
        turn.budget.calls = 2 * MOST + 2
        return turn

    async def _calls(self, turn: Turn) -> list[Args]:
        """Resources that the service map names by a tag are looked up first."""
        service = await self._service()
        calls: list[Args] = []
        for args in asked(self.part, service):
            name = str(args.get("resource", ""))
            if service is None or TAG not in name:
                calls.append(args)
                continue
            calls += [args | {"resource": ident} for ident in await self._carrying(turn, service, name)]
        return calls

    async def _carrying(self, turn: Turn, service: Service, tag: str) -> list[str]:
        listed = await self._call(turn, "oci_resources", tagged(self.part, service))
        if listed is None or listed.result is None:
            return []
        found = carrying(listed.result.data["resources"], tag)
        if not found:
            self._problems.append((f"no {self.part.kind} of {service.name} carries {tag}", True))
        return found

    async def _service(self) -> Service | None:
        if self.part.service is None:
            return None
        await self.core.services.refresh()
        return meant(self.core.services.called(self.part.service))

    async def _call(self, turn: Turn, tool: str, args: dict[str, Any]) -> Called | None:
        called = await self.core.gate.call(turn, tool, args)
        if called.ok and called.result is not None:
            return called
        self._problems.append((self._why(called), called.kind not in PASSING))
        self._whole = self._whole and called.kind not in UNSEEN
        return None

    def _why(self, called: Called) -> str:
        """A refusal speaks to whoever asked, which nobody did."""
        if called.kind == "refused":
            return f"system:triage may not read that in {self.place.channel}: bind it there in the policy"
        return called.ask.question if called.ask is not None else called.error
