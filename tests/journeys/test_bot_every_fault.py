"""The bot asked in words, in a namespace for each fault of one standing cluster: it names the cause that the table says."""

import asyncio
import json
import re
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from bot.app import open_bot
from bot.settings import Settings
from sandbox.cluster.extensions import install, register
from sandbox.cluster.server import ClusterServer
from sandbox.cluster.store import Store
from sandbox.slack.server import LocalSlack
from tests.journeys import test_diagnosis_recorded as recorded
from tests.journeys import test_diagnosis_unseen as unseen
from tests.journeys.bot_house import BOT, MANIFEST, texts_of
from tests.journeys.test_diagnosis_needed import BUILT, ELSEWHERE
from tests.journeys.test_diagnosis_pairs import ALONE
from tests.unit import test_diagnosis_clients as clients
from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.diagnosis.catalogue import FAULTS
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import when
from tools.cluster.snapshot import Snapshot, Text

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not recorded.DATA.is_dir(), reason="shared data absent"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
]
STAMP = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=(?:\.\d+)?Z)")
POLICY = """
version: 1
people: [{id: "TLOCAL:UALICE", name: alice}]
bindings: [{subjects: ["person:alice"], role: operator, channels: ["*"], clusters: ["*"], namespaces: ["*"]}]
environments: [{name: production, clusters: ["*"], namespaces: ["*"]}]
"""
# They need metrics, a right that is taken away, Secrets, or several revisions that are put there at their time: asked elsewhere.
# What breaks nothing yet, or is no workload: asked of the whole namespace.
OF_THE_NAMESPACE = {"pdb_blocks", "cronjob", "gateway_not_accepted"}
OF_ADMISSION = {"pod_security", "service_account_missing"}
OF_THE_POD = {"pending_anti_affinity", "pending_schedulinggates"}
ASKED_ELSEWHERE = {"release.detect", "mine.detect", "helmed.detect", "throttled.detect"}


def cases():
    """Name of the namespace -> snapshot."""
    if not recorded.DATA.is_dir():
        return {}
    found = [recorded.snapshot(recorded.recording(name)) for name in ALONE]
    found += [make() for title, (make, _, _) in BUILT.items() if title not in ASKED_ELSEWHERE]
    found += [make()[0] for make in ELSEWHERE.values()]
    found += [clients.CASES[name].snap() for name in ("dnsPolicy", "throttled", "experiment")]
    found += [one_pod(*case) for case in unseen.test_one_pod_one_fault.pytestmark[0].args[1]]
    found += [
        unseen.snap(pods=[pod])
        for pod, fault, _ in unseen.test_pending.pytestmark[0].args[1]
        if fault in OF_THE_POD
    ]
    found += [
        refused(message)
        for message, fault in unseen.test_pods_that_may_not_be_made.pytestmark[0].args[1]
        if fault in OF_ADMISSION
    ]
    return {f"team-{number:02}": called(snap, f"till{number:02}") for number, snap in enumerate(found)}


def one_pod(status, events, _):
    pod = unseen.pod(status=status, ready=status["ready"])
    return unseen.snap(pods=[pod], events=[unseen.event("p", "Pod", *e) for e in events], configmaps=[])


def refused(message):
    """A Deployment whose ReplicaSet may not make its pods."""
    condition = {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": "FailedCreate",
        "message": message,
        "lastTransitionTime": unseen.at(-60),
    }
    rs = unseen.obj(
        "ReplicaSet", "x-1", {"replicas": 2}, {"conditions": [condition]}, unseen.ref("Deployment", "x")
    )
    none = unseen.deployment(
        2, {"replicas": 0, "conditions": [condition]}, selector={"matchLabels": {"app": "x"}}
    )
    return unseen.snap(deployments=[none], replicasets=[rs])


def called(snap, name):
    """`web` is what several cases call their workload: each gets a name of its own."""

    def other(text):
        return re.sub(r"(?<![\w.-])web(?![\w])", name, text)

    logs = [Text(other(t.pod), t.container, t.previous, t.text) for t in snap.logs]
    return Snapshot(snap.cluster, snap.namespace, snap.now, json.loads(other(json.dumps(snap.items))), logs)


CASES = cases()


class Logs:
    """What the containers of a case wrote, by namespace."""

    def __init__(self):
        self.texts = {}

    def read(self, pod, container, *, previous):
        meta = pod["metadata"]
        lines = self.texts.get((meta["namespace"], meta["name"], container, previous), [])
        return [(datetime.now(UTC).timestamp() - 30 + n / 1000, line) for n, line in enumerate(lines)]


def moved(snap, space, now):
    """Its objects, in a namespace of their own and as old as they were."""
    late = now - snap.now
    text = json.dumps(snap.items)
    text = STAMP.sub(lambda m: (when(f"{m[0]}Z") + late).strftime("%Y-%m-%dT%H:%M:%S"), text)
    return json.loads(re.sub(rf"(?<![\w-]){re.escape(snap.namespace)}(?![\w-])", space, text))


