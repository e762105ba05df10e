"""Which compartments a call of Monitoring is about, and the series in them."""

from __future__ import annotations

from collections.abc import Collection

from sandbox.oci.api.call import Call
from sandbox.oci.errors import bad_parameter
from sandbox.oci.metrics.series import Series, all_series


def compartments(call: Call) -> set[str]:
    """The one asked for; with `compartmentIdInSubtree`, which only the tenancy has, all below; it takes a right in the tenancy."""
    asked = call.text("compartmentId")
    if not call.flag("compartmentIdInSubtree"):
        call.need(asked)
        return {asked}
    if asked != call.tenancy.root:
        raise bad_parameter("compartmentIdInSubtree can be true only when compartmentId is the tenancy")
    call.need(asked)
    return {one for one in call.tenancy.below(asked) if call.may(one)}


def series_of(call: Call, namespace: str, places: Collection[str]) -> list[Series]:
    found = all_series(call.tenancy)
    return [one for one in found if one.namespace == namespace and one.compartment in places]
