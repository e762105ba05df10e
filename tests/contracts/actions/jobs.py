"""Rigs of jobs: deleted, and done once more."""

from tests.contracts.actions.rig import Case, Rig

JOBS = "batch/v1/jobs"
POD = {"spec": {"containers": [{"name": "app", "image": "x"}], "restartPolicy": "Never"}}


def finished(place, n):
    """A Job that is complete, and what the controller does with others."""
    namespace = place.namespace(n)
    place.store.create(
        JOBS, {"metadata": {"name": "backup", "namespace": namespace}, "spec": {"template": POD}}
    )
    done = {"conditions": [{"type": "Complete", "status": "True"}], "succeeded": 1}
    place.store.patch_status(JOBS, namespace, "backup", done)

    def jobs():
        return place.store.list(JOBS, namespace)

    def state():
        return sorted((one["metadata"]["name"], "deletionTimestamp" in one["metadata"]) for one in jobs())

    def settle():
        for one in jobs():
            meta = one["metadata"]
            if "deletionTimestamp" in meta:
                place.store.delete(JOBS, namespace, meta["name"], grace_seconds=0)
            elif not (one.get("status") or {}).get("active") and meta["name"] != "backup":
                place.store.patch_status(JOBS, namespace, meta["name"], {"active": 1, "ready": 1})

    def put(before):
        for name in {name for name, _ in state()} - {name for name, _ in before}:
            place.store.delete(JOBS, namespace, name, grace_seconds=0)

    def drift():
        place.store.delete(JOBS, namespace, "backup", grace_seconds=0)
        place.store.create(
            JOBS, {"metadata": {"name": "backup", "namespace": namespace}, "spec": {"template": POD}}
        )

    return namespace, state, put, drift, settle


def delete(place, n):
    namespace, state, put, drift, settle = finished(place, n)
    args, words = {"namespace": namespace, "name": "backup"}, f"delete job backup in {namespace}"
    return Case(args, words, f"/{namespace}/jobs", state, put, drift, settle)


def rerun(place, n):
    namespace, state, put, drift, settle = finished(place, n)
    args, words = (
        {"namespace": namespace, "kind": "job", "name": "backup"},
        f"rerun job backup in {namespace}",
    )
    return Case(args, words, f"/{namespace}/jobs", state, put, drift, settle)


RIGS = (
    Rig("job_rerun", rerun),
    Rig(
        "job_delete", delete, irreversible=True,
        without={
            "spoiled": "the server itself deletes what nothing holds back",
            "reverted": "a Job that is gone does not come back",
        },
    ),
)  # fmt: skip
