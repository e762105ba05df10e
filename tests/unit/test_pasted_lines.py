"""Command lines that people paste: read as what they mean, refused by name where they say more, never an order of others."""

import pytest

from agents.planner import Context, Kind, Topic, route
from agents.planner.pasted.reading import is_line
from bot.commands.grammar import Unparsed, parse
from tests.unit.planner_corpus_reader import CATALOG, NOW
from tools.registry import ACTIONS

INSTANCE = "ocid1.instance.oc1.eu-frankfurt-1.abc"
DONE = {action.name for action in ACTIONS}


def of(text: str):
    return route(text, Context(CATALOG, NOW))


@pytest.mark.parametrize(
    ("text", "action", "args"),
    [
        (
            "kubectl rollout restart deploy/checkout -n shop",
            "rollout_restart",
            {"name": "checkout", "kind": "deployment", "namespace": "shop"},
        ),
        (
            "kubectl -n shop scale deployment cart --replicas 5",
            "scale",
            {"name": "cart", "kind": "deployment", "namespace": "shop", "replicas": 5},
        ),
        (
            "kubectl scale --replicas=5 sts/cart --namespace=shop --context local",
            "scale",
            {"name": "cart", "kind": "statefulset", "namespace": "shop", "cluster": "local", "replicas": 5},
        ),
        (
            "kubectl rollout undo deployment/checkout --to-revision=6 -nshop",
            "rollout_undo",
            {"name": "checkout", "kind": "deployment", "namespace": "shop", "revision": 6},
        ),
        (
            "kubectl set resources deploy/cart -c app --limits=memory=256Mi,cpu=1 -n shop",
            "set_resources",
            {
                "name": "cart", "kind": "deployment", "namespace": "shop", "container": "app", "memory_limit": "256Mi", "cpu_limit": "1",
            },
        ),
        (
            "kubectl set image deployment/checkout app=shop/checkout:1.4.2 -n shop",
            "set_image",
            {"name": "checkout", "namespace": "shop", "image": "shop/checkout:1.4.2", "container": "app"},
        ),
        ("kubectl rollout pause deploy/cart -n shop", "rollout_pause", {"name": "cart", "namespace": "shop"}),
        ("kubectl cordon node-3", "node_cordon", {"name": "node-3"}),
        ("kubectl drain node-3 --ignore-daemonsets", "node_drain", {"name": "node-3"}),
        (
            "kubectl drain node-3 --ignore-daemonsets --delete-emptydir-data",
            "node_drain",
            {"name": "node-3", "lose_local_data": True},
        ),
        ("kubectl drain node-3 --delete-emptydir-data=false", "node_drain", {"name": "node-3", "lose_local_data": None}),
        ("kubectl delete pod checkout-abc -n shop", "pod_delete", {"name": "checkout-abc", "namespace": "shop"}),
        ("kubectl delete pods --field-selector status.phase=Failed -n shop", "pods_clean_up", {"namespace": "shop"}),
        ("kubectl create job --from=cronjob/report again -n shop", "job_rerun", {"name": "report", "namespace": "shop"}),
        (
            """kubectl patch cronjob report -n shop -p '{"spec":{"suspend":true}}'""",
            "cronjob_suspend",
            {"name": "report", "namespace": "shop"},
        ),
        (
            """kubectl patch hpa cart -n shop -p '{"spec":{"minReplicas":3,"maxReplicas":10}}'""",
            "hpa_bounds",
            {"name": "cart", "min_replicas": 3, "max_replicas": 10},
        ),
        (f"oci compute instance action --action SOFTRESET --instance-id {INSTANCE}", "instance_reset", {"resource": INSTANCE}),
        (f"oci --region eu-frankfurt-1 compute instance action --action start --instance-id {INSTANCE}", "instance_start", {"resource": INSTANCE, "region": "eu-frankfurt-1"}),
        (f"oci compute instance action --action SOFTSTOP --instance-id {INSTANCE} --wait-for-state STOPPED", "instance_stop", {"resource": INSTANCE}),
        ("oci ce node-pool update --node-pool-id ocid1.nodepool.oc1..x --size 5", "node_pool_size", {"resource": "ocid1.nodepool.oc1..x", "size": 5}),
        (
            "oci lb backend update --load-balancer-id ocid1.loadbalancer.oc1..x --backend-set-name web --backend-name 10.0.0.5:80 --drain true --offline false --backup false",
            "backend_drain",
            {"load_balancer": "ocid1.loadbalancer.oc1..x", "backend_set": "web", "backend": "10.0.0.5:80"},
        ),
        ("oci bv backup create --volume-id ocid1.volume.oc1..x --type FULL", "volume_backup", {"resource": "ocid1.volume.oc1..x", "full": True}),
        ("oci bv boot-volume-backup create --boot-volume-id ocid1.bootvolume.oc1..x --type incremental", "volume_backup", {"resource": "ocid1.bootvolume.oc1..x"}),
        ("oci bv volume delete --volume-id ocid1.volume.oc1..x", "volume_delete", {"resource": "ocid1.volume.oc1..x"}),
        ("oci iam user api-key delete --user-id ocid1.user.oc1..x --fingerprint 20:3b:97", "api_key_delete", {"user": "ocid1.user.oc1..x", "fingerprint": "20:3b:97"}),
        ("oci db autonomous-database stop --autonomous-database-id ocid1.autonomousdatabase.oc1..x", "database_stop", {"resource": "ocid1.autonomousdatabase.oc1..x"}),
    ],
)  # fmt: skip
def test_a_line_that_changes_something_is_the_action_that_it_means(text: str, action: str, args) -> None:
    found = of(text)
    if action not in DONE:  # a change that is not made yet is none, and never another one
        assert found.kind is not Kind.CHANGE
        return
    assert (found.kind, found.tool) == (Kind.CHANGE, action), found.ask
    assert {key: found.args.get(key) for key in args} == args


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        ("kubectl get pods -n shop", "k8s_resources", {"kind": "pod", "namespace": "shop"}),
        ("kubectl get deploy checkout -n shop", "k8s_resources", {"kind": "deployment", "name": "checkout", "namespace": "shop"}),
        ("kubectl get events -n shop", "k8s_events", {"namespace": "shop"}),
        ("kubectl describe pod checkout-abc -n shop", "k8s_diagnose", {"kind": "pod", "name": "checkout-abc", "namespace": "shop"}),
        ("kubectl logs deploy/checkout -n shop -c app --since=15m --previous", "k8s_logs", {"name": "checkout", "namespace": "shop", "container": "app", "since": "15m", "previous": True}),
        ("kubectl top nodes", "k8s_capacity", {}),
        ("kubectl top pods -n shop", "k8s_usage", {"namespace": "shop"}),
        ("kubectl rollout history deploy/checkout -n shop", "k8s_rollouts", {"name": "checkout", "namespace": "shop"}),
        ("oci compute instance list --compartment-id ocid1.compartment.oc1..x --lifecycle-state RUNNING", "oci_resources", {"kind": "instance", "compartment": "ocid1.compartment.oc1..x", "state": "RUNNING"}),
        (f"oci compute instance get --instance-id {INSTANCE}", "oci_instance", {"resource": INSTANCE}),
        ("oci monitoring alarm list --compartment-id ocid1.compartment.oc1..x", "oci_alarms", {"compartment": "ocid1.compartment.oc1..x"}),
    ],
)  # fmt: skip
def test_a_line_that_reads_is_a_reading(text: str, tool: str, args) -> None:
    found = of(text)
    assert (found.kind, found.tool, dict(found.args)) == (Kind.TOOL, tool, args), found.ask


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("kubectl delete pod checkout-abc -n shop --force --grace-period=0", "`--force`"),
        ("kubectl scale deploy/cart --replicas=5 --dry-run=none", "`--dry-run=none`"),
        ("kubectl scale deploy/cart --replicas=5 --dry-run=client", "`--dry-run=client`"),
        ("kubectl rollout restart deploy/checkout --field-manager me", "`--field-manager`"),
        ("kubectl rollout restart deploy/checkout -l app=x", "`-l`"),
        ("kubectl rollout restart deploy/checkout --as=admin", "`--as=admin`"),
        ("kubectl --kubeconfig /tmp/x get pods", "`--kubeconfig`"),
        ("kubectl rollout restart deploy/checkout; kubectl delete ns shop", "`;`"),
        ("kubectl rollout restart deploy/checkout && reboot", "`&&`"),
        ("kubectl rollout restart deploy/checkout&", "`&`"),
        ("kubectl get pods -n shop | xargs kubectl delete pod", "`|`"),
        ("kubectl get pods > /etc/passwd", "`>`"),
        ("kubectl delete pod $(kubectl get pods -o name)", "`$(`"),
        ("kubectl delete pod $POD", "`$`"),
        ("kubectl delete pod `hostname` -n shop", "```"),
        ("kubectl delete pod a b -n shop", "`b`"),
        ("kubectl drain node-3 --delete-emptydir-data --force", "`--force`"),
        ("kubectl drain node-3 --delete-emptydir-data=maybe", "true or false"),
        ("kubectl rollout restart deploy/a deploy/b", "`deploy/b`"),
        ("kubectl scale deploy/cart --replicas=many", "'many'"),
        ("kubectl scale deploy/cart --replicas=5 --replicas=50", "more than once"),
        ("kubectl scale deploy/cart --replicas", "no value"),
        ("kubectl scale deploy/cart", "--replicas"),
        ("kubectl scale deploy/cart --replicas=100000", "replicas"),
        ("kubectl rollout restart", "no object"),
        ("kubectl rollout restart deploy", "no deployment"),
        ("kubectl rollout restart 'deploy/checkout", "quote"),
        ("kubectl rollout restart deploy/checkout\nkubectl delete ns shop", "2 lines"),
        ("kubectl rollout restart deploy/check\u200bout", "cannot be seen"),
        ("kubectl delete deployment checkout -n shop", "deployment"),
        ("kubectl delete ns shop", "namespace"),
        ("kubectl delete pods --field-selector=status.phase=Running -n shop", "--field-selector"),
        ("kubectl delete pods --all -n shop", "`--all`"),
        ("kubectl exec -it checkout-abc -- sh", "`kubectl exec`"),
        ("kubectl apply -f x.yaml", "`kubectl apply`"),
        ("kubectl patch deploy cart -p '{\"spec\":{\"replicas\":50}}'", "patch"),
        (f"oci compute instance terminate --instance-id {INSTANCE} --force", "oci compute instance terminate"),
        (f"oci compute instance action --action STOP --instance-id {INSTANCE}", "--action STOP"),
        (f"oci compute instance action --action SOFTSTOP --instance-id {INSTANCE} --force", "`--force`"),
        (f"oci compute instance action --action SOFTSTOP --instance-id {INSTANCE} --profile ADMIN", "`--profile`"),
        ("oci bv backup create --volume-id ocid1.volume.oc1..x --type SOME", "FULL or INCREMENTAL"),
        ("oci iam user api-key delete --user-id ocid1.user.oc1..x", "--fingerprint"),
        ("oci compute instance action --action SOFTSTOP", "no resource"),
        ("oci lb backend update --load-balancer-id x --backend-name 10.0.0.5:80 --drain true --offline true", "both"),
        ("oci lb backend update --load-balancer-id x --backend-name 10.0.0.5:80 --drain maybe", "--drain"),
    ],
)  # fmt: skip
def test_whatever_a_line_says_beyond_an_action_is_a_refusal_that_names_it(text: str, names: str) -> None:
    found = of(text)
    assert (found.kind, found.topic) == (Kind.CLARIFY, Topic.PASTED)
    assert names in found.ask
    assert not found.tool


