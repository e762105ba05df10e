"""Clusters of Oracle without its command line: tokens that we sign, that the local cloud's own check accepts, renewed in time."""

import base64
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from sandbox.cluster.seed import BOT
from sandbox.oci.errors import Refused
from sandbox.oci.signing.signature import Received
from tests.unit.cluster_running import running
from tests.unit.oci_running import Running
from tests.unit.oci_running import running as cloud_running
from tests.unit.oci_tenancy import tenancy
from tools.cluster.clusters import Clusters
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.oke import KEPT_S, Asked, Tokens, asked_of
from tools.errors import GiveUp, NotAllowed
from tools.oracle.credentials import Principal
from tools.oracle.oracle import Oracle, OracleConfig

CLUSTER = "ocid1.cluster.oc1.eu-frankfurt-1.aaaa"
EXEC = {"apiVersion": "client.authentication.k8s.io/v1", "command": "oci", "args": ["ce", "cluster", "generate-token", "--cluster-id", CLUSTER, "--region", "eu-frankfurt-1"]}  # fmt: skip


@pytest.fixture(scope="module")
def cloud(tmp_path_factory) -> Iterator[Running]:
    with cloud_running(tenancy(), tmp_path_factory.mktemp("oke"), speed=20) as one:
        yield one


def oracle(cloud, profile="DEFAULT", mode="config") -> Oracle:
    return Oracle.load(OracleConfig(Principal(mode, cloud.server.config_file, profile), None, f"*={cloud.server.url}/{{region}}"))  # fmt: skip


def received(token: str, **other: str) -> Received:
    """The request that a cluster would put before Oracle to learn who made the token."""
    parts = urlsplit(base64.urlsafe_b64decode(token).decode())
    proof = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return Received("GET", other.get("path", parts.path), {"host": parts.netloc, **proof}, b"")


def test_the_clouds_own_check_knows_who_made_the_token(cloud):
    made = oracle(cloud)
    token = made.cluster_token(CLUSTER, "eu-frankfurt-1")
    who = cloud.server.principals.who(received(token), cloud.clock())
    assert who.profile == "DEFAULT"
    assert base64.urlsafe_b64decode(token).startswith(b"https://containerengine.eu-frankfurt-1.oraclecloud.com/cluster_request/ocid1.cluster.")  # fmt: skip
    made.close()


def test_a_token_is_for_one_cluster_and_a_few_minutes(cloud):
    made = oracle(cloud)
    token = made.cluster_token(CLUSTER, "eu-frankfurt-1")
    with pytest.raises(Refused):
        cloud.server.principals.who(received(token, path=f"/cluster_request/{CLUSTER}b"), cloud.clock())
    with pytest.raises(Refused):
        cloud.server.principals.who(received(token), cloud.clock() + 600)
    made.close()


def test_a_session_signs_too_and_another_realm_has_another_address(cloud):
    cloud.server.principals.begin_session(cloud.clock())
    made = oracle(cloud, "SESSION", "session")
    assert cloud.server.principals.who(received(made.cluster_token(CLUSTER, "")), cloud.clock())
    address = base64.urlsafe_b64decode(made.cluster_token(CLUSTER, "us-gov-phoenix-1")).decode()
    assert address.startswith("https://containerengine.us-gov-phoenix-1.oraclegovcloud.com/")
    made.close()


def test_a_token_is_kept_until_shortly_before_it_expires():
    now, made = [0.0], []

    def sign(cluster, region):
        made.append((cluster, region))
        return f"t{len(made)}"

    tokens = Tokens(Asked(CLUSTER, "r"), sign, lambda: now[0])
    assert [tokens.token(), tokens.token()] == ["t1", "t1"]
    now[0] = KEPT_S
    assert tokens.token() == "t2"
    tokens.forget("t1")  # an old one, refused late
    assert tokens.token() == "t2"
    tokens.forget("t2")
    assert tokens.token() == "t3"
    assert made[0] == (CLUSTER, "r")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with running(tmp_path_factory.mktemp("cluster")) as one:
        yield one


def kubeconfig(folder, cluster, user):
    config = yaml.safe_load(cluster.server.kubeconfigs["bot"].read_text())
    config["users"][0]["user"] = user
    file = folder / "oke.kubeconfig"
    file.write_text(yaml.safe_dump(config))
    return file, config["contexts"][0]["name"]


async def test_a_kubeconfig_of_oracle_works_without_its_command_line(cluster, tmp_path):
    file, name = kubeconfig(tmp_path, cluster, {"exec": EXEC})
    asked = []

    def sign(cluster_id, region):
        asked.append((cluster_id, region))
        return cluster.server.token(BOT)

    clusters = Clusters.load(file, (), sign)
    for _ in range(3):
        assert await clusters.at(name, 10).listing(BY_PLURAL["namespaces"])
    assert asked == [(CLUSTER, "eu-frankfurt-1")]
    clusters.close()


async def test_a_token_that_is_refused_is_made_anew_once_and_then_it_is_a_refusal(cluster, tmp_path):
    file, name = kubeconfig(tmp_path, cluster, {"exec": EXEC})
    given = ["expired", cluster.server.token(BOT)]
    clusters = Clusters.load(file, (), lambda *_: given.pop(0))
    assert await clusters.at(name, 10).listing(BY_PLURAL["namespaces"])
    clusters.close()
    never = Clusters.load(file, (), lambda *_: "expired")
    with pytest.raises(NotAllowed, match="does not accept my credentials"):
        await never.at(name, 10).listing(BY_PLURAL["namespaces"])
    never.close()


async def test_who_cannot_sign_says_so(cluster, tmp_path):
    file, name = kubeconfig(tmp_path, cluster, {"exec": EXEC})

    def sign(*_):
        raise GiveUp("OCI_CONFIG_FILE: there is no such file", "oci")

    clusters = Clusters.load(file, (), sign)
    with pytest.raises(GiveUp, match="OCI_CONFIG_FILE"):
        await clusters.at(name, 10).listing(BY_PLURAL["namespaces"])
    clusters.close()


@pytest.mark.parametrize(
    "user",
    [{"token": "x"}, {"exec": {"command": "aws", "args": ["generate-token"]}}, {"exec": {"command": "oci", "args": ["--version"]}}, {"exec": {"command": "oci", "args": ["generate-token", "--cluster-id"]}}],
)  # fmt: skip
def test_any_other_kubeconfig_is_left_alone(cluster, tmp_path, user):
    file, name = kubeconfig(tmp_path, cluster, user)
    assert asked_of(file, name) is None
    assert asked_of(tmp_path / "nothing", name) is None
