"""kubectl, unmodified, against the local cluster: what people type, and what they read."""

import json
import subprocess
import time

import pytest
import yaml

from tests.unit.cluster_running import KUBECTL, pod, running, workload

REPLICA_SETS = "apps/v1/replicasets"
DEPLOYMENTS = "apps/v1/deployments"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The namespace `shop`: Deployment `web` with two revisions and two pods, an event, a node, metrics."""
    with running(tmp_path_factory.mktemp("kubectl"), metrics=True) as cluster:
        store = cluster.store
        store.create("v1/namespaces", {"metadata": {"name": "shop"}})
        store.create("v1/nodes", node())
        web = store.create(DEPLOYMENTS, workload("web") | {"status": healthy(2)})
        for revision, image in ((1, "web:1"), (2, "web:2")):
            store.create(REPLICA_SETS, replica_set(web, revision, image))
        web["spec"]["template"]["spec"]["containers"][0]["image"] = "web:2"
        web["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "2"}
        store.replace(DEPLOYMENTS, web)
        settle(store)
        owner = store.get(REPLICA_SETS, "shop", "web-2")
        for name in ("web-2-aaaaa", "web-2-bbbbb"):
            store.create("v1/pods", pod(name) | {"metadata": owned(name, owner)})
        store.create("v1/events", event(store.get("v1/pods", "shop", "web-2-aaaaa")))
        usage = [{"name": "web", "usage": {"cpu": "25m", "memory": "64Mi"}}]
        head = {"timestamp": "2026-11-25T00:00:00Z", "window": "15s"}
        cluster.meter.of_pods = [
            {"metadata": {"name": "web-2-aaaaa", "namespace": "shop"}, **head, "containers": usage}
        ]
        cluster.meter.of_nodes = [
            {"metadata": {"name": "node-1"}, **head, "usage": {"cpu": "1", "memory": "1Gi"}}
        ]
        yield cluster


def node():
    return {
        "metadata": {"name": "node-1", "labels": {"kubernetes.io/hostname": "node-1"}},
        "spec": {},
        "status": {
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
            "capacity": {"cpu": "4", "memory": "8Gi", "pods": "110"},
            "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
            "nodeInfo": {"kubeletVersion": "v1.36.2", "osImage": "Linux", "architecture": "amd64"},
        },
    }


def healthy(replicas, generation=1):
    names = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    conditions = [
        {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"},
        {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"},
    ]
    return dict.fromkeys(names, replicas) | {"observedGeneration": generation, "conditions": conditions}


def settle(store, replicas=2):
    generation = store.get(DEPLOYMENTS, "shop", "web")["metadata"]["generation"]
    store.patch_status(DEPLOYMENTS, "shop", "web", healthy(replicas, generation))


def owned(name, owner):
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }
    labels = {"app": "web", "pod-template-hash": name.split("-")[1]}
    return {"name": name, "namespace": "shop", "labels": labels, "ownerReferences": [reference]}


def replica_set(web, revision, image):
    body = json.loads(json.dumps(web["spec"]["template"]))
    body["metadata"]["labels"]["pod-template-hash"] = str(revision)
    body["spec"]["containers"][0]["image"] = image
    metadata = owned(f"web-{revision}", web)
    metadata["annotations"] = {"deployment.kubernetes.io/revision": str(revision)}
    selector = {"matchLabels": {"app": "web", "pod-template-hash": str(revision)}}
    replicas = 2 if revision == 2 else 0
    return {"metadata": metadata, "spec": {"replicas": replicas, "selector": selector, "template": body}}


def event(about):
    metadata = about["metadata"]
    target = {"apiVersion": "v1", "kind": "Pod", "namespace": "shop", "name": metadata["name"]}
    return {
        "metadata": {"name": f"{metadata['name']}.1", "namespace": "shop"},
        "involvedObject": {**target, "uid": metadata["uid"]},
        "reason": "BackOff",
        "message": "Back-off restarting failed container web",
        "type": "Warning",
        "count": 4,
        "firstTimestamp": "2026-11-25T00:00:00Z",
        "lastTimestamp": "2026-11-25T00:00:00Z",
        "source": {"component": "kubelet", "host": "node-1"},
    }


def image(shop, container=0):
    return shop.store.get(DEPLOYMENTS, "shop", "web")["spec"]["template"]["spec"]["containers"][container][
        "image"
    ]


def rows(text):
    return [line.split() for line in text.strip().splitlines()]


def test_get_prints_what_people_know(shop):
    head, first, _ = rows(shop.kubectl("get", "pods", "-n", "shop"))
    assert head == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert first[:4] == ["web-2-aaaaa", "1/1", "Running", "0"]
    wide = shop.kubectl("get", "deploy", "web", "-n", "shop", "-o", "wide")
    assert "CONTAINERS" in wide
    assert "web,sidecar" in wide
    assert json.loads(shop.kubectl("get", "po", "web-2-aaaaa", "-n", "shop", "-o", "json"))["kind"] == "Pod"
    assert (
        yaml.safe_load(shop.kubectl("get", "deploy", "web", "-n", "shop", "-o", "yaml"))["spec"]["replicas"]
        == 2
    )
    assert shop.kubectl("get", "pods", "-n", "shop", "-o", "name").split() == [
        "pod/web-2-aaaaa",
        "pod/web-2-bbbbb",
    ]
    path = shop.kubectl("get", "pods", "-A", "-o", "jsonpath={.items[*].spec.nodeName}")
    assert path == "node-1 node-1"
    assert rows(shop.kubectl("get", "nodes"))[1][:2] == ["node-1", "Ready"]


def test_get_selects_pages_and_says_when_nothing_is_there(shop):
    assert "web-2-bbbbb" in shop.kubectl(
        "get", "po", "-n", "shop", "-l", "app=web", "--field-selector", "status.phase=Running"
    )
    assert (
        shop.kubectl("get", "po", "-n", "shop", "-l", "app=none").strip()
        == "No resources found in shop namespace."
    )
    assert len(rows(shop.kubectl("get", "po", "-n", "shop", "--chunk-size=1"))) == 3
    wrong = shop.kubectl("get", "deploy", "-n", "shop", "--field-selector", "spec.replicas=1", code=1)
    assert 'is not a known field selector: only "metadata.name", "metadata.namespace"' in wrong
    assert 'deployments.apps "none" not found' in shop.kubectl("get", "deploy", "none", "-n", "shop", code=1)
    assert "the server doesn't have a resource type" in shop.kubectl("get", "unicorns", code=1)


def test_get_all_kinds_that_a_category_holds(shop):
    listed = shop.kubectl("get", "all", "-n", "shop")
    for name in ("pod/web-2-aaaaa", "deployment.apps/web", "replicaset.apps/web-1"):
        assert name in listed


def test_get_watches(shop):
    environment = {"KUBECONFIG": str(shop.server.kubeconfigs["admin"]), "HOME": str(shop.folder)}
    words = ["get", "cm", "-n", "shop", "-w", "-o", "name"]
    with subprocess.Popen([KUBECTL, *words], env=environment, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout.readline() == "configmap/kube-root-ca.crt\n"
        shop.store.create("v1/configmaps", {"metadata": {"name": "seen", "namespace": "shop"}})
        assert watching.stdout.readline() == "configmap/seen\n"
        watching.terminate()


def test_describe_tells_of_the_objects_around(shop):
    text = shop.kubectl("describe", "deploy", "web", "-n", "shop")
    assert "2 desired | 2 updated | 2 total | 2 available | 0 unavailable" in text
    assert "NewReplicaSet:     web-2 (2/2 replicas created)" in text or "web-2" in text
    told = shop.kubectl("describe", "pod", "web-2-aaaaa", "-n", "shop")
    assert "Back-off restarting failed container web" in told
    assert "Node:             node-1" in told
    assert "Allocatable" in shop.kubectl("describe", "node", "node-1")
    assert "Aggregation" in shop.kubectl("describe", "clusterrole", "view") or "pods" in shop.kubectl(
        "describe", "clusterrole", "view"
    )


def test_logs_are_printed(shop):
    shop.logs.written["web-2-aaaaa", "web", False] = [(time.time(), "hello"), (time.time(), "world")]
    assert shop.kubectl("logs", "web-2-aaaaa", "-n", "shop") == "hello\nworld\n"
    assert shop.kubectl("logs", "web-2-aaaaa", "-n", "shop", "--tail=1") == "world\n"
    assert "hello" in shop.kubectl("logs", "deploy/web", "-n", "shop")
    refusal = shop.kubectl("logs", "web-2-aaaaa", "-n", "shop", "--previous", code=1)
    assert 'previous terminated container "web" in pod "web-2-aaaaa" not found' in refusal


def test_rollout_status_and_history(shop):
    settle(shop.store)
    assert (
        shop.kubectl("rollout", "status", "deploy/web", "-n", "shop")
        == 'deployment "web" successfully rolled out\n'
    )
    history = rows(shop.kubectl("rollout", "history", "deploy/web", "-n", "shop"))
    assert [row[0] for row in history] == ["deployment.apps/web", "REVISION", "1", "2"]
    assert "web:1" in shop.kubectl("rollout", "history", "deploy/web", "-n", "shop", "--revision=1")


def test_rollout_waits_for_what_is_not_done(shop):
    status = healthy(2, shop.store.get(DEPLOYMENTS, "shop", "web")["metadata"]["generation"])
    shop.store.patch_status(DEPLOYMENTS, "shop", "web", status | {"updatedReplicas": 1})
    text = shop.kubectl("rollout", "status", "deploy/web", "-n", "shop", "--timeout=1s", code=1)
    assert "1 out of 2 new replicas have been updated" in text
    settle(shop.store)


def test_rollout_undo_and_restart(shop):
    assert "rolled back" in shop.kubectl("rollout", "undo", "deploy/web", "-n", "shop", "--to-revision=1")
    assert image(shop) == "web:1"
    assert "rolled back" in shop.kubectl("rollout", "undo", "deploy/web", "-n", "shop", "--to-revision=2")
    assert image(shop) == "web:2"
    assert "skipped rollback" in shop.kubectl(
        "rollout", "undo", "deploy/web", "-n", "shop", "--to-revision=2"
    )
    assert "restarted" in shop.kubectl("rollout", "restart", "deploy/web", "-n", "shop")
    template = shop.store.get(DEPLOYMENTS, "shop", "web")["spec"]["template"]
    assert "kubectl.kubernetes.io/restartedAt" in template["metadata"]["annotations"]
    shop.kubectl("rollout", "pause", "deploy/web", "-n", "shop")
    assert "can't restart paused deployment" in shop.kubectl(
        "rollout", "restart", "deploy/web", "-n", "shop", code=1
    )
    shop.kubectl("rollout", "resume", "deploy/web", "-n", "shop")


def test_auth_can_i(shop):
    assert shop.kubectl("auth", "can-i", "delete", "pods", "-n", "shop") == "yes\n"
    assert shop.kubectl("auth", "can-i", "delete", "pods", "-n", "shop", who="viewer", code=1) == "no\n"
    assert shop.kubectl("auth", "can-i", "get", "pods/log", "-n", "shop", who="viewer") == "yes\n"
    person = ("--as=slack:TLOCAL:UALICE", "--as-group=chatops:operator")
    assert shop.kubectl("auth", "can-i", "patch", "deploy/web", "-n", "shop", *person, who="bot") == "yes\n"
    assert shop.kubectl("auth", "can-i", "get", "secrets", "-n", "shop", *person, who="bot", code=1) == "no\n"
    several = (*person, "--as-group=chatops:viewer")
    assert shop.kubectl("auth", "can-i", "list", "nodes", *several, who="bot").splitlines()[-1] == "yes"
    stranger = shop.kubectl("auth", "can-i", "get", "pods", "--as=slack:TLOCAL:UEVE", who="bot", code=1)
    assert 'cannot impersonate resource "users"' in stranger
    listed = shop.kubectl("auth", "can-i", "--list", "-n", "shop", who="viewer")
    assert "pods/log" in listed
    assert "secrets" not in listed
    assert "viewer" in shop.kubectl("auth", "whoami", who="viewer")


def test_a_refusal_is_told_in_full(shop):
    text = shop.kubectl("delete", "pod", "web-2-aaaaa", "-n", "shop", who="viewer", code=1)
    assert (
        'pods "web-2-aaaaa" is forbidden: User "viewer" cannot delete resource "pods" in API group "" in the namespace "shop"'
        in text
    )


def test_scale(shop):
    assert shop.kubectl("scale", "deploy/web", "--replicas=3", "-n", "shop") == "deployment.apps/web scaled\n"
    assert "Expected replicas to be 9, was 3" in shop.kubectl(
        "scale", "deploy/web", "--replicas=2", "--current-replicas=9", "-n", "shop", code=1
    )
    shop.kubectl("scale", "deploy/web", "--replicas=2", "-n", "shop", "--current-replicas=3")
    settle(shop.store)


def test_patches_of_three_kinds(shop):
    def patched(kind, body):
        shop.kubectl("patch", "deploy", "web", "-n", "shop", "--type", kind, "-p", json.dumps(body))
        return shop.store.get(DEPLOYMENTS, "shop", "web")["spec"]["template"]["spec"]["containers"]

    one = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "web:3"}]}}}}
    assert len(patched("strategic", one)) == 2
    path = "/spec/template/spec/containers/1/image"
    assert patched("json", [{"op": "replace", "path": path, "value": "side:2"}])[1]["image"] == "side:2"
    failed = json.dumps([{"op": "test", "path": path, "value": "other"}])
    refusal = shop.kubectl("patch", "deploy", "web", "-n", "shop", "--type", "json", "-p", failed, code=1)
    assert "the server rejected our request due to an error in our request" in refusal
    assert len(patched("merge", one)) == 1


def test_apply_from_the_client_keeps_what_others_set(shop):
    item = workload("cart")
    apply = ("apply", "-f", "-")
    assert shop.kubectl(*apply, stdin=yaml.safe_dump(item)) == "deployment.apps/cart created\n"
    assert shop.kubectl(*apply, stdin=yaml.safe_dump(item)) == "deployment.apps/cart unchanged\n"
    shop.kubectl("annotate", "deploy", "cart", "-n", "shop", "note=mine")
    del item["spec"]["template"]["spec"]["containers"][1]
    assert shop.kubectl(*apply, stdin=yaml.safe_dump(item)) == "deployment.apps/cart configured\n"
    cart = shop.store.get(DEPLOYMENTS, "shop", "cart")
    assert [c["name"] for c in cart["spec"]["template"]["spec"]["containers"]] == ["web"]
    assert cart["metadata"]["annotations"]["note"] == "mine"
    item["spec"]["replicas"] = 9
    assert "-  replicas: 2" in shop.kubectl("diff", "-f", "-", stdin=yaml.safe_dump(item), code=1)
    assert shop.store.get(DEPLOYMENTS, "shop", "cart")["spec"]["replicas"] == 2
    item["spec"]["replcias"] = 1
    assert 'unknown field "spec.replcias"' in shop.kubectl(*apply, stdin=yaml.safe_dump(item), code=1)
    shop.kubectl("delete", "deploy", "cart", "-n", "shop")


def test_apply_on_the_server_names_who_owns_a_field(shop):
    item = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "shared", "namespace": "shop"},
        "data": {"a": "1"},
    }
    apply = ("apply", "--server-side", "-f", "-")
    text = yaml.safe_dump(item)
    assert shop.kubectl(*apply, "--field-manager=one", stdin=text) == "configmap/shared serverside-applied\n"
    item["data"]["a"] = "2"
    conflict = shop.kubectl(*apply, "--field-manager=two", stdin=yaml.safe_dump(item), code=1)
    assert 'Apply failed with 1 conflict: conflict with "one": .data.a' in conflict
    shop.kubectl(*apply, "--field-manager=two", "--force-conflicts", stdin=yaml.safe_dump(item))
    assert shop.store.get("v1/configmaps", "shop", "shared")["data"] == {"a": "2"}


def test_apply_on_the_server_takes_over_what_kubectl_applied_before(shop):
    item = workload("moved")
    shop.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(item))
    item["spec"]["replicas"] = 4
    assert "serverside-applied" in shop.kubectl(
        "apply", "--server-side", "-f", "-", stdin=yaml.safe_dump(item)
    )
    assert shop.store.get(DEPLOYMENTS, "shop", "moved")["spec"]["replicas"] == 4
    shop.kubectl("delete", "deploy", "moved", "-n", "shop")


def test_a_dry_run_on_the_server_changes_nothing(shop):
    version = shop.store.version
    run = "--dry-run=server"
    assert "(server dry run)" in shop.kubectl("delete", "deploy", "web", "-n", "shop", run)
    assert "(server dry run)" in shop.kubectl("scale", "deploy/web", "--replicas=7", "-n", "shop", run)
    assert "(server dry run)" in shop.kubectl("create", "ns", "other", run)
    assert "(server dry run)" in shop.kubectl("apply", "-f", "-", run, stdin=yaml.safe_dump(workload("dry")))
    assert "(server dry run)" in shop.kubectl("set", "image", "deploy/web", "web=web:9", "-n", "shop", run)
    assert shop.store.version == version


def test_create_and_delete(shop):
    shop.kubectl("create", "namespace", "brief")
    shop.kubectl("create", "configmap", "c", "--from-literal=a=b", "-n", "brief")
    shop.kubectl("create", "secret", "generic", "s", "--from-literal=p=q", "-n", "brief")
    shop.kubectl("create", "deployment", "d", "--image=i:1", "--replicas=3", "--port=80", "-n", "brief")
    shop.kubectl("create", "serviceaccount", "a", "-n", "brief")
    shop.kubectl("create", "role", "r", "--verb=get", "--resource=pods", "-n", "brief")
    shop.kubectl("create", "rolebinding", "b", "--role=r", "--serviceaccount=brief:a", "-n", "brief")
    shop.kubectl("create", "job", "j", "--image=i:1", "-n", "brief")
    shop.kubectl("create", "cronjob", "cj", "--image=i:1", "--schedule=*/5 * * * *", "-n", "brief")
    shop.kubectl("create", "pdb", "p", "--selector=app=d", "--min-available=50%", "-n", "brief")
    shop.kubectl("create", "quota", "q", "--hard=pods=3,requests.cpu=1", "-n", "brief")
    shop.kubectl("create", "ingress", "i", "--rule=shop.example/*=d:80", "-n", "brief")
    shop.kubectl("expose", "deployment", "d", "--port=80", "-n", "brief")
    shop.kubectl("autoscale", "deployment", "d", "--max=5", "--cpu=80%", "-n", "brief")
    store = shop.store
    deployment = store.get(DEPLOYMENTS, "brief", "d")["spec"]
    assert (deployment["replicas"], deployment["template"]["spec"]["containers"][0]["ports"]) == (
        3,
        [{"containerPort": 80, "protocol": "TCP"}],
    )
    assert store.get("v1/secrets", "brief", "s")["data"] == {"p": "cQ=="}
    assert store.get("policy/v1/poddisruptionbudgets", "brief", "p")["spec"]["minAvailable"] == "50%"
    assert store.get("v1/resourcequotas", "brief", "q")["spec"]["hard"] == {"pods": "3", "requests.cpu": "1"}
    assert (
        shop.kubectl("auth", "can-i", "get", "pods", "-n", "brief", "--as=system:serviceaccount:brief:a")
        == "yes\n"
    )
    assert shop.kubectl("create", "token", "a", "-n", "brief").count(".") == 2
    assert shop.kubectl("delete", "ns", "brief") == 'namespace "brief" deleted\n'
    assert store.list(DEPLOYMENTS, "brief") == []


def test_cordon_and_drain(shop):
    assert shop.kubectl("cordon", "node-1") == "node/node-1 cordoned\n"
    assert rows(shop.kubectl("get", "node", "node-1"))[1][1] == "Ready,SchedulingDisabled"
    budget = {
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}},
    }
    shop.store.create("policy/v1/poddisruptionbudgets", budget)
    status = {
        "observedGeneration": 1,
        "disruptionsAllowed": 0,
        "currentHealthy": 2,
        "desiredHealthy": 2,
        "expectedPods": 2,
    }
    shop.store.patch_status("policy/v1/poddisruptionbudgets", "shop", "web", status)
    text = shop.kubectl("drain", "node-1", "--ignore-daemonsets", "--timeout=1s", code=1)
    assert "Cannot evict pod as it would violate the pod's disruption budget." in text
    assert len(shop.store.list("v1/pods", "shop")) == 2
    assert shop.kubectl("uncordon", "node-1") == "node/node-1 uncordoned\n"


def test_top(shop):
    assert rows(shop.kubectl("top", "pods", "-n", "shop"))[1] == ["web-2-aaaaa", "25m", "64Mi"]
    assert rows(shop.kubectl("top", "nodes"))[1] == ["node-1", "1000m", "25%", "1024Mi", "12%"]


def test_events(shop):
    assert "BackOff" in shop.kubectl("get", "events", "-n", "shop")
    assert "Back-off restarting" in shop.kubectl("events", "-n", "shop", "--for", "pod/web-2-aaaaa")


def test_explain_and_what_is_served(shop):
    assert "replicas\t<integer>" in shop.kubectl("explain", "deployment.spec")
    assert "<[]Container> -required-" in shop.kubectl("explain", "pod.spec")
    assert "Server Version: v1.36.2" in shop.kubectl("version")
    assert "deployments" in shop.kubectl("api-resources", "--api-group=apps")
    assert "apps/v1" in shop.kubectl("api-versions")
    assert "is running at" in shop.kubectl("cluster-info")


def test_custom_kinds_are_served_as_soon_as_they_are_defined(shop):
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "chaos.example.org"},
        "spec": {
            "group": "example.org",
            "scope": "Namespaced",
            "names": {"plural": "chaos", "singular": "chaos", "kind": "Chaos", "shortNames": ["ch"]},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                    },
                    "additionalPrinterColumns": [
                        {"name": "Target", "type": "string", "jsonPath": ".spec.target"}
                    ],
                }
            ],
        },
    }
    shop.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(definition))
    shop.kubectl("wait", "--for=condition=established", "crd/chaos.example.org", "--timeout=5s")
    item = {
        "apiVersion": "example.org/v1",
        "kind": "Chaos",
        "metadata": {"name": "one", "namespace": "shop"},
        "spec": {"target": "web"},
    }
    shop.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(item))
    assert rows(shop.kubectl("get", "ch", "-n", "shop")) == [["NAME", "TARGET"], ["one", "web"]]
    item["spec"]["target"] = "cart"
    shop.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(item))
    assert shop.store.get("example.org/v1/chaos", "shop", "one")["spec"]["target"] == "cart"
    shop.kubectl("delete", "crd", "chaos.example.org")
    assert "could not find the requested resource" in shop.kubectl("get", "chaos", "-n", "shop", code=1)
