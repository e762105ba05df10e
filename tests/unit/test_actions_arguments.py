"""A hundred wrong arguments: each is refused before any cluster hears of it; and the right ones are not."""

import pytest
from pydantic import ValidationError

from tools.registry import ACTIONS

ACTION = {a.name: a for a in ACTIONS}
OK = {"namespace": "shop", "name": "checkout"}
NAMES = [
    "", " ", "Checkout", "check_out", "-checkout", "checkout-", ".checkout", "check out", "checkout\n", "a/b", "../x",
    "checkout;rm -rf /", "check\u043eut", "x" * 254, "$(id)", "`id`", "checkout?dryRun=All", "checkout#", "%2e%2e",
    "checkout\x00", "ch\tk", "*", "checkout,cart", "{}", "null\u202e",
]  # fmt: skip
REPLICAS = [
    -1,
    501,
    10**9,
    1.5,
    "3",
    "three",
    None,
    True,
    [],
    {},
    float("inf"),
    float("nan"),
    "-1",
    "0x10",
    "3.0",
]
QUANTITIES = [
    "", "64", "64MB", "64mib", "Mi", "-64Mi", "64 Mi", "64Mi;", "1e400", "0", "0Mi", "1Ki", "5Ti", "64m", "0.1", "nan",
    "inf", "64Mi\n64Mi", "\u0661Mi", "1" * 21, 64, None, ["64Mi"], {"v": "1Gi"}, "64Pi", "+64Mi", "1,5Gi",
]  # fmt: skip
CPUS = ["", "0", "0m", "0.1m", "257", "-1", "1 core", "500mm", "1Mi", "1e9", "one", "1.2.3", 0.5, True]
REVISIONS = [0, -1, 1_000_001, "6", 6.0, True, "latest", [6]]
EXTRAS = [
    {"force": True}, {"approved": True}, {"dry_run": False}, {"command": "rm"}, {"Name": "x"}, {"plan_id": "p"},
    {"replicas": 3}, {"image": "x:1"}, {"kind": "pod"}, {"kind": "Secret"}, {"cluster": "x" * 81}, {"service": "s" * 81},
    {"namespace": "Shop"}, {"namespace": "x" * 64}, {"namespace": "shop/../kube-system"},
]  # fmt: skip

BAD = [
    *(("rollout_undo", {**OK, "name": name}) for name in NAMES if name.strip() or not name),
    *(("scale", {**OK, "replicas": n}) for n in REPLICAS),
    *(("set_resources", {**OK, "memory_limit": q}) for q in QUANTITIES),
    *(("set_resources", {**OK, "cpu_limit": q}) for q in CPUS),
    *(("rollout_undo", {**OK, "revision": r}) for r in REVISIONS),
    *(("rollout_restart", {**OK, **extra}) for extra in EXTRAS),
    ("rollout_restart", {}),
    ("rollout_restart", {"namespace": "shop"}),
    ("scale", OK),
    ("set_resources", OK),
    ("set_resources", {**OK, "container": "App", "memory_limit": "64Mi"}),
    ("set_resources", {**OK, "memory_request": "128Mi", "memory_limit": "64Mi"}),
    ("set_resources", {**OK, "cpu_request": "2", "cpu_limit": "500m"}),
    ("rollout_undo", {**OK, "kind": "statefulset"}),
    ("scale", {**OK, "kind": "daemonset", "replicas": 1}),
]


def test_there_are_a_hundred():
    assert len(BAD) >= 100


@pytest.mark.parametrize(("action", "args"), BAD, ids=lambda v: repr(v)[:60])
def test_wrong_arguments_are_refused(action, args):
    if args.get("name") == "checkout\n":  # surrounding space is cut, nothing else is changed
        assert ACTION[action].args(**args).name == "checkout"
        return
    with pytest.raises(ValidationError):
        ACTION[action].args(**args)


@pytest.mark.parametrize(
    ("action", "args"),
    [
        ("rollout_undo", {"service": "checkout"}),
        ("rollout_undo", {**OK, "revision": 6}),
        ("rollout_restart", {**OK, "kind": "daemonset", "cluster": "prod-eu"}),
        ("scale", {**OK, "replicas": 0}),
        ("scale", {**OK, "replicas": 500}),
        ("set_resources", {**OK, "memory_limit": "64Mi"}),
        ("set_resources", {**OK, "memory_limit": "1.5Gi", "cpu_limit": "0.25", "cpu_request": "250m"}),
    ],
)
def test_right_arguments_are_taken_as_they_are(action, args):
    assert ACTION[action].args(**args).model_dump(exclude_unset=True) == args
