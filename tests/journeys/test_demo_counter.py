"""The demo's counter-story: a healthy shop is called healthy, a name that fits twice is asked back, what may not be seen is said."""

import pytest

from tests.unit.cli_process import POLICY, SERVICES, run
from tests.unit.stages import Running

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    (root := tmp_path_factory.mktemp("healthy") / "stage").mkdir()
    stage = Running("shop-healthy", root)
    unscoped = root / "policy.yaml"
    unscoped.write_text(
        POLICY.read_text().replace("  cli: {scope: {cluster: local, namespace: shop}}", "  cli: {}")
    )
    env = {**stage.stage.environment(), "SERVICES_FILE": str(SERVICES), "DATABASE_URL": "sqlite:///app.db"}
    yield root, env, unscoped
    stage.stop()


def said(world, words: str, person: str = "alice", *, scoped: bool = True) -> str:
    root, env, unscoped = world
    return run(root, "ask", words, "--as", person, **env, POLICY_FILE=str(POLICY if scoped else unscoped)).out


def test_a_healthy_shop_is_called_healthy_and_nothing_is_blamed(world):
    text = said(world, "why is checkout failing?")
    assert "checkout is healthy: nothing is wrong with what I checked" in text
    assert "6/6" in text and "roll back" not in text


def test_a_name_that_fits_in_two_places_is_asked_back(world):
    text = said(world, "restart deployment checkout", scoped=False)
    assert "shop-stg" in text and "?" in text and "Pending" not in text


def test_what_may_not_be_seen_is_said_with_who_may(world):
    text = said(world, "what is unhealthy in namespace kube-system?", "carol")
    assert "your right to kubernetes:read does not reach local/kube-system" in text and "bob, dan" in text
