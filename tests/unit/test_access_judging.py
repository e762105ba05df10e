"""Who can: what a statement proves, what only the request decides, what a deny takes, and what cannot be told."""

import pytest

from tools.access.answering import whole
from tools.access.catalogue import VERBS, catalogue
from tools.access.judging import Judge, Line, Unread, Verdict
from tools.access.people import DynamicGroup, People
from tools.access.question import asked
from tools.errors import AskBack
from tools.oracle.compartments import Tree

ROOT = "ocid1.tenancy.oc1..root"
TREE = Tree(
    ROOT,
    [
        {"id": f"ocid1.compartment.oc1..{name}", "name": name, "compartmentId": ROOT if above == "root" else f"ocid1.compartment.oc1..{above}"}
        for name, above in (("shop", "root"), ("prod", "shop"), ("data", "prod"), ("lab", "root"))
    ],
)  # fmt: skip
PEOPLE = People(
    {"ocid1.group.oc1..g1": "A", "ocid1.group.oc1..g2": "B", "ocid1.group.oc1..g3": "Administrators"},
    {"d1": DynamicGroup("d1", "nodes", "ALL {resource.type = 'x'}")},
    {
        "ocid1.group.oc1..g1": ("ann", "bob"),
        "ocid1.group.oc1..g2": ("bob", "cid"),
        "ocid1.group.oc1..g3": ("ada",),
    },
)


def judge(text, question=("terminate", "instances"), target="shop/prod", attached=None):
    """The verdict and the reasons of one statement, `(None, ())` where it has nothing to do with the question."""
    found = judged(text, question, target, attached)
    return (found.verdict, found.why) if found is not None and not isinstance(found, Unread) else (None, ())


def judged(text, question=("terminate", "instances"), target="shop/prod", attached=None, number=0):
    place = TREE.find(target) if target else TREE.root
    one = Judge(asked(*question, catalogue()), place, TREE, catalogue())
    return one.judge(
        Line("ocid1.policy.oc1..p", "p", TREE.find(attached) if attached else TREE.root, number, text)
    )


def answer(*texts, question=("terminate", "instances"), people=PEOPLE):
    found = [judged(text, question, number=number) for number, text in enumerate(texts)]
    return whole([one for one in found if one is not None], people)


@pytest.mark.parametrize("given", VERBS)
@pytest.mark.parametrize("wanted", VERBS)
def test_a_verb_includes_the_ones_before_it_and_no_other(given, wanted):
    verdict, why = judge(f"Allow group A to {given} instances in tenancy", (wanted, "instances"))
    assert (verdict is Verdict.GRANTS) == (VERBS.index(given) >= VERBS.index(wanted))
    assert given == wanted or verdict is None or f"{given} includes {wanted}" in why


@pytest.mark.parametrize(
    ("ability", "question", "verdict", "reason"),
    [
        ("manage all-resources", ("manage", "instances"), "grants", "all-resources contains instances"),
        ("manage instance-family", ("use", "instances"), "grants", "instance-family contains instances"),
        ("manage instances", ("manage", "instance-family"), "grants a part", "instances is only a part of instance-family"),
        ("manage volume-family", ("use", "instances"), None, ""),
        ("manage instance", ("manage", "vms"), "grants", "it says what was asked"),
        ("manage instances", ("terminate", "instances"), "grants", "manage instances includes INSTANCE_DELETE"),
        ("use instances", ("terminate", "instances"), None, ""),
        ("use instances", ("stop", "instances"), "grants", "use instances includes INSTANCE_POWER_ACTIONS"),
        ("manage all-resources", ("INSTANCE_DELETE", ""), "grants", "manage all-resources includes INSTANCE_DELETE"),
        ("{INSTANCE_DELETE, INSTANCE_READ}", ("terminate", "instances"), "grants", "the list names INSTANCE_DELETE"),
        ("{instance_create}", ("terminate", "instances"), None, ""),
        ("{INSTANCE_INSPECT}", ("inspect", "instances"), "grants", "the list names INSTANCE_INSPECT"),
        ("{INSTANCE_DELETE}", ("manage", "instances"), "grants a part", "the list names INSTANCE_DELETE, 1 of the 12 permissions"),
        ("manage strange-family", ("use", "instances"), "cannot tell", "whether strange-family contains instances is not in my tables"),
        ("launch instances", ("manage", "instances"), "cannot tell", "what `launch` includes is not in my tables"),
        ("manage gadgets", ("manage", "gadgets"), "grants", "it says what was asked"),
        ("use gadgets", ("GADGET_DELETE", "gadgets"), "cannot tell", "whether use gadgets includes GADGET_DELETE is not in my tables"),
        ("manage gadgets", ("GADGET_DELETE", "gadgets"), "grants", "manage gadgets includes every permission"),
        ("{GADGET_DELETE}", ("manage", "gadgets"), "cannot tell", "which permissions it takes to manage gadgets is not in my tables"),
    ],
)  # fmt: skip
def test_what_a_statement_covers_comes_with_its_reason_and_what_is_in_no_table_is_not_guessed(
    ability, question, verdict, reason
):
    found, why = judge(f"Allow group A to {ability} in tenancy", question)
    assert found == verdict
    assert not reason or reason in why


