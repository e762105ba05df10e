"""What can go wrong at the edge of a cloud, in three words, and one question.

ToolError
├── TryLater     the other side is away, busy or slow; the same call may work soon
│   └── NotYet   nothing was sent: what is on its way there must come to rest first
├── GiveUp       the call cannot work as it is: wrong name, wrong argument, nothing there
└── NotAllowed   the other side says that this principal may not; never reported as "does not exist"

AskBack is no error: the arguments fit several things and a person must choose.
"""

from dataclasses import dataclass, field


@dataclass(eq=False)
class ToolError(Exception):
    """Base of what a tool may raise. `reason` is one sentence fit for a person: no hosts, tokens or tracebacks."""

    reason: str
    source: str = ""  # which dependency, e.g. "k8s:prod" or "prometheus"
    upstream_id: str = ""  # Audit-Id, opc-request-id: finds the call in the other side's own records

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class TryLater(ToolError):
    """`retry_after` in seconds, 0 when unknown."""

    retry_after: float = 0.0


@dataclass(eq=False)
class NotYet(TryLater):
    """Raised before anything is sent, so that the same step may be begun again."""


@dataclass(eq=False)
class GiveUp(ToolError):
    """`not_found` is true when the other side answered that the thing is not there."""

    not_found: bool = False


@dataclass(eq=False)
class NotAllowed(ToolError):
    """`needs` names the missing right, e.g. `patch deployments/scale in shop`."""

    needs: str = ""


@dataclass(eq=False)
class AskBack(Exception):
    """`options` are the names to choose from, best guess first; may be empty when nothing came near."""

    question: str
    options: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return self.question
