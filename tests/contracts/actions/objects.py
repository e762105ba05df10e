"""Rigs of the changes of nodes, jobs and other single objects."""

from tests.contracts.actions.rig import Case, Rig

NODES, CRONJOBS, JOBS = "v1/nodes", "batch/v1/cronjobs", "batch/v1/jobs"
READY = {"conditions": [{"type": "Ready", "status": "True"}]}
UNSPOILED = {"spoiled": "it takes effect in the moment in which it is stored"}


def field(place, at, args, words, *, path, of, drift):
    """A case about the field `of` of the object `at`: key, namespace, name."""
    key, namespace, name = at

    def state():
        return place.store.get(key, namespace, name)["spec"].get(of) or False

    def put(value, field_name=of):
        item = place.store.get(key, namespace, name)
        if value is False:
            item["spec"].pop(field_name, None)
        else:
            item["spec"][field_name] = value
        place.store.replace(key, item)

    return Case(args, words, path, state, put, lambda: drift(put), lambda: None)


def node(place, n, words, *, cordoned=False):
    name = f"node-{n}"
    place.store.create(
        NODES, {"metadata": {"name": name}, "spec": {"unschedulable": True} if cordoned else {}}
    )
    place.store.patch_status(NODES, None, name, READY)
    return field(
        place, (NODES, None, name), {"name": name}, f"{words} {name}",
        path=f"/nodes/{name}$", of="unschedulable", drift=lambda put: put(not cordoned),
    )  # fmt: skip


def cronjob(place, n, words, *, suspended=False):
    namespace = place.namespace(n)
    pod = {"containers": [{"name": "app", "image": "x"}], "restartPolicy": "Never"}
    spec = {
        "schedule": "0 3 * * *",
        "jobTemplate": {"spec": {"template": {"spec": pod}}},
        "suspend": suspended,
    }
    place.store.create(CRONJOBS, {"metadata": {"name": "report", "namespace": namespace}, "spec": spec})
    return field(
        place, (CRONJOBS, namespace, "report"), {"namespace": namespace, "name": "report"}, f"{words} report in {namespace}",
        path=f"/{namespace}/cronjobs/report", of="suspend", drift=lambda put: put("0 4 * * *", "schedule"),
    )  # fmt: skip


RIGS = (
    Rig("node_cordon", lambda place, n: node(place, n, "cordon node"), without=UNSPOILED),
    Rig("node_uncordon", lambda place, n: node(place, n, "uncordon node", cordoned=True), without=UNSPOILED),
    Rig("cronjob_suspend", lambda place, n: cronjob(place, n, "suspend cronjob"), without=UNSPOILED),
    Rig(
        "cronjob_resume",
        lambda place, n: cronjob(place, n, "resume cronjob", suspended=True),
        without=UNSPOILED,
    ),
)
