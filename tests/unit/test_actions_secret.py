"""API keys and vault secrets as changes, against the local OCI with the real SDK: what is true of them, and what is never shown."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.contracts.actions.cloud_secrets import key_of, pem
from tests.unit.oci_running import Running, refused, running
from tests.unit.oci_tenancy import tenancy
from tests.unit.oracle_calls import Desk, Reaches, desk
from tools.approved import Approved
from tools.errors import AskBack, GiveUp, NotYet
from tools.oracle.failures import Changed
from tools.plan import Draft, Effect, Observed
from tools.registry import ACTIONS
from tools.spec import Call, Risk

ACTION = {action.name: action for action in ACTIONS}
PLAN = "plan_01TEST"


@pytest.fixture
def local(tmp_path) -> Iterator[Running]:
    vault = {"vaultId": "ocid1.vault.oc1..v", "currentVersionNumber": 1}
    secrets = [
        {"name": "db-password", "in": "prod", "fields": vault},
        {"name": "made-by-oracle", "in": "prod", "fields": vault | {"isAutoGenerationEnabled": True}},
        {"name": "copy", "in": "prod", "fields": vault | {"isReplica": True}},
        {"name": "going", "in": "prod", "state": "PENDING_DELETION", "fields": vault},
    ]
    statements = ["manage users in tenancy", "manage secret-family in tenancy"]
    policies = [
        {"name": "readers", "fields": {"description": "r", "statements": ["Allow group Readers to read all-resources in tenancy"]}},
        {"name": "admins", "fields": {"description": "a", "statements": ["Allow group Administrators to manage all-resources in tenancy"]}},
        {"name": "operators", "fields": {"description": "o", "statements": [f"Allow group Operators to {one}" for one in statements]}},
    ]  # fmt: skip
    with running(tenancy(resources={"vault": {"Secret": secrets}, "identity": {"Policy": policies}}), tmp_path, speed=200) as one:  # fmt: skip
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


class Place:
    """As the rigs have it."""

    def __init__(self, local: Running) -> None:
        self.local, self.records = local, local.server.tenancy.records


def call_of(at: Desk) -> Call:
    return Call(at.clients, datetime.now(UTC), 60, Reaches(), PLAN)


async def planned(at: Desk, action: str, **args) -> Draft:
    return await ACTION[action].plan(call_of(at), ACTION[action].args(**args))


def approved(draft: Draft, step: str = "apply") -> Approved:
    return Approved(PLAN, "hash", draft, "alice", ("bob",), f"{PLAN}:{step}")


async def sent(at: Desk, draft: Draft) -> None:
    again = await ACTION[draft.action].reread(call_of(at), draft)
    assert again.drift == ()
    await ACTION[draft.action].apply(call_of(at), approved(draft), again.precondition)


async def verdict(at: Desk, draft: Draft, what: str = "observe") -> Observed:
    for _ in range(200):
        seen = await getattr(ACTION[draft.action], what)(call_of(at), draft)
        if seen.state is not Observed.NOT_YET:
            return seen.state
    raise AssertionError("no verdict")


# API keys


async def test_a_key_is_deleted_and_says_that_oracle_cannot_hold_one_back(at, local):
    print_ = key_of(Place(local), local.server.tenancy.user("reader"), pem()).body["fingerprint"]
    draft = await planned(at, "api_key_delete", user="reader", fingerprint=print_[:8])
    assert (draft.risk, draft.reversible, draft.blast.summary) == (
        Risk.HIGH,
        True,
        "1 of 2 API key(s) of reader",
    )
    assert any("cannot switch a key off and on" in one for one in draft.warnings)
    await sent(at, draft)
    assert await verdict(at, draft) is Observed.HOLDS
    assert await ACTION["api_key_delete"].effect(call_of(at), draft, PLAN) is Effect.DONE
    await ACTION["api_key_delete"].roll_back(call_of(at), approved(draft, "rollback"))
    assert await verdict(at, draft, "observe_rollback") is Observed.HOLDS
    keys = local.client("identity", "IdentityClient").list_api_keys(local.ocid("user", "reader")).data
    assert print_ in {one.fingerprint for one in keys}


@pytest.mark.parametrize("user", ["reader", "operator"])
async def test_the_keys_that_i_sign_with_are_never_deleted(at, local, user):
    """The read principal's and the one that changes: after that nothing could be taken back."""
    mine = {one.name: one.key.fingerprint for one in local.server.principals.all}
    with pytest.raises(GiveUp, match="that I sign with myself"):
        await planned(at, "api_key_delete", user=user, fingerprint=mine[user])


