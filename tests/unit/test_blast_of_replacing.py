"""What replacing pods means for those who use them, in words."""

from typing import Any

import pytest

from tools.cluster.kinds import BY_PLURAL
from tools.remediation.concerns import replaced
from tools.remediation.workload import Subject


@pytest.mark.parametrize(
    ("replicas", "said"),
    [
        (1, "its only pod is replaced; it may be away meanwhile"),
        (3, "all 3 pods are replaced, at most 25% away at a time"),
    ],
)
def test_one_pod_is_never_said_to_be_away_by_a_quarter(replicas: int, said: str) -> None:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%"}}
    item = {"metadata": {"name": "web"}, "spec": {"replicas": replicas, "strategy": rolling}}
    nowhere: Any = None  # no cluster is asked
    assert replaced(Subject(nowhere, BY_PLURAL["deployments"], "shop", item)).summary == said
