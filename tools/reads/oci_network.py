"""Networks: VCNs, subnets, rules; what is open to everybody, and who may reach what by the rules."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

from tools.errors import ToolError
from tools.oracle.everywhere import Everywhere, everywhere, live, partly
from tools.oracle.reaching import Rule, of_list, rules
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import counted, listed, short
from tools.reads.told import Answer, Thing, told
from tools.spec import Call, Json, Result, Tool

COLUMNS = ("subnet", "network", "addresses", "way out", "let in", "concerns", "compartment", "region")
KINDS = {
    "subnets": "list_subnets", "vcns": "list_vcns", "lists": "list_security_lists", "tables": "list_route_tables",
    "gateways": "list_internet_gateways",
}  # fmt: skip
NAMES = {
    "vcns": "networks", "lists": "security lists", "tables": "route tables", "gateways": "internet gateways",
    "groups": "network security groups",
}  # fmt: skip
GROUPS = 60  # network security groups whose rules are read


def _addresses(text: str | None) -> str | None:
    if text:
        ip_network(text, strict=False)
    return text


Addresses = Annotated[
    str | None,
    Field(max_length=50, description="address or CIDR that would come in, e.g. 0.0.0.0/0 or 10.0.20.5"),
    AfterValidator(_addresses),
]


class Args(CloudArgs):
    resource: str | None = Field(None, max_length=300, description="VCN or subnet: part of its name, or OCID")
    source: Addresses = None
    port: int | None = Field(None, ge=1, le=65535, description="port that would be reached")
    protocol: str = Field("tcp", pattern="^(tcp|udp)$", description="tcp or udp")
    limit: int = Field(20, ge=1, le=100, description="subnets shown")


@dataclass
class Net:
    """All that was listed, by OCID where others name it."""

    subnets: list[Json] = field(default_factory=list)
    vcns: dict[str, Json] = field(default_factory=dict)
    lists: dict[str, Json] = field(default_factory=dict)
    tables: dict[str, Json] = field(default_factory=dict)
    gateways: frozenset[str] = frozenset()
    groups: list[Rule] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    blind: frozenset[str] = frozenset()  # kinds of which no list answered


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    net = await _read(where)
    subnets = [one for one in net.subnets if live(one) and _fits(net, one, args.resource)]
    things = [_thing(where, net, one, args) for one in subnets]
    loud = [rule for rule in net.groups if rule.surprising]
    asked = args.source is not None or args.port is not None
    answer = Answer(
        _head(net, args, things) if asked else _usual(net, things, loud), "Subnets", COLUMNS, "subnets", where.scope(), args.limit, net.unseen,
        _notes(loud, asked=asked),
        more={"networks": [text_of(one, "displayName") for one in net.vcns.values()], "group_rules": [_json(one) for one in net.groups[:100]]},
        untrusted=True,
    )  # fmt: skip
    return told(answer, things)


async def _read(where: Where) -> Net:
    found = await asyncio.gather(
        *(_list(where, kind, operation) for kind, operation in KINDS.items()),
        _list(where, "groups", "list_network_security_groups"),
    )
    net = Net()
    by = dict(zip((*KINDS, "groups"), found, strict=True))
    net.unseen = list(dict.fromkeys(text for one in found for text in one.unseen))
    net.blind = frozenset(kind for kind, one in by.items() if one.failed)
    net.subnets = list(by["subnets"].items)
    net.vcns = {text_of(one, "id"): one for one in by["vcns"].items}
    net.lists = {text_of(one, "id"): one for one in by["lists"].items}
    net.tables = {text_of(one, "id"): one for one in by["tables"].items}
    net.gateways = frozenset(text_of(one, "id") for one in by["gateways"].items)
    groups = [one for one in by["groups"].items if live(one)]
    if len(groups) > GROUPS:
        net.unseen.append(f"rules of {len(groups) - GROUPS} more network security groups")
    for held in await asyncio.gather(*(_group(where, one, net.unseen) for one in groups[:GROUPS])):
        net.groups += held
    return net


async def _list(where: Where, kind: str, operation: str) -> Everywhere:
    """Without subnets there is no answer; every other kind costs only itself."""
    asked = everywhere(where, "network", operation)
    return await (asked if kind == "subnets" else partly(NAMES[kind], asked))


async def _group(where: Where, group: Json, unseen: list[str]) -> list[Rule]:
    try:
        found = await where.api.listing(
            "network", "list_network_security_group_security_rules", region=text_of(group, "region"),
            network_security_group_id=text_of(group, "id"), direction="INGRESS", cap=500,
        )  # fmt: skip
    except ToolError as error:
        unseen.append(f"rules of network security group {text_of(group, 'displayName')}: {error.reason}")
        return []
    return rules(group, found.items)


def _fits(net: Net, subnet: Json, wanted: str | None) -> bool:
    low = (wanted or "").lower()
    near = (subnet, net.vcns.get(text_of(subnet, "vcnId"), {}))
    return any(
        low in text_of(one, "displayName").lower() or low == text_of(one, "id").lower() for one in near
    )


def _usual(net: Net, things: list[Thing], loud: list[Rule]) -> str:
    bad = sum(bool(one.data["open"]) for one in things)
    networks = "networks not seen" if "vcns" in net.blind else counted(len(net.vcns), "network")
    opened = f"{bad} with more than 80 and 443 open to everybody"
    if "lists" in net.blind:
        opened = "what is open is not known, the security lists could not be seen"
    said = f"{networks}, {counted(len(things), 'subnet')}: {opened}"
    return f"{said}; {counted(len(loud), 'such rule')} of network security groups." if loud else f"{said}."


def _head(net: Net, args: Args, things: list[Thing]) -> str:
    lets = sum(bool(one.data["lets"]) for one in things)
    what = f"{args.source or 'everybody (0.0.0.0/0)'} to {args.protocol} {args.port or 'any port'}"
    if "lists" in net.blind:
        return f"{what}: not known whether it is let in, the security lists could not be seen."
    return f"{what}: let in by the security lists of {lets} of {counted(len(things), 'subnet')}."


def _notes(loud: list[Rule], *, asked: bool) -> list[str]:
    words = [f"network security group {rule.holder}: {rule.said}" for rule in loud[:5]]
    if asked:
        words.append(
            "By rules alone: a network security group of the target may let in more, and its host may let in less."
        )
    return words


def _thing(where: Where, net: Net, subnet: Json, args: Args) -> Thing:
    name = text_of(subnet, "displayName")
    missing = [str(one) for one in subnet.get("securityListIds") or [] if one not in net.lists]
    held = [
        rule for one in subnet.get("securityListIds") or [] for rule in of_list(net.lists.get(str(one), {}))
    ]
    out = _way_out(net, subnet)
    reached = out == "internet gateway" and subnet.get("prohibitPublicIpOnVnic") is False
    loud = [rule for rule in held if rule.surprising]
    source = args.source or ("0.0.0.0/0" if args.port else "")
    lets = [rule for rule in held if source and rule.lets(source, args.port, args.protocol)]
    concerns = [rule.said for rule in loud]
    if missing:
        concerns.append(f"{counted(len(missing), 'security list')} not seen")
    shown = lets if source else held
    said = listed([rule.said for rule in shown], 6) or ("nothing seen" if missing else "nothing")
    vcn = text_of(net.vcns.get(text_of(subnet, "vcnId"), {}), "displayName")
    public = "public addresses" if subnet.get("prohibitPublicIpOnVnic") is False else "no public addresses"
    parts = (
        f"{text_of(subnet, 'cidrBlock')} in {vcn or 'a network not seen'}, {public}, way out: {out}; lets in {said}",
        f"open: {'; '.join(concerns)}" if concerns else "",
        *(f"reason given: {short(rule.about, 80)}" for rule in loud if rule.about),
        f"{where.path(subnet)}, {text_of(subnet, 'region')}",
    )
    row = (
        name,
        vcn,
        text_of(subnet, "cidrBlock"),
        out,
        said,
        "; ".join(concerns),
        where.path(subnet),
        text_of(subnet, "region"),
    )
    data = {
        "id": text_of(subnet, "id"), "name": name, "network": vcn, "cidr": text_of(subnet, "cidrBlock"), "way_out": out, "reachable": reached, "rules_whole": not missing,
        "rules": [_json(rule) for rule in held], "open": [_json(rule) for rule in loud], "lets": [_json(rule) for rule in lets],
        "compartment": where.path(subnet), "region": text_of(subnet, "region"),
    }  # fmt: skip
    rank = (0 if lets else 9) if source else (0 if loud and reached else (3 if concerns else 9))
    ref = f"oci:{shown[0].holder_id if shown else text_of(subnet, 'id')}#ingressSecurityRules"
    return Thing(name, "; ".join(filter(None, parts)), ref, row, data, rank, said)


def _way_out(net: Net, subnet: Json) -> str:
    """By its route table's rule for everything."""
    table = net.tables.get(text_of(subnet, "routeTableId"))
    if table is None:
        return "not seen"
    for rule in table.get("routeRules") or []:
        if (text_of(rule, "destination") or text_of(rule, "cidrBlock")) in {"0.0.0.0/0", "::/0"}:
            target = text_of(rule, "networkEntityId")
            kind = target.split(".")[1] if target.count(".") > 1 else ""
            known = {"natgateway": "NAT gateway", "drg": "dynamic routing gateway"}
            return (
                "internet gateway"
                if target in net.gateways or kind == "internetgateway"
                else known.get(kind, kind or "unknown")
            )
    return "none"


def _json(rule: Rule) -> Json:
    return {"holder": rule.holder, "source": rule.source, "protocol": rule.protocol, "from_port": rule.low, "to_port": rule.high, "about": rule.about}  # fmt: skip


OCI_NETWORK = Tool(
    name="oci_network",
    summary="Networks of Oracle Cloud: subnets, rules, what is open to everybody; who may reach a port by the rules.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=(
        "what is open to the internet?",
        "can 10.0.20.5 reach port 22 in shop-nodes?",
        "subnets of shop-vcn",
    ),
    cache_s=60,
)