@pytest.mark.parametrize(
    ("place", "attached", "verdict", "reason"),
    [
        ("tenancy", None, "grants", "the tenancy contains shop/prod"),
        ("compartment shop", None, "grants", "shop contains shop/prod"),
        ("compartment shop:prod", None, "grants", ""),
        ("compartment SHOP:Prod", None, "grants", ""),
        ("compartment id ocid1.compartment.oc1..prod", None, "grants", ""),
        ("compartment shop", "shop", "grants", "shop contains shop/prod"),
        ("compartment prod", "shop", "grants", ""),
        ("compartment shop:prod", "shop", "grants", ""),
        ("compartment shop:prod:data", None, "only below", "only in shop/prod/data"),
        ("compartment lab", None, None, ""),
        ("compartment prod", None, "cannot tell", "compartment prod is not there, or not visible to me"),
        ("compartment id ocid1.compartment.oc1..zz", None, "cannot tell", "compartment ocid1.compartment.oc1..zz is not there, or not visible to me"),
        ("tenancy", "shop", "cannot tell", "`in tenancy` counts in a policy of the root, and this one is in shop"),
    ],
)  # fmt: skip
def test_a_statement_counts_at_its_compartment_and_below(place, attached, verdict, reason):
    found, why = judge(f"Allow group A to manage instances in {place}", attached=attached)
    assert found == verdict
    assert not reason or reason in why


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ("request.permission != 'INSTANCE_DELETE'", "ruled out"),
        ("request.permission = 'instance_delete'", "grants"),
        ("request.permission = /INSTANCE_*/", "grants"),
        ("request.permission = /*_CREATE/", "ruled out"),
        ("request.permission in ('INSTANCE_READ', 'INSTANCE_DELETE')", "grants"),
        ("request.permission not in ('INSTANCE_READ', 'INSTANCE_DELETE')", "ruled out"),
        ("any {request.permission = 'INSTANCE_DELETE', request.region = 'phx'}", "grants"),
        ("all {request.permission = 'INSTANCE_DELETE', request.region = 'phx'}", "cannot tell"),
        ("all {request.permission = 'INSTANCE_READ', request.region = 'phx'}", "ruled out"),
        ("any {request.permission = 'INSTANCE_READ', all {request.region = 'phx', !request.principal.type}}", "cannot tell"),
        ("request.permission = '*'", "cannot tell"),
        ("request.permission = '/INSTANCE_*/'", "cannot tell"),
        ("request.permission = request.other.permission", "cannot tell"),
        ("request.permission", "cannot tell"),
        ("request.operation = 'TerminateInstance'", "cannot tell"),
        ("request.utc-timestamp before '2020-01-01T00:00Z'", "cannot tell"),
        ("sets-intersect(target.resource.tag.a.b, ('c'))", "cannot tell"),
    ],
)  # fmt: skip
def test_a_condition_is_decided_only_by_the_permission_and_always_shown(condition, verdict):
    found, why = judge(f"Allow group A to manage instances in tenancy where {condition}")
    assert found == verdict
    assert any(condition in reason for reason in why)
    assert found != "cannot tell" or any("depends on the request" in reason for reason in why)


def test_a_condition_that_excludes_some_of_the_permissions_leaves_a_part():
    text = "Allow group A to manage instances in tenancy where request.permission != 'INSTANCE_DELETE'"
    verdict, why = judge(text, ("manage", "instances"))
    assert verdict == "grants a part"
    assert any("excludes INSTANCE_DELETE" in reason for reason in why)


@pytest.mark.parametrize(
    ("deny", "question", "verdict"),
    [
        ("Deny group A to {INSTANCE_DELETE} in tenancy", ("terminate", "instances"), "takes it away"),
        ("Deny group A to manage instances in tenancy", ("terminate", "instances"), "takes it away"),
        ("Deny group A to manage all-resources in compartment shop", ("terminate", "instances"), "takes it away"),
        ("Deny group A to manage instances in tenancy", ("read", "instances"), "may take it away"),
        ("Deny group A to read instances in tenancy", ("manage", "instances"), "takes it away"),
        ("Deny group A to inspect instances in tenancy", ("terminate", "instances"), "may take it away"),
        ("Deny group A to {INSTANCE_DELETE} in tenancy where request.region = 'phx'", ("terminate", "instances"), "may take it away"),
        ("Deny group A to {INSTANCE_DELETE} in compartment shop:prod:data", ("terminate", "instances"), "takes it away only below"),
    ],
)  # fmt: skip
def test_a_deny_takes_away_what_is_certain_and_may_take_the_rest(deny, question, verdict):
    found = answer("Allow group A to manage all-resources in tenancy", deny, question=question)
    assert [row.verdict for row in found.denies] == [verdict]
    assert (found.grants[0].verdict == "taken away by a deny") == (verdict == "takes it away")
    assert bool(found.grants[0].doubted) == (verdict == "may take it away")


