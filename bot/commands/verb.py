"""What a command is made of, and the permissions and options that many of them share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """One command. `words` are its positional arguments; `...` takes the rest, a trailing `?` is optional."""

    path: tuple[str, ...]
    words: tuple[str, ...]
    summary: str
    permission: str = ""  # what a person needs to see it in help; the gate decides again on the arguments
    flags: tuple[str, ...] = ()
    example: str = ""
    action: str = ""  # proposed at once, its `words` being arguments of it
    switches: tuple[str, ...] = ()  # options that need no value
    verbatim: bool = False  # quotes belong to what is typed, as in a policy statement

    @property
    def name(self) -> str:
        return " ".join(self.path)

    @property
    def usage(self) -> str:
        words = [f"[{w.rstrip('?.')}]" if w.endswith("?") else f"<{w.rstrip('.')}>" for w in self.words]
        return " ".join([*self.path, *words])

    @property
    def least(self) -> int:
        return sum(not word.endswith("?") for word in self.words)


WHERE = ("namespace", "cluster", "service", "kind")
READ = "monitoring:read"
K8S = "kubernetes:read"
CHANGE = "remediation:execute"
AUDIT = "audit:read"
CLOUD = ("compartment", "region", "service")
COST = "cost:read"