def placed(space, items, taken):
    """(key, object) for the store; what is not of a namespace is there once for all."""
    for plural, found in items.items():
        kind = BY_PLURAL.get(plural)
        for item in found:
            if kind is None or (plural in {"namespaces", "events"} and "involvedObject" not in item):
                continue
            meta = item["metadata"]
            meta["namespace"] = space if kind.namespaced else ""
            if not kind.namespaced:
                del meta["namespace"]
                if (plural, meta["name"]) in taken:
                    continue
                taken.add((plural, meta["name"]))
            meta.setdefault("resourceVersion", "10")
            meta.setdefault("uid", f"{space}-{plural}-{meta['name']}")
            keys = {"data": item.pop("keys")} if "keys" in item else {}
            yield (
                f"{kind.api_version}/{plural}",
                {"apiVersion": kind.api_version, "kind": kind.kind, **item, **keys},
            )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ask(tmp_path_factory):
    root = tmp_path_factory.mktemp("every")
    store, logs, taken, now = Store(), Logs(), set(), datetime.now(UTC).replace(microsecond=0)
    install(store, "gateway-api", "cert-manager", "chaos-mesh", "litmus")
    register(store)
    objects = [(key, kept.obj) for key in ("apiextensions.k8s.io/v1/customresourcedefinitions", "apiregistration.k8s.io/v1/apiservices") for kept in store.view(key)]  # fmt: skip
    for space, snap in CASES.items():
        objects.append(("v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space, "uid": f"ns-{space}", "resourceVersion": "9", "labels": {"kubernetes.io/metadata.name": space}}, "status": {"phase": "Active"}}))  # fmt: skip
        objects += placed(space, moved(snap, space, now), taken)
        for log in snap.logs:
            lines = [re.sub(r"^\d{4}-\S+Z ", "", line) for line in log.text.splitlines()]
            text = re.sub(rf"(?<![\w-]){re.escape(snap.namespace)}(?![\w-])", space, "\n".join(lines))
            logs.texts[space, log.pod, log.container, log.previous] = text.splitlines()
    server = ClusterServer(store, root / "cluster", logs=logs)
    await server.start()
    store.restore(objects, version=1_000)
    (root / "policy.yaml").write_text(POLICY)
    async with LocalSlack(MANIFEST) as slack:
        settings = Settings(
            slack_bot_token=slack.bot_token, slack_app_token=slack.app_token, slack_signing_secret=slack.signing_secret, slack_api_url=slack.api_url,
            database_url=f"sqlite:///{root}/app.db", policy_file=root / "policy.yaml", kubeconfig=server.kubeconfigs["bot"], http_port=0, log_level="WARNING", _env_file=None,
        )  # fmt: skip
        async with open_bot(settings) as bot:
            await asyncio.wait_for(bot.until_ready(), 30)

            async def asked(words):
                ts = await slack.say("UALICE", "COPS", f"{BOT} {words}")
                answer = await slack.wait_for(lambda: next(iter(slack.replies("COPS", ts)), None), 30)
                return f"{answer['text']}\n{texts_of(answer.get('blocks', []))}"

            yield asked
    await server.stop()


def question(first, space):
    """About a workload that it touches, as somebody would who is called."""
    if first.fault in OF_THE_NAMESPACE:
        return f"k8s why -n {space}"
    things = sorted(
        first.touches, key=lambda thing: (not thing.startswith(("deployment/", "pod/", "job/")), thing)
    )
    return f"why is {' '.join(things[0].split('/'))} failing in namespace {space}?"


@pytest.mark.parametrize(
    "space", CASES, ids=lambda space: f"{space}-{analyse(CASES[space]).findings[0].fault}"
)
async def test_asked_in_words_it_names_the_cause(ask, space):
    [first, *_] = analyse(CASES[space]).findings
    answer = await ask(question(first, space))
    told = first.cause.partition(":")[0]
    told = re.sub(rf"(?<![\w-]){re.escape(CASES[space].namespace)}(?![\w-])", space, told)
    words = re.findall(r"[A-Za-z][\w-]{3,}", told)[:6]
    missing = [word for word in words if word.lower() not in answer.lower()]
    assert not missing, (first.fault, question(first, space), first.cause, answer[:600])


async def test_most_of_the_table_is_asked_for():
    """The rest: what needs metrics, nodes of its own, a missing right or Secrets, by tests/journeys/test_diagnosis_chain.py, test_breaks.py and others."""
    asked = {analyse(snap).findings[0].fault for snap in CASES.values()}
    assert len(asked) >= 43, sorted({fault.slug for fault in FAULTS} - asked)
