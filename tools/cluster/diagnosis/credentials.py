"""Logins that are refused although, or because, the credential comes from a Secret. The Secret itself is never read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding, about
from tools.cluster.diagnosis.reaching import stale
from tools.cluster.objects import containers, name, spec
from tools.cluster.snapshot import Snapshot, Text
from tools.cluster.workloads import Workload
from tools.spec import Json

_REFUSED = re.compile(
    r"password authentication failed for user|Access denied for user .*using password: YES|"
    r"WRONGPASS invalid username-password pair|SASL authentication failed|ACCESS_REFUSED - Login was refused",
    re.IGNORECASE,
)
Source = tuple[str, str]  # field path, name of the Secret


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        for pod in workload.pods:
            told = next(_lines(snap, name(pod)), None)
            if told is not None and (sources := _sources(pod, told[0].container)):
                yield _finding(snap, workload, pod, told, sources)
                break


def _lines(snap: Snapshot, pod: str) -> Iterator[tuple[Text, str]]:
    for log in (t for t in snap.logs if t.pod == pod):
        for line in reversed(log.text.splitlines()):
            if _REFUSED.search(line) and not stale(snap, line):
                yield log, line


def _sources(pod: Json, container: str) -> list[Source]:
    """Where the container that was refused takes values of Secrets from."""
    for one in (c for c in containers(pod) if c["name"] == container):
        volumes = {m.get("name") for m in one.get("volumeMounts") or []}
        return [*_variables(one), *_volumes(pod, volumes)]
    return []


def _variables(container: Json) -> Iterator[Source]:
    path = f"spec.containers[{container['name']}]"
    for env in container.get("env") or []:
        if ref := (env.get("valueFrom") or {}).get("secretKeyRef"):
            yield f"{path}.env[{env['name']}].valueFrom.secretKeyRef.name", str(ref.get("name", ""))
    for index, source in enumerate(container.get("envFrom") or []):
        if ref := source.get("secretRef"):
            yield f"{path}.envFrom[{index}].secretRef.name", str(ref.get("name", ""))


def _volumes(pod: Json, mounted: set[str | None]) -> Iterator[Source]:
    for volume in spec(pod).get("volumes") or []:
        if volume.get("name") in mounted and (ref := volume.get("secret")):
            yield f"spec.volumes[{volume['name']}].secret.secretName", str(ref.get("secretName", ""))


def _finding(
    snap: Snapshot, workload: Workload, pod: Json, told: tuple[Text, str], sources: list[Source]
) -> Finding:
    secrets = ", ".join(dict.fromkeys(secret for _, secret in sources))
    return about(
        snap, workload, "secret_corrupted",
        f"{workload.kind} {workload.name} is refused at login; its credentials come from Secret {secrets}: wrong there, or changed on one side only (variables keep the old value until a restart). I do not read Secrets",
        [snap.said(*told), *(snap.fact("pods", pod, path, secret, label="from Secret") for path, secret in sources[:3])],
        rank=19,
        confidence=0.7,
        ruled_out=("a server that cannot be reached: it answered, and refused",),
    )  # fmt: skip
