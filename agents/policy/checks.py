"""What of a policy must fit together, beyond what `compile.py` gives a meaning to: one module a key."""

from __future__ import annotations

from agents.policy.detecting import check_detecting
from agents.policy.marks import Document
from agents.policy.models import PolicyFile
from agents.policy.rooms import check_rooms
from agents.policy.routechecks import check_routes
from agents.policy.shadows import check_shadows


def check_detectors(document: Document, file: PolicyFile) -> None:
    told = {name: part.incidents and not part.deny for name, part in file.channels.items()}
    check_detecting(document, file.detectors, told)


CHECKS = (check_shadows, check_routes, check_rooms, check_detectors)


def check_keys(document: Document, file: PolicyFile) -> None:
    for check in CHECKS:
        check(document, file)