def test_a_refusal_names_the_nearest_action() -> None:
    assert "instance_stop" in of(f"oci compute instance action --action STOP --instance-id {INSTANCE}").ask
    assert "scale" in of("kubectl scale deploy/cart --replicas=5 --dry-run=none").ask


def test_what_a_line_says_without_any_effect_here_is_said_beside_the_answer() -> None:
    assert of("kubectl logs -f deploy/checkout -n shop --tail=100").left == ("-f", "--tail 100")


@pytest.mark.parametrize(
    "text",
    [
        "please run `kubectl rollout restart deploy/checkout -n shop`",
        "can you run kubectl rollout restart deploy/checkout -n shop",
        "```\n$ kubectl rollout restart deploy/checkout -n shop\n```",
        "```bash\nkubectl rollout restart \\\n  deploy/checkout -n shop\n```",
        "`kubectl rollout restart deploy/checkout -n shop` please",
        "kubectl rollout restart deploy/checkout —namespace shop",
        "<@U1234> kubectl rollout restart deploy/checkout -n shop",
    ],
)
def test_politeness_and_fences_around_a_line_change_nothing(text: str) -> None:
    found = of(text)
    assert (found.kind, found.tool, found.args["namespace"]) == (Kind.CHANGE, "rollout_restart", "shop")


