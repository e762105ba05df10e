"""What lets traffic through: security lists, network security groups, route tables, gateways."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.services.listing import getting, listing, shown

GROUP: Final = "NetworkSecurityGroup"


def _groups(call: Call) -> Answer:
    place = call.query.get("compartmentId") or call.tenancy.root
    call.need(place)
    wanted = call.query.get("vcnId")
    found = [one for one in call.tenancy.records.of("core", GROUP) if one.compartment == place]
    return Answer([shown("core", GROUP, one) for one in found if wanted in {None, one.body["vcnId"]}])


def _rules(call: Call) -> Answer:
    found = call.record(GROUP, call.path["networkSecurityGroupId"])
    wanted = call.query.get("direction")
    rules = call.tenancy.names.resolved(found.hidden.get("rules", []))
    return Answer([dict(one) for one in rules if wanted in {None, one["direction"]}])


TABLE: Final[Table] = {
    "list_security_lists": listing("core", "SecurityList"),
    "get_security_list": getting("core", "SecurityList", "securityListId"),
    "list_route_tables": listing("core", "RouteTable"),
    "get_route_table": getting("core", "RouteTable", "rtId"),
    "list_internet_gateways": listing("core", "InternetGateway"),
    "list_network_security_groups": _groups,
    "list_network_security_group_security_rules": _rules,
}
