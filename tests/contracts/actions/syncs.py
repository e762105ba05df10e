"""Rigs of pausing and resuming what keeps things as Git has them: one of Argo CD, one of Flux."""

from sandbox.world.gitops import APPLICATIONS, KUSTOMIZATIONS, define
from tests.contracts.actions.rig import Case, Rig


def sync(place, n, kind, resource, spec):
    namespace = place.namespace(n)
    define(place.store)
    place.store.create(resource, {"metadata": {"name": "web", "namespace": namespace}, "spec": spec})

    def state():
        return place.store.get(resource, namespace, "web")["spec"]

    def put(fields):
        item = place.store.get(resource, namespace, "web")
        item["spec"] = fields
        place.store.replace(resource, item)

    def drift():
        """Somebody else moves the switch."""
        if kind == "application":
            put({"syncPolicy": {"automated": {"allowEmpty": True}}})
        else:
            put({"interval": "5m", "suspend": not state().get("suspend")})

    return Case(
        args={"namespace": namespace, "kind": kind, "name": "web"},
        text=f"pause or resume the sync of {kind} web in {namespace}",
        path=f"/{namespace}/{resource.rsplit('/', 1)[1]}",
        state=state,
        put=put,
        drift=drift,
        settle=lambda: None,
    )


def argo(place, n):
    spec = {"syncPolicy": {"automated": {"prune": True, "selfHeal": True}}}
    return sync(place, n, "application", APPLICATIONS, spec)


def flux(place, n):
    return sync(place, n, "kustomization", KUSTOMIZATIONS, {"interval": "5m", "suspend": True})


WHOLE = {"spoiled": "the switch is the whole effect: nobody has to follow it"}
RIGS = (Rig("sync_pause", argo, without=WHOLE), Rig("sync_resume", flux, without=WHOLE))
