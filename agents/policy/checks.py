"""What of a policy must fit together, beyond what `compile.py` gives a meaning to: one module a key."""

from __future__ import annotations

from agents.policy.marks import Document
from agents.policy.models import PolicyFile
from agents.policy.rooms import check_rooms
from agents.policy.routechecks import check_routes
from agents.policy.shadows import check_shadows

CHECKS = (check_shadows, check_routes, check_rooms)


def check_keys(document: Document, file: PolicyFile) -> None:
    for check in CHECKS:
        check(document, file)