@pytest.mark.parametrize(
    "deny", ["Deny group A to manage volumes in tenancy", "Deny group A to {INSTANCE_CREATE} in tenancy", "Deny endorse group A to manage instances in any-tenancy"]
)  # fmt: skip
def test_a_deny_of_something_else_takes_nothing(deny):
    assert answer("Allow group A to manage all-resources in tenancy", deny).denies == ()


def test_a_deny_reaches_people_by_any_of_their_groups_and_never_the_administrators():
    grants = (
        "Allow group A to manage instances in tenancy",
        "Allow group Administrators to manage all-resources in tenancy",
    )
    free = answer(*grants)
    assert (free.sure, free.perhaps, free.denied) == (("ada", "ann", "bob"), (), ())
    some = answer(*grants, "Deny group B to {INSTANCE_DELETE} in tenancy")
    assert (some.sure, some.denied) == (("ada", "ann"), ("bob",))
    assert [row.taken for row in some.grants] == [(), ()]
    everybody = answer(*grants, "Deny any-user to {INSTANCE_DELETE} in tenancy")
    assert (everybody.sure, everybody.denied) == (("ada",), ("ann", "bob"))
    assert {str(row.who): row.verdict for row in everybody.grants} == {
        "group A": "taken away by a deny",
        "group Administrators": "grants",
    }
    robots = "Allow dynamic-group Administrators to manage instances in tenancy"
    assert answer(robots, "Deny any-user to {INSTANCE_DELETE} in tenancy").grants[0].taken
    perhaps = answer(*grants, "Deny any-user to {INSTANCE_DELETE} in tenancy where request.region = 'phx'")
    assert (perhaps.sure, perhaps.perhaps) == (("ada",), ("ann", "bob"))


def test_the_default_domain_is_the_same_group_and_another_domain_is_not():
    deny = "Deny group 'Default'/'a' to {INSTANCE_DELETE} in tenancy"
    assert answer("Allow group A to manage instances in tenancy", deny).sure == ()
    other = "Deny group 'Other'/'a' to {INSTANCE_DELETE} in tenancy"
    assert answer("Allow group A to manage instances in tenancy", other).sure == ("ann", "bob")
    by_id = answer("Allow group id ocid1.group.oc1..g1 to manage instances in tenancy", deny)
    assert [(str(row.who), row.verdict, row.members) for row in by_id.grants] == [
        ("group A", "taken away by a deny", ("ann", "bob"))
    ]


def test_rules_of_dynamic_groups_other_tenancies_and_services_are_told_apart():
    found = answer(
        "Allow dynamic-group nodes to manage instances in tenancy",
        "Admit group A of tenancy Other to manage instances in tenancy",
        "Endorse group A to manage instances in any-tenancy",
        "Define tenancy Other as ocid1.tenancy.oc1..other",
        "Allow service oke to manage instances in tenancy",
        "Allow any-user to manage instances in tenancy",
    )
    assert [(str(row.who), row.verdict, row.members) for row in found.grants] == [
        ("any-user", "grants", ()),
        ("dynamic-group nodes", "grants", ()),
        ("service oke", "grants", ()),
        ("group A of Other (another tenancy)", "cannot tell", ()),
    ]
    assert found.grants[1].rules == ("nodes: ALL {resource.type = 'x'}",)
    assert found.sure == ()


def test_a_statement_that_cannot_be_read_is_said_to_be_and_never_left_out():
    found = judged("Allow group A to manage instances in tenancy where a = 'b' where c = 'd'")
    assert isinstance(found, Unread)
    assert "column 60" in found.error


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fly", "instances"), "cannot tell which permission"),
        (("manage", ""), "Manage what?"),
        (("stop", ""), "Stop what?"),
        (("NO_SUCH", ""), "no permission NO_SUCH"),
        (("stop", "buckets"), "cannot tell which permission"),
        (("update", "ipsec-connections"), None),
        (("create", "loganalytics-scheduled-task"), "Which one?"),
    ],
)
def test_a_deed_that_no_permission_stands_for_is_asked_back(words, told):
    if told is None:
        assert asked(*words, catalogue()).permissions == {"IPSEC_CONNECTION_UPDATE"}
        return
    with pytest.raises(AskBack) as back:
        asked(*words, catalogue())
    assert told in back.value.question


@pytest.mark.parametrize(
    ("word", "name"),
    [("Instance", "instances"), ("load balancers", "load-balancers"), ("policy", "policies"), ("VMs", "instances"),
     ("instance family", "instance-family"), ("autonomous_database", "autonomous-databases"), ("everything", "all-resources"), ("gizmo", "gizmo")],
)  # fmt: skip
def test_resource_types_are_read_as_people_write_them(word, name):
    assert catalogue().spelled(word) == name


def test_the_way_up_ends_where_a_compartment_is_not_visible():
    tree = Tree(ROOT, [{"id": "c", "name": "c", "compartmentId": "hidden"}])
    assert [one.id for one in tree.above(tree.find("c"))] == ["c"]
    assert [one.path for one in TREE.above(TREE.find("shop/prod"))] == ["shop/prod", "shop", "root"]
