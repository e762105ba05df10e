"""Who can, by our own evaluator, against the API server's: the same roles, bindings and questions, drawn by chance."""

import random

import pytest

from sandbox.cluster.access.attributes import Attributes
from sandbox.cluster.access.rbac import Authorizer
from sandbox.cluster.identity.users import AUTHENTICATED, MASTERS, UNAUTHENTICATED, User, service_account
from sandbox.cluster.store import Store
from tests.unit.cluster_running import running
from tools.cluster.rbac import NAMELESS, Ask, Rules

RBAC = "rbac.authorization.k8s.io/v1"
SPACES = ("shop", "ops", "data")
VERBS = (
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "impersonate",
    "bind",
)
GROUPS = ("", "apps", "batch", "rbac.authorization.k8s.io", "metrics.k8s.io")
RESOURCES = ("pods", "pods/log", "pods/exec", "secrets", "deployments", "deployments/scale", "jobs", "roles", "nodes", "users")  # fmt: skip
NAMES = ("", "a", "b", "c")
PEOPLE = ("alice", "bob", "platform", "system:anonymous")
TEAMS = ("platform", "data", "system:authenticated", "system:serviceaccounts", "system:serviceaccounts:shop", "system:unauthenticated")  # fmt: skip
ACCOUNTS = ("web", "job", "default")


def rule(rng):
    some = lambda of, extra: rng.sample([*of, *extra], rng.randint(2, 5))  # noqa: E731
    found = {
        "verbs": some(VERBS, ["*"] if rng.random() < 0.2 else []),
        "apiGroups": some(GROUPS, ["*"] if rng.random() < 0.2 else []),
        "resources": some(
            RESOURCES, rng.choice([[], ["*"], ["*/scale"], ["*/log"], ["pods/*"], ["deployment"]])
        ),
    }
    return found | ({"resourceNames": rng.sample(NAMES[1:], rng.randint(1, 2))} if rng.random() < 0.3 else {})


def subject(rng):
    match rng.randrange(3):
        case 0:
            return {"kind": "User", "name": rng.choice([*PEOPLE, "system:serviceaccount:shop:web"])}
        case 1:
            return {"kind": "Group", "name": rng.choice(TEAMS)}
        case _:
            return {"kind": "ServiceAccount", "name": rng.choice(ACCOUNTS), "namespace": rng.choice(SPACES)}


def objects(rng):
    """Roles and bindings of both sorts; some bindings name a role that is not there."""
    for number in range(12):
        yield "clusterroles", {"metadata": {"name": f"wide-{number}"}, "rules": [rule(rng) for _ in range(rng.randint(0, 5))]}  # fmt: skip
        space = rng.choice(SPACES)
        yield "roles", {"metadata": {"name": f"own-{number % 5}-{number}", "namespace": space}, "rules": [rule(rng), rule(rng)]}  # fmt: skip
    for number in range(20):
        subjects = [subject(rng) for _ in range(rng.randint(0, 3))]
        named = {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": f"wide-{rng.randrange(14)}",
        }
        yield "rolebindings", {"metadata": {"name": f"b-{number}", "namespace": rng.choice(SPACES)}, "subjects": subjects, "roleRef": rng.choice([named, named | {"kind": "Role", "name": f"own-{number % 5}-{number % 12}"}])}  # fmt: skip
        if number % 3 == 0:
            yield (
                "clusterrolebindings",
                {"metadata": {"name": f"cb-{number}"}, "subjects": subjects, "roleRef": named},
            )


def callers():
    for name in PEOPLE:
        crowd = UNAUTHENTICATED if name == "system:anonymous" else AUTHENTICATED
        yield User(name, (crowd,)), ()
    yield User("carol", ("data", AUTHENTICATED)), ("data",)
    yield User("dan", ("platform", "nowhere", AUTHENTICATED)), ("platform", "nowhere")
    for space in SPACES:
        for name in ACCOUNTS:
            yield service_account(space, name), ()


def question(rng):
    verb, resource = rng.choice(VERBS), rng.choice(RESOURCES)
    sub = resource.partition("/")[2]
    name = "" if verb in NAMELESS and not sub else rng.choice(NAMES)  # such a request never carries a name
    return Ask(verb, rng.choice(GROUPS), resource, rng.choice(["", *SPACES]), name)


def attributes(ask):
    resource, _, sub = ask.resource.partition("/")
    return Attributes(ask.verb, ask.group, "v1", resource, sub, ask.namespace, ask.name)


def filled(store, rng):
    for plural, item in objects(rng):
        store.create(f"{RBAC}/{plural}", item)
    return rules(store)


def rules(store):
    listed = {
        p: store.list(f"{RBAC}/{p}") for p in ("roles", "clusterroles", "rolebindings", "clusterrolebindings")
    }
    return Rules.build("local", [*listed["roles"], *listed["clusterroles"]], [*listed["rolebindings"], *listed["clusterrolebindings"]])  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_forty_thousand_questions_are_answered_alike(seed):
    rng = random.Random(seed)
    store = Store(rng=random.Random(seed))
    for space in SPACES:
        store.create("v1/namespaces", {"metadata": {"name": space}})
    ours, theirs = filled(store, rng), Authorizer(store)
    people = list(callers())
    yes = 0
    for _ in range(5_000):
        (user, groups), ask = rng.choice(people), question(rng)
        said = theirs.decide(user, attributes(ask)).allowed
        assert ours.allowed(user.name, ask, groups) is said, (user, ask)
        yes += said
    assert 250 < yes < 4_750, "questions that are all answered alike prove nothing"


def test_the_server_says_so_too_over_its_own_review(tmp_path):
    rng = random.Random(99)
    with running(tmp_path) as cluster:
        for space in SPACES:
            cluster.store.create("v1/namespaces", {"metadata": {"name": space}})
        ours = filled(cluster.store, rng)
        people = [(user, groups) for user, groups in callers() if MASTERS not in user.groups]
        for _ in range(150):
            (user, groups), ask = rng.choice(people), question(rng)
            resource, _, sub = ask.resource.partition("/")
            body = {
                "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                "spec": {"user": user.name, "groups": list(user.groups), "resourceAttributes": {"verb": ask.verb, "group": ask.group, "resource": resource, "subresource": sub, "namespace": ask.namespace, "name": ask.name}},
            }  # fmt: skip
            answer = cluster.call(
                "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", body, status=201
            )
            assert ours.allowed(user.name, ask, groups) is bool(answer["status"]["allowed"]), (user, ask)
