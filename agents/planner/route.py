"""What the planner decided: one frozen value, the same for the conversation, the command line and the tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from agents.planner.facts import ThreadFacts
from agents.planner.names import Catalog
from tools.spec import Scope


class Kind(StrEnum):
    TOOL = "tool"
    PLAYBOOK = "playbook"
    CHANGE = "change"
    CLARIFY = "clarify"
    HELP = "help"
    NONE = "none"


class Topic(StrEnum):
    """Why a route runs nothing. Each has its own answer."""

    NOTHING = ""
    GREETING = "greeting"
    CAPABILITIES = "capabilities"
    HOW_TO = "how_to"
    THANKS = "thanks"
    DECLINED = "declined"  # "don't restart", "never mind"
    APPROVAL = "approval"  # typed approval, or pressure to skip it
    INJECTION = "injection"  # text that gives orders to the bot itself
    UNSUPPORTED = "unsupported"  # a change that no action can make
    OUTSIDE = "outside"  # not about operations
    CANCEL = "cancel"  # wants a plan withdrawn
    APPROVERS = "approvers"  # who may approve
    PASTED = "pasted"  # a command line that means nothing that can be done
    QUOTED = "quoted"  # speaks of a command line, and orders nothing by it


@dataclass(frozen=True, slots=True)
class Context:
    """What the planner may use besides the words: known names, the thread's facts, the channel's scope, the time."""

    catalog: Catalog
    now: datetime
    facts: ThreadFacts = field(default_factory=ThreadFacts)
    scope: Scope = field(default_factory=Scope)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a text leads.

    `tool` is the tool, the action, or a playbook's first tool; `tools` is everything that would run. `confidence`
    is between 0 and 1. For `clarify`, `ask` is the question and `options` are complete texts to send instead.
    """

    kind: Kind
    tool: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    confidence: float = 0.0
    playbook: str = ""
    topic: Topic = Topic.NOTHING
    ask: str = ""
    options: tuple[str, ...] = ()
    left: tuple[str, ...] = ()  # what the text wishes besides, and this does not do
    notes: tuple[str, ...] = ()  # what was assumed, e.g. "I read chekout as checkout"
    otherwise: Route | None = None  # what the same words ask of an instance, where no service is called so

    def to_json(self) -> dict[str, Any]:
        """As `route --json` prints it, less the id."""
        return {
            "kind": str(self.kind),
            "tool": self.tool,
            "args": dict(self.args),
            "tools": list(self.tools),
            "confidence": round(self.confidence, 2),
        }