@pytest.mark.parametrize(
    "text",
    [
        "the runbook says `kubectl rollout restart deploy/checkout -n shop`",
        "what does kubectl rollout restart deploy/checkout do?",
        "Bob told me to run kubectl rollout restart deploy/checkout",
        "the log says: run kubectl rollout restart deploy/checkout now",
        "> kubectl rollout restart deploy/checkout",
        "should I run kubectl rollout restart deploy/checkout?",
        "do not run kubectl rollout restart deploy/checkout",
        "how would I write kubectl scale deploy/cart --replicas=5?",
        "restart failed after kubectl rollout restart deploy/checkout",
        "KUBECONFIG=/tmp/x kubectl rollout restart deploy/checkout",
        "sudo kubectl rollout restart deploy/checkout",
        "restart checkout with kubectl rollout restart deploy/checkout",
        "ran `kubectl scale deploy/cart --replicas=5` an hour ago",
        "why did oci compute instance action --action STOP fail?",
    ],
)  # fmt: skip
def test_a_line_that_is_only_spoken_of_is_no_order(text: str) -> None:
    assert of(text).kind is not Kind.CHANGE


@pytest.mark.parametrize(
    "text",
    ["oci list instances", "oci compute instances that are idle", "kubectl", "which oci instances are idle"],
)
def test_our_own_commands_and_words_are_no_lines_of_another_program(text: str) -> None:
    assert not is_line(text)


def test_after_the_slash_it_is_left_to_the_conversation() -> None:
    parsed = parse(f"oci compute instance action --action SOFTRESET --instance-id {INSTANCE}")
    assert isinstance(parsed, Unparsed)
    assert parsed.loose
    assert parsed.suggestions == ()
