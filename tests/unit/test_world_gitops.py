"""What Argo CD and Flux put back in the local cluster, and what they leave."""

import json

import pytest

from sandbox.world.gitops import APPLICATIONS, KUSTOMIZATIONS, define
from tests.unit.worlds import NS, Lab, set_image

KEY = "apps/v1/deployments"
MARKS = {
    "argo": {"argocd.argoproj.io/instance": "web"},
    "flux": {
        "kustomize.toolkit.fluxcd.io/name": "web",
        "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
    },
}


def lab(manager, spec):
    made = Lab()
    define(made.store)
    made.world.ctx.live = True
    home = {"argo": "argocd", "flux": "flux-system"}[manager]
    made.store.create("v1/namespaces", {"metadata": {"name": home}})
    resource = APPLICATIONS if manager == "argo" else KUSTOMIZATIONS
    made.store.create(resource, {"metadata": {"name": "web", "namespace": home}, "spec": spec})
    made.deployment(replicas=2)

    def marked(item):
        wanted = {"spec": {key: item["spec"][key] for key in ("replicas", "selector", "template")}}
        item["metadata"]["labels"] = MARKS[manager]
        item["metadata"].setdefault("annotations", {})["kubectl.kubernetes.io/last-applied-configuration"] = (
            json.dumps(wanted)
        )

    made.edit(KEY, "web", marked)
    made.after(30)
    made.edit(KEY, "web", set_image("web:hand"))
    return made


def image(made):
    return made.get(KEY, "web")["spec"]["template"]["spec"]["containers"][0]["image"]


@pytest.mark.parametrize(
    ("manager", "spec", "early", "late"),
    [
        ("argo", {"syncPolicy": {"automated": {"selfHeal": True}}}, 3, 10),
        ("flux", {"interval": "1m"}, 50, 70),
    ],
)
def test_a_change_by_hand_is_put_back_when_its_time_has_come(manager, spec, early, late):
    made = lab(manager, spec)
    made.after(early)
    assert image(made) == "web:hand"
    made.after(late - early)
    assert image(made) == "web:1"


@pytest.mark.parametrize(
    ("manager", "spec"),
    [
        ("argo", {}),
        ("argo", {"syncPolicy": {"automated": {}}}),
        ("argo", {"syncPolicy": {"automated": {"selfHeal": True, "enabled": False}}}),
        ("flux", {"interval": "1m", "suspend": True}),
    ],
)
def test_who_is_told_to_rest_puts_nothing_back(manager, spec):
    made = lab(manager, spec)
    made.after(120)
    assert image(made) == "web:hand"


def test_a_cluster_without_either_goes_on():
    made = Lab()
    made.world.ctx.live = True
    made.deployment(replicas=1)
    made.after(30)
    assert len(made.pods()) == 1
    assert made.pods()[0]["metadata"]["namespace"] == NS
