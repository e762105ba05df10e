"""Can A reach B, and if not: which policy says no? NetworkPolicies evaluated, with the Service and the names in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from tools.cluster.api import Api
from tools.cluster.netpol.ends import End
from tools.cluster.netpol.evaluate import Flow, Side, Verdict, decide
from tools.cluster.netpol.finding import Found, Named, Wanted, find, named, read, wanted
from tools.cluster.netpol.words import opening, peers, refusal
from tools.cluster.objects import meta, name, pod_ready, spec
from tools.cluster.several import Several
from tools.errors import AskBack, ToolError
from tools.reads.digest import counted, digest, listed, proved
from tools.services.where import Place, allow
from tools.services.where import find as find_place
from tools.spec import Call, Evidence, Json, Result, Scoped, Table, Tool

COMBINATIONS = 60  # of unlike pods and ports; beyond them it says so
PROVED = 6
END = r"^[A-Za-z0-9][-A-Za-z0-9.:/ ]*$"
SPACE_LABEL = "kubernetes.io/metadata.name"
DNS_END = End(
    "the cluster's DNS", "kube-system", (("k8s-app", "kube-dns"),), ((SPACE_LABEL, "kube-system"),), None,
    (("dns", "UDP", 53), ("dns-tcp", "TCP", 53)),
)  # fmt: skip
OTHERS = {
    "cilium.io": "Cilium policies", "crd.projectcalico.org": "Calico policies", "projectcalico.org": "Calico policies",
    "policy.networking.k8s.io": "cluster network policies", "security.istio.io": "Istio authorization policies",
}  # fmt: skip


class Args(Scoped):
    source: str | None = Field(None, max_length=300, pattern=END, description="who calls: pod, workload or Service, namespace/name, an address, or internet")  # fmt: skip
    target: str | None = Field(
        None, max_length=300, pattern=END, description="who is called, in the same words"
    )
    port: str | None = Field(None, max_length=15, pattern=r"^[a-z0-9][-a-z0-9]*$", description="port number or name; left out: every port that it offers")  # fmt: skip
    protocol: str | None = Field(None, pattern=r"^(TCP|UDP|SCTP)$", description="TCP, UDP or SCTP")


@dataclass(frozen=True, slots=True)
class Check:
    source: End
    target: End
    port: Wanted
    verdict: Verdict


@dataclass(slots=True)
class Answer:
    source: Found
    target: Found
    checks: list[Check]
    broken: list[str]  # before any policy is asked: no pods, no port
    dns: Side | None
    unseen: list[str]

    @property
    def refused(self) -> list[Check]:
        return [check for check in self.checks if not check.verdict.allowed]

    @property
    def reachable(self) -> str:
        if self.broken or not self.checks or len(self.refused) == len(self.checks):
            return "no"
        return "partly" if self.refused else "yes"


async def run(call: Call, args: Args) -> Result:
    place = await find_place(call, args.model_copy(update={"service": None}))
    ends = [await _end(call, args, place, word) for word in _words(args)]
    spaces = {end.namespace for end in ends if not end.outside}
    if not spaces:
        raise AskBack("One end must be in the cluster. Which pod, workload or Service?")
    for space in spaces:
        allow(call, place.api.name, space)
    seen = await read(place.api, spaces, call.reach)
    source, target = (_found(end, seen, target=bool(number)) for number, end in enumerate(ends))
    policies = [policy for each in seen.values() for policy in each.of("networkpolicies")]
    unseen = [gap for each in seen.values() for gap in each.unseen] + await _other_policies(place.api)
    answer = _answer(source, target, policies, args, unseen)
    return _result(place, answer)


def _words(args: Args) -> tuple[str, str]:
    """A service that was named beside one end is the other."""
    source, target = args.source or (args.service if args.target else None), args.target or args.service
    if not source or not target:
        raise AskBack("From where to where? Name who calls and who is called.")
    return source, target


async def _end(call: Call, args: Args, place: Place, word: str) -> Named:
    """By a name of the service map where it is one, else as it was written."""
    end = named(word, place.namespace)
    if end.outside or "/" in word:
        return end
    services = await call.clients.known_services()
    refs = [
        ref
        for known in services.called(word, call.reach)
        for ref in known.workloads
        if ref.cluster == place.api.name and args.namespace in {None, ref.namespace}
    ]
    if len({ref.namespace for ref in refs}) == 1:
        return Named(word, refs[0].namespace, end.name if end.name == refs[0].name else refs[0].name)
    if not end.namespace:
        raise AskBack(f"In which namespace is {word}?", tuple(f"{r.namespace}/{word}" for r in refs))
    return end


def _found(end: Named, seen: dict[str, Several], *, target: bool) -> Found:
    return find(end, seen.get(end.namespace, Several()), target=target)


async def _other_policies(api: Api) -> list[str]:
    """Kinds of policies that are served here and are not evaluated."""
    try:
        groups = {str(g.get("name")) for g in (await api.read("/apis")).get("groups") or []}
    except ToolError as error:
        return [f"which other kinds of policies there are: {error.reason}"]
    return [f"{words}: served here, and not evaluated" for group, words in OTHERS.items() if group in groups]


def _answer(source: Found, target: Found, policies: list[Json], args: Args, unseen: list[str]) -> Answer:
    broken = list(_broken(target))
    ports = wanted(target, args.port, args.protocol)
    broken += [port.lost for port in ports if port.lost]
    addressed = any("ipBlock" in str(spec(p)) for p in policies)
    pairs = [
        (one, other, port)
        for one in _unlike(source.ends, addressed=addressed)
        for other in _unlike(target.ends, addressed=addressed)
        for port in ports
        if not port.lost
    ]
    if len(pairs) > COMBINATIONS:
        unseen = [*unseen, f"{len(pairs) - COMBINATIONS} more combinations of unlike pods and ports"]
    checks = [Check(*pair, decide(policies, pair[0], pair[1], pair[2].flow)) for pair in pairs[:COMBINATIONS]]
    return Answer(source, target, checks, broken, _dns(source, target, policies), unseen)


def _unlike(ends: list[End], *, addressed: bool) -> list[End]:
    """One of each sort; pods of one workload stand the same before a policy that names no address."""
    return list({(end.alike, end.address if addressed else None): end for end in reversed(ends)}.values())


def _broken(target: Found) -> Iterator[str]:
    """What stops every connection, whatever the policies say."""
    if target.service is not None and not target.ends:
        yield f"Service {target.named.name} selects no running pod"
    elif target.planned:
        yield f"{target.named.text} has no running pod"
    elif target.pods and not any(pod_ready(pod) for pod in target.pods) and target.service is not None:
        yield f"no pod behind Service {target.named.name} is ready, so it passes nothing on"


def _dns(source: Found, target: Found, policies: list[Json]) -> Side | None:
    """Whether names can be resolved: the question comes before any connection by name."""
    if target.kind == "address" or source.kind == "address":
        return None
    sides = [decide(policies, end, DNS_END, Flow(53, "UDP")).egress for end in source.ends[:1]]
    return sides[0] if sides else None


def _result(place: Place, answer: Answer) -> Result:
    lines = [*(f"{text}." for text in answer.broken), *_lines(answer)]
    policies = _policies(answer)
    fixes = list(dict.fromkeys(_fixes(answer)))
    gaps = [f"could not see: {'; '.join(answer.unseen)}"] if answer.unseen else []
    facts = [
        Evidence(_ref(place, policy), f"NetworkPolicy {name(policy)}", _says(policy))
        for policy in policies[:PROVED]
    ]
    rows = tuple(
        (
            check.source.words,
            check.target.words,
            check.port.asked or "any port",
            "yes" if check.verdict.allowed else "no",
        )
        for check in answer.checks[:30]
    )
    return Result(
        data=_json(answer, policies),
        digest=digest([_head(answer), *lines, *_doubts(answer), *proved((f"{fact.label} {fact.value}" for fact in facts), PROVED), *(f"To open it: {fix}." for fix in fixes[:3]), *gaps]),
        scope=place.scope("now"),
        evidence=tuple(facts),
        could_not_see=tuple(answer.unseen),
        tables=(Table("Paths", ("from", "to", "port", "passes"), rows),) if len(rows) > 1 else (),
    )  # fmt: skip


def _head(answer: Answer) -> str:
    source, target = answer.source.named.text, answer.target.named.text
    ports = listed([port for port in dict.fromkeys(c.port.asked for c in answer.checks) if port], 4)
    where = f" on {ports}" if ports else ""
    dns = answer.dns is not None and not answer.dns.allowed
    match answer.reachable:
        case "yes" if dns:
            return (
                f"Only by address: policies let {source} reach {target}{where}, but it cannot resolve names."
            )
        case "yes":
            return f"Yes: no policy keeps {source} from {target}{where}."
        case "partly":
            return f"Partly: {len(answer.checks) - len(answer.refused)} of {counted(len(answer.checks), 'path')} from {source} to {target} pass."
        case _ if answer.refused:
            return f"No: policies keep {source} from {target}{where}."
        case _:
            return f"No: {target} cannot be reached, whatever the policies say."


def _lines(answer: Answer) -> Iterator[str]:
    for check in answer.refused[:6]:
        for side in check.verdict.refusing:
            end, other = (
                (check.source, check.target) if side.direction == "egress" else (check.target, check.source)
            )
            port = check.port.asked or "any port"
            yield f"{check.source.words} to {check.target.words} on {port}: {side.direction} says no: {refusal(side, end, other)}."
    if answer.dns is not None and not answer.dns.allowed:
        names = ", ".join(name(p) for p in answer.dns.isolating)
        yield f"{answer.source.named.text} cannot resolve names: its egress is closed by {names}, and no rule opens UDP 53 to the cluster's DNS (kube-system, k8s-app=kube-dns)."
    if not answer.checks or answer.refused:
        return
    closed = [s for c in answer.checks for s in (c.verdict.egress, c.verdict.ingress) if s.by is not None]
    yield from dict.fromkeys(
        f"{s.direction}: {name(s.by.policy)} lets it pass (rule {s.by.index + 1})" for s in closed if s.by
    )
    if not closed:
        yield "No policy selects either of them, so everything passes."


def _doubts(answer: Answer) -> list[str]:
    sides = [s for c in answer.checks for s in (c.verdict.egress, c.verdict.ingress)]
    notes = [f"{end.note}." for end in (answer.source, answer.target) if end.note]
    return [*notes, *dict.fromkeys(f"Perhaps otherwise: {side.doubt}." for side in sides if side.doubt)]


def _fixes(answer: Answer) -> Iterator[str]:
    for check in answer.refused:
        for side in check.verdict.refusing:
            yield opening(side, check.target if side.direction == "egress" else check.source, check.port.flow)
    if answer.dns is not None and not answer.dns.allowed:
        yield opening(answer.dns, DNS_END, Flow(53, "UDP"))


def _policies(answer: Answer) -> list[Json]:
    """Those that decide, the refusing first."""
    sides = [s for c in answer.refused for s in c.verdict.refusing]
    sides += [s for c in answer.checks for s in (c.verdict.egress, c.verdict.ingress)]
    sides += [answer.dns] if answer.dns is not None and not answer.dns.allowed else []
    return list({(meta(p).get("namespace"), name(p)): p for s in sides for p in s.isolating}.values())


def _says(policy: Json) -> str:
    directions = spec(policy).get("policyTypes") or ["Ingress"]
    return ", ".join(peers(policy, d.lower()) for d in directions)


def _ref(place: Place, policy: Json) -> str:
    return f"k8s:{place.api.name}/{meta(policy).get('namespace')}/networkpolicy/{name(policy)}#spec"


def _json(answer: Answer, policies: list[Json]) -> Json:
    return {
        "reachable": answer.reachable,
        "source": answer.source.named.text,
        "target": answer.target.named.text,
        "broken": answer.broken,
        "names_resolve": answer.dns.allowed if answer.dns is not None else None,
        "paths": [
            {"from": c.source.words, "to": c.target.words, "port": c.port.flow.port, "protocol": c.port.flow.protocol, "asked": c.port.asked, "egress": c.verdict.egress.allowed, "ingress": c.verdict.ingress.allowed, "passes": c.verdict.allowed}
            for c in answer.checks
        ],
        "policies": [{"namespace": meta(p).get("namespace"), "name": name(p)} for p in policies],
        "fixes": list(dict.fromkeys(_fixes(answer)))[:5],
    }  # fmt: skip


K8S_PATH = Tool(
    name="k8s_path",
    summary="Network path: can A reach B in the cluster, and which NetworkPolicy says no; Service, ports and name resolution included.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=(
        "can gateway reach checkout?",
        "which network policy blocks cart from orders-db?",
        "can shop/web connect to kube-system/metrics on port 443?",
    ),
    cache_s=15,
)