async def test_a_key_that_is_gone_signs_nothing_and_its_public_half_brings_it_back(at, local):
    ada = local.client("identity", "IdentityClient", "ADMIN")
    print_ = next(one.key.fingerprint for one in local.server.principals.all if one.name == "ada")
    draft = await planned(at, "api_key_delete", user="ada", fingerprint=print_)
    assert "it is the only key of ada" in draft.warnings
    ada.list_regions()
    await sent(at, draft)
    assert refused(ada.list_regions).status == 401
    await ACTION["api_key_delete"].roll_back(call_of(at), approved(draft, "rollback"))
    ada.list_regions()


async def test_a_fingerprint_that_nobody_has_is_asked_back_with_those_that_there_are(at):
    with pytest.raises(AskBack, match="has no API key 00:11") as seen:
        await planned(at, "api_key_delete", user="ada", fingerprint="00:11")
    assert len(seen.value.options) == 1
    with pytest.raises(AskBack, match="no user"):
        await planned(at, "api_key_delete", user="nobody", fingerprint="00:11")


async def test_another_key_since_the_card_is_drift(at, local):
    user = local.server.tenancy.user("ada")
    print_ = next(one.key.fingerprint for one in local.server.principals.all if one.name == "ada")
    draft = await planned(at, "api_key_delete", user="ada", fingerprint=print_)
    key_of(Place(local), user, pem())
    assert [one.path for one in (await ACTION["api_key_delete"].reread(call_of(at), draft)).drift] == ["keys"]


# secrets


def contents(local: Running, name: str) -> dict:
    return local.server.tenancy.records.get(local.ocid("vaultsecret", name), "Secret").hidden.get(
        "contents", {}
    )


async def test_a_rotation_makes_a_version_whose_value_no_plan_holds_and_the_old_one_comes_back(at, local):
    draft = await planned(at, "secret_rotate", resource="db-password")
    assert (draft.changes[0].before, draft.changes[0].after) == ("1", "2")
    assert "64 characters" in " ".join(draft.warnings)
    await sent(at, draft)
    assert await verdict(at, draft) is Observed.HOLDS
    assert contents(local, "db-password")["2"] not in draft.model_dump_json()
    assert "content" not in draft.model_dump_json().lower()
    await ACTION["secret_rotate"].roll_back(call_of(at), approved(draft, "rollback"))
    assert await verdict(at, draft, "observe_rollback") is Observed.HOLDS
    again = await planned(at, "secret_rotate", resource="db-password")
    assert (again.changes[0].before, again.changes[0].after) == ("1", "3")  # a number is given once
    await sent(at, again)
    assert await verdict(at, again) is Observed.HOLDS
    assert contents(local, "db-password")["2"] != contents(local, "db-password")["3"]


async def test_what_oracle_generates_it_generates_anew_itself(at, local):
    draft = await planned(at, "secret_rotate", resource="made-by-oracle")
    assert draft.write["operation"] == "rotate_secret"
    assert len(draft.warnings) == 1
    await sent(at, draft)
    await ACTION["secret_rotate"].apply(call_of(at), approved(draft), "")  # arrives twice, by its token once
    assert await verdict(at, draft) is Observed.HOLDS
    assert list(contents(local, "made-by-oracle")) == ["2"]


async def test_a_version_of_somebody_else_is_not_taken_for_ours_and_a_stale_etag_is_refused(at, local):
    draft = await planned(at, "secret_rotate", resource="db-password")
    precondition = (await ACTION["secret_rotate"].reread(call_of(at), draft)).precondition
    theirs = {"secretContent": {"contentType": "BASE64", "content": "dGhlaXJz"}}
    local.client("vault", "VaultsClient", "ADMIN").update_secret(
        local.ocid("vaultsecret", "db-password"), theirs
    )
    assert await ACTION["secret_rotate"].effect(call_of(at), draft, PLAN) is Effect.NONE
    with pytest.raises(Changed):
        await ACTION["secret_rotate"].apply(call_of(at), approved(draft), precondition)


async def test_a_secret_that_takes_in_its_new_version_is_not_put_back_yet(at, local):
    draft = await planned(at, "secret_rotate", resource="db-password")
    await sent(at, draft)
    records = local.server.tenancy.records
    secret = records.get(local.ocid("vaultsecret", "db-password"), "Secret")
    records.due.clear()
    records.change(secret, {"lifecycleState": "UPDATING"}, local.clock())
    with pytest.raises(NotYet, match="is UPDATING"):
        await ACTION["secret_rotate"].roll_back(call_of(at), approved(draft, "rollback"))


@pytest.mark.parametrize(
    ("name", "why"), [("copy", "a copy of a secret"), ("going", "PENDING_DELETION, not ACTIVE")]
)
async def test_what_cannot_be_rotated_gets_no_card(at, name, why):
    with pytest.raises(GiveUp, match=why):
        await planned(at, "secret_rotate", resource=name)
