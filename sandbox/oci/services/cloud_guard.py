"""Cloud Guard: the problems that its detectors found, in the region that reports for all."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.services.listing import chosen, getting, shown

SERVICE: Final = "cloud_guard"


def _problems(call: Call) -> Answer:
    """Of a compartment; with `compartmentIdInSubtree` of those below it, too.

    All of them must be open then (`RESTRICTED`, as when nothing is said), or those that are not are left out (`ACCESSIBLE`).
    """
    asked = call.text("compartmentId")
    deep = call.flag("compartmentIdInSubtree")
    places = set(call.tenancy.below(asked)) if deep else {asked}
    if deep and call.query.get("accessLevel") == "ACCESSIBLE":
        places = {one for one in places if call.may(one)} or {asked}
    for one in places:
        call.need(one)
    found = [one for one in call.tenancy.records.of(SERVICE, "Problem") if one.compartment in places]
    return Answer({"items": [shown(SERVICE, "ProblemSummary", one) for one in chosen(call, found)]})


def _configuration(call: Call) -> Answer:
    call.need(call.text("compartmentId"))
    home = call.tenancy.file.home.name
    return Answer({"reportingRegion": home, "status": "ENABLED", "selfManageResources": False})


TABLE: Final[Table] = {
    "list_problems": _problems,
    "get_problem": getting(SERVICE, "Problem", "problemId"),
    "get_configuration": _configuration,
}
