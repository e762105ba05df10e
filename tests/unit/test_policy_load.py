"""The policy file: what is right loads, what is wrong names line and key."""

from datetime import timedelta

import pytest

from agents.policy import PolicyError, PolicyStore, load_policy
from agents.policy.compile import compile_policy
from agents.policy.defaults import BASE_ROLES, DEFAULT_ROLES
from agents.policy.durations import parse_duration
from agents.policy.marks import DocumentError
from agents.policy.permissions import GRANTS_STAR, Permission, UnknownPermission, expand
from tests.unit.endless_yaml import ENDLESS
from tools.spec import Risk


def test_the_example_file_is_valid_and_documents_every_top_level_key(root):
    text = (root / "policy.example.yaml").read_text()
    compiled = compile_policy(text)
    top = {line.split(":")[0] for line in text.splitlines() if line and line[0].isalpha()}
    assert top == set(type(compiled.file).model_fields)


def test_the_contract_example_loads(shared_data):
    policy = load_policy(shared_data.parent / "design" / "policy.example.yaml")
    assert [p.name for p in policy.people] == ["alice", "bob", "carol", "dan"]


WRONG = {
    "unknown top-level key": ("version: 1\nbindigns: []\n", 2, "bindigns", "unknown key"),
    "unknown key inside": (
        "people:\n  - {id: 'T1A:U1A', name: a, colour: red}\n",
        2,
        "people[0].colour",
        "unknown key",
    ),
    "unknown permission": ("roles:\n  v:\n    - monitoring:raed\n", 3, "roles.v[0]", "did you mean"),
    "star on no area": ("roles:\n  v: ['nothing:*']\n", 2, "roles.v[0]", "unknown permission"),
    "newline in a permission": (
        'roles:\n  v: ["monitoring:read\\n"]\n',
        2,
        "roles.v[0]",
        "unknown permission",
    ),
    "case": ("roles:\n  v: ['Monitoring:read']\n", 2, "roles.v[0]", "unknown permission"),
    "duplicate key": ("roles:\n  v: []\n  v: []\n", 3, "roles.v", "duplicate key, first on line 2"),
    "duplicate top key": ("version: 1\nroles: {}\nversion: 1\n", 3, "version", "duplicate key"),
    "duplicate person": (
        "people:\n  - {id: 'T1A:U1A', name: a}\n  - {id: 'T1A:U2A', name: a}\n",
        3,
        "people[1].name",
        "duplicate 'a'",
    ),
    "one account of two people": (
        "people:\n  - {id: 'T1A:U1A', name: a}\n  - {id: 'T1A:U2A', name: b, also: ['T1A:U1A']}\n",
        3,
        "people[1].also[0]",
        "duplicate",
    ),
    "two people as one user of a cluster": (
        "people:\n  - {id: 'T1A:U1A', name: a, kubernetes: x}\n  - {id: 'T1A:U2A', name: b, kubernetes: {user: x}}\n",
        3,
        "people[1].kubernetes",
        "duplicate 'x'",
    ),
    "somebody as the cluster's own group": (
        "people:\n  - {id: 'T1A:U1A', name: a, kubernetes: {user: x, groups: ['system:masters']}}\n",
        2,
        "people[0].kubernetes.groups[0]",
        "nobody acts as a cluster's own user",
    ),
    "a user of a cluster with a line end": (
        'people:\n  - {id: "T1A:U1A", name: a, kubernetes: "x\\r\\ny"}\n',
        2,
        "people[0].kubernetes",
        "printable ASCII",
    ),
    "a freeze for an environment that is none": (
        "freeze:\n  - {name: f, from: '12-20', to: '01-02', environments: [prodution]}\n",
        2,
        "freeze[0].environments[0]",
        "did you mean production?",
    ),
    "a folder of time zones": (
        "freeze:\n  - {name: f, from: '12-20', to: '01-02', timezone: Europe}\n",
        2,
        "freeze[0].timezone",
        "unknown time zone",
    ),
    "nested without end": (f"people: {'[' * 3000}{']' * 3000}\n", 1, "", "nested too deeply"),
    "wrong type": (
        "limits:\n  changes_per_person_hour: five\n",
        2,
        "limits.changes_per_person_hour",
        "integer",
    ),
    "a bool is no number": (
        "limits:\n  changes_per_person_hour: true\n",
        2,
        "limits.changes_per_person_hour",
        "integer",
    ),
    "list for mapping": ("groups: []\n", 1, "groups", "dict"),
    "bad account": ("people:\n  - {id: alice, name: alice}\n", 2, "people[0].id", "<team>:<user>"),
    "missing name": ("people:\n  - {id: 'T1A:U1A'}\n", 2, "people[0].name", "required"),
    "unknown role": (
        "people: [{id: 'T1A:U1A', name: a}]\nroles: {viewer: []}\nbindings:\n  - {subjects: ['person:a'], role: veiwer}\n",
        4,
        "bindings[0].role",
        "did you mean viewer",
    ),
    "unknown subject": (
        "roles: {viewer: []}\nbindings:\n  - {subjects: ['person:zed'], role: viewer}\n",
        3,
        "bindings[0].subjects[0]",
        "unknown subject",
    ),
    "a role is no subject": (
        "roles: {admin: []}\nbindings:\n  - {subjects: [admin], role: admin}\n",
        3,
        "bindings[0].subjects[0]",
        "unknown subject",
    ),
    "role circle": ("roles:\n  a: [b]\n  b: [a]\n", 3, "roles.b[0]", "contains itself"),
    "unknown person in a group": (
        "groups:\n  g: {people: [zed]}\n",
        2,
        "groups.g.people[0]",
        "unknown person",
    ),
    "zero approvals": (
        "approvals:\n  low: {count: 0, expires: 15m}\n",
        2,
        "approvals.low.count",
        "greater than",
    ),
    "one person twice": (
        "approvals:\n  high: {count: 2, distinct: false, expires: 15m}\n",
        2,
        "approvals.high.distinct",
        "never counts twice",
    ),
    "expiry over a day": ("approvals:\n  low: {expires: 25h}\n", 2, "approvals.low.expires", "less than"),
    "no duration": ("approvals:\n  low: {expires: 15}\n", 2, "approvals.low.expires", "15m"),
    "unknown risk": ("approvals:\n  huge: {expires: 15m}\n", 2, "approvals.huge", "low"),
    "half a freeze": ("freeze:\n  - {name: x, from: '12-20'}\n", 2, "freeze[0]", "needs from and to"),
    "two kinds of freeze": (
        "freeze:\n  - {name: x, from: '12-20', to: '12-21', cron: '0 0 * * *', lasts: 1h}\n",
        2,
        "freeze[0]",
        "not both",
    ),
    "bad cron": ("freeze:\n  - {name: x, cron: 'soon', lasts: 1h}\n", 2, "freeze[0].cron", "cron"),
    "bad zone": (
        "freeze:\n  - {name: x, from: '12-20', to: '12-21', timezone: Mars/Base}\n",
        2,
        "freeze[0].timezone",
        "time zone",
    ),
    "not yaml": ("roles: [\n", 2, "", "not YAML"),
    "not a mapping": ("- a\n", 1, "", "mapping"),
    "number as key": ("channels:\n  123: {}\n", 2, "channels.123", "quote it"),
    "self-containing anchor": ("roles: &r\n  v: *r\n", 2, "", "itself"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_names_line_and_key(case):
    text, line, key, words = WRONG[case]
    with pytest.raises(DocumentError) as caught:
        compile_policy(text)
    assert (caught.value.line, words in str(caught.value)) == (line, True), str(caught.value)
    assert not key or caught.value.key == key


def test_an_action_that_is_none_is_never_pre_authorised():
    text = "version: 1\nincident:\n  actions: [scale, rollout_rstart]\n"
    with pytest.raises(DocumentError) as caught:
        compile_policy(text, ["scale", "rollout_restart"])
    assert caught.value.key == "incident.actions[1]"
    assert "did you mean rollout_restart?" in str(caught.value)
    assert compile_policy(text.replace("rstart", "restart"), ["scale", "rollout_restart"])


def test_a_reload_looks_at_the_actions_too(tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text("incident: {actions: [scale]}\n")
    store = PolicyStore(file, actions=["scale"])
    file.write_text("incident: {actions: [scael]}\n")
    store.reload()
    assert "did you mean scale?" in store.problem


def test_star_is_spelled_out_at_load_and_never_matches_text():
    assert expand("approve:*") == {p for p in Permission if p.startswith("approve:")}
    for text in ("monitoring:", "monitoring:*\n", "monitoring:read:x", "*:*", "*", "", "monitoring:\nread"):
        with pytest.raises(UnknownPermission):
            expand(text)


def test_a_permission_added_later_is_not_part_of_an_old_star():
    later = {**GRANTS_STAR, Permission.SYSTEM_WRITE: False}
    assert Permission.SYSTEM_WRITE not in expand("system:*", later)
    assert expand("system:write", later) == {Permission.SYSTEM_WRITE}


def test_default_roles_are_golden():
    """Issue 2, item 6, to the letter; the finer permissions stand beside them."""
    assert BASE_ROLES == {
        "viewer": ("monitoring:read", "genai:use"),
        "operator": (
            "viewer",
            "monitoring:write",
            "remediation:read",
            "remediation:execute",
            "notifications:send",
        ),
        "admin": ("monitoring:*", "remediation:*", "genai:*", "users:*", "system:*"),
    }
    roles = compile_policy("").roles
    assert {p.value for p in roles["viewer"]} == {
        "monitoring:read", "genai:use", "kubernetes:read", "cost:read",
    }  # fmt: skip
    assert {p.value for p in roles["operator"] - roles["viewer"]} == {
        "monitoring:write", "remediation:read", "remediation:execute", "notifications:send",
        "kubernetes:logs", "iam:read", "audit:read",
    }  # fmt: skip
    assert {p.value for p in roles["approver"] - roles["operator"]} == {
        "approve:low", "approve:medium", "approve:high",
    }  # fmt: skip
    assert roles["admin"] == set(Permission) - {Permission.REMEDIATION_BREAK_GLASS}, (
        "A14: in no built-in role"
    )
    assert set(DEFAULT_ROLES) == {"viewer", "operator", "approver", "admin"}


@pytest.mark.parametrize(("text", "seconds"), [("5s", 5), ("15m", 900), ("64h", 64 * 3600), ("2d", 172800)])
def test_durations(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "0s", "-5m", "5 m", "1.5h", "5m\n", "5w", "9999999s"])
def test_what_is_no_duration(text):
    with pytest.raises(ValueError, match="no duration"):
        parse_duration(text)


def test_approval_rules_fall_back_and_never_ask_nobody():
    policy = load_policy(None)
    assert policy.approval_rule(Risk.LOW, "staging").count == 1
    assert not policy.approval_rule(Risk.LOW, "staging").not_requester
    assert policy.approval_rule(Risk.LOW, "production").not_requester
    assert policy.approval_rule(Risk.CRITICAL, "staging").count == 2
    assert policy.approval_rule(Risk.HIGH, "staging").expires == timedelta(minutes=60)


def test_four_eyes_cannot_be_switched_off_for_high_risk_or_production(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(
        "approvals:\n  high: {count: 1, not_requester: false, expires: 5s}\n  low: {expires: 5s}\n"
    )
    policy = load_policy(path)
    assert policy.approval_rule(Risk.HIGH, "staging").not_requester
    assert policy.approval_rule(Risk.LOW, "Production").not_requester
    assert policy.approval_rule(Risk.LOW, "prod").not_requester
    assert not policy.approval_rule(Risk.LOW, "staging").not_requester


def test_start_with_a_bad_file_is_refused_and_names_it(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text("roles:\n  v: [no:such]\n")
    with pytest.raises(PolicyError, match=r"policy\.yaml: line 2, roles\.v\[0\]"):
        PolicyStore(path)
    with pytest.raises(PolicyError, match="cannot be read"):
        PolicyStore(tmp_path / "absent.yaml")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PolicyError):
        PolicyStore(path)


def test_a_file_that_would_never_end_is_refused_at_once(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(ENDLESS)
    with pytest.raises(PolicyError, match="values"):
        PolicyStore(path)
    path.write_text("# " + "x" * 1_000_000)
    with pytest.raises(PolicyError, match="larger than"):
        PolicyStore(path)


def test_a_bad_reload_keeps_the_last_valid_policy_for_reads_and_refuses_changes(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\n")
    store = PolicyStore(path)
    first = store.policy
    assert store.reload() is None
    path.write_text("version: 1\nroles: [\n")
    news = store.reload()
    assert news is not None
    assert "line" in news.problem
    assert store.policy is first
    assert not store.changes_allowed
    path.write_text("version: 1\nlimits: {changes_per_person_hour: 3}\n")
    news = store.reload()
    assert news is not None
    assert news.problem == ""
    assert store.changes_allowed
    assert store.policy.limits.changes_per_person_hour == 3
    path.unlink()
    store.reload()
    assert not store.changes_allowed
    assert store.policy.limits.changes_per_person_hour == 3


async def test_watching_tells_of_each_reload(tmp_path):
    import asyncio

    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\n")
    store = PolicyStore(path)
    seen: asyncio.Queue[str] = asyncio.Queue()

    async def changed(news):
        await seen.put(news.hash)

    task = asyncio.create_task(store.watch(changed, every_s=0.01))
    path.write_text("version: 1\nlimits: {changes_per_person_hour: 3}\n")
    assert await asyncio.wait_for(seen.get(), 5) == store.policy.hash
    task.cancel()
    await asyncio.wait({task})
