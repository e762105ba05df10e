"""The container of a workload that a change is about."""

from __future__ import annotations

from tools.cluster.objects import containers, template
from tools.errors import AskBack
from tools.remediation.workload import Subject
from tools.spec import Json


def which(found: Subject, named: str | None) -> Json:
    """The container that is meant. A name that does not exist would add a container: it is never sent."""
    known = containers(template(found.item))
    if named is None and len(known) == 1:
        return known[0]
    match = next((c for c in known if c["name"] == named), None)
    if match is None:
        said = (
            f"{found.name} has no container {named!r}. Which one?"
            if named
            else f"Which container of {found.name}?"
        )
        raise AskBack(said, tuple(c["name"] for c in known))
    return match
