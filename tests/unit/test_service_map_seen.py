"""What a person is offered of a proposal that somebody else was shown: all of it is theirs to see, or none of it."""

import pytest

from agents.servicemap import ServiceMap
from tools.services.directory import Services


class Only:
    """Sees one namespace and one compartment."""

    def namespace(self, cluster, namespace):
        return (cluster, namespace) == ("local", "shop")

    def compartment(self, name):
        return name == "shop/prod"


def entry(namespace="shop", lines=(), paths=()):
    refs = [{"cluster": "local", "namespace": namespace, "kind": "deployment", "name": "till"}]
    return {"name": "till", "lines": {"workloads": refs, **dict(lines)}, "sources": {}, "paths": list(paths)}


@pytest.mark.parametrize(
    ("offered", "seen"),
    [
        (entry(), True),
        (entry("stg"), False),
        (entry(lines={"compartment": "shop/prod"}, paths=["shop/prod"]), True),
        (entry(lines={"compartment": "shop/books"}), False),
        (entry(lines={"load_balancer": "front"}, paths=["net/prod"]), False),  # only the question names it
    ],
)
def test_no_part_of_it_is_shown_to_whoever_may_not_see_where_it_was_read(offered, seen):
    only = Only()
    found = ServiceMap(None, Services(), None, None, None, None).visible([offered], only, only)
    assert (found == (offered,)) is seen
