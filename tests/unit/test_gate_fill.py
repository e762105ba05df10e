"""Where a call goes when nobody said where: from the service map and the channel, asked back rather than guessed."""

import pytest

from agents.gate.fill import fill_scope, scope_near
from agents.policy.models import ScopePart
from tools.errors import AskBack
from tools.services.directory import Services
from tools.services.model import Service, WorkloadRef
from tools.spec import Args, Scope, Scoped


class NeedsService(Args):
    service: str
    cluster: str | None = None
    namespace: str | None = None
    compartment: str | None = None


class Bare(Args):
    words: str = ""


class Anyone:
    """Reaches every place."""

    def namespace(self, cluster, namespace):
        return True

    def compartment(self, name):
        return True


def at(cluster, namespace, name):
    return WorkloadRef(cluster=cluster, namespace=namespace, name=name)


SERVICES = Services(
    confirmed={
        "cart": Service(name="cart", workloads=(at("east", "shop", "cart"),), compartment="prod/shop", aliases=("korb",)),
        "spread": Service(
            name="spread", workloads=(at("east", "shop", "spread"), at("west", "stg", "spread"))
        ),
        "idle": Service(name="idle"),
    }
)  # fmt: skip


def filled(raw, model=Scoped, *, clusters=("east", "west"), default="", **channel):
    return fill_scope(
        model, raw, services=SERVICES, clusters=clusters, default_cluster=default,
        channel=ScopePart(**channel), reach=Anyone(),
    )  # fmt: skip


def test_a_service_names_its_place_by_any_of_its_names():
    assert filled({"service": "korb"}) == {"service": "cart", "cluster": "east", "namespace": "shop"}


def test_a_service_brings_its_compartment_where_a_tool_asks_for_one():
    assert filled({"service": "cart"}, NeedsService)["compartment"] == "prod/shop"
    said = {"service": "cart", "compartment": "test"}
    assert filled(said, NeedsService)["compartment"] == "test"


def test_the_channels_service_is_taken_only_where_one_is_required():
    assert filled({}, NeedsService, service="cart")["namespace"] == "shop"
    assert filled({"service": "idle"}, NeedsService, service="cart", cluster="west")["service"] == "idle"
    assert "service" not in filled({}, service="cart", cluster="west")


def test_the_channel_fills_what_is_left_out_and_overwrites_nothing():
    assert filled({}, cluster="west", namespace="shop") == {"cluster": "west", "namespace": "shop"}
    said = {"cluster": "east", "namespace": "stg"}
    assert filled(said, cluster="west", namespace="shop") == said
    assert filled({"namespace": None}, cluster="west", namespace="shop")["namespace"] == "shop"


def test_of_several_places_of_a_service_the_near_one_is_meant():
    assert filled({"service": "spread", "cluster": "west"})["namespace"] == "stg"
    assert filled({"service": "spread", "namespace": "shop"})["cluster"] == "east"
    assert filled({"service": "spread"}, cluster="west", namespace="stg")["cluster"] == "west"


@pytest.mark.parametrize(
    ("said", "words", "choices"),
    [
        ({"service": "spread"}, "runs in 2 places", ("spread in shop", "spread in stg")),
        ({"service": "cart", "namespace": "stg"}, "it runs in east/shop", ("cart in shop",)),
        ({"service": "cart", "cluster": "west"}, "it runs in east/shop", ("cart in shop",)),
    ],
)
def test_where_a_service_is_is_asked_back_and_not_guessed(said, words, choices):
    with pytest.raises(AskBack, match=words) as asked:
        filled(said)
    assert asked.value.options == choices


@pytest.mark.parametrize(
    ("clusters", "default", "cluster"),
    [
        (("east",), "", "east"),
        (("east",), "west", "east"),
        (("east", "west"), "west", "west"),
        ((), "west", "west"),
        ((), "", None),
    ],
)
def test_the_only_cluster_or_the_default_one_is_meant(clusters, default, cluster):
    assert filled({}, clusters=clusters, default=default).get("cluster") == cluster


def test_of_several_clusters_without_a_default_one_is_asked_for():
    with pytest.raises(AskBack, match="Which cluster") as asked:
        filled({})
    assert asked.value.options == ("east", "west")


def test_what_a_tool_does_not_ask_for_is_not_filled():
    assert filled({"words": "x"}, Bare, cluster="east", namespace="shop", service="cart") == {"words": "x"}


def test_a_channels_scope_goes_before_ones_own_and_the_two_are_never_mixed():
    own = Scope(cluster="east", namespace="mine", service="cart", compartment="lab")
    assert scope_near(ScopePart(namespace="shop"), own) == ScopePart(namespace="shop")
    assert scope_near(ScopePart(region="eu-frankfurt-1"), own) == ScopePart(region="eu-frankfurt-1")
    assert scope_near(ScopePart(), own) == ScopePart(cluster="east", namespace="mine", service="cart", compartment="lab")  # fmt: skip
    assert scope_near(ScopePart(), Scope()) == ScopePart()
