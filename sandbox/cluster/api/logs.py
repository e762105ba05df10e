"""Container logs: which container, how much of it, and how it is written."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from sandbox.cluster import errors
from sandbox.cluster.api.call import Call
from sandbox.cluster.api.paths import TRUE
from sandbox.cluster.metadata import Obj, epoch, name_of

Line = tuple[float, str]
POLL: Final = 0.5  # seconds between looks at a log that is followed
LISTS: Final = ("initContainers", "containers", "ephemeralContainers")


class LogSource(Protocol):
    """What containers have written: (seconds since 1970, line) in order."""

    def read(self, pod: Obj, container: str, *, previous: bool) -> list[Line]: ...


@dataclass(frozen=True)
class LogRequest:
    container: str
    previous: bool
    follow: bool
    timestamps: bool
    since: float | None
    tail: int | None
    limit: int | None


def asked(pod: Obj, call: Call, now: float) -> LogRequest:
    """What the query asks for; 400 with the server's words when it cannot be told."""
    seconds, moment = call.number("sinceSeconds"), call.query.get("sinceTime")
    if seconds is not None and moment:
        raise _invalid(
            "sinceSeconds", "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"
        )
    if seconds is not None and seconds < 1:
        raise _invalid("sinceSeconds", f"Invalid value: {seconds}: must be greater than 0")
    tail, limit = call.number("tailLines"), call.number("limitBytes")
    if tail is not None and tail < 0:
        raise _invalid("tailLines", f"Invalid value: {tail}: must be greater than or equal to 0")
    if limit is not None and limit < 1:
        raise _invalid("limitBytes", f"Invalid value: {limit}: must be greater than 0")
    since = now - seconds if seconds is not None else (epoch(moment) if moment else None)
    return LogRequest(
        container=_container(pod, call.query.get("container", "")),
        previous=call.query.get("previous") in TRUE,
        follow=call.query.get("follow") in TRUE,
        timestamps=call.query.get("timestamps") in TRUE,
        since=since,
        tail=tail,
        limit=limit,
    )


def _invalid(field: str, message: str) -> errors.ApiError:
    causes = [errors.cause(field, message)]
    details = {"kind": "PodLogOptions", "causes": causes}
    return errors.ApiError(422, "Invalid", f'PodLogOptions "" is invalid: {field}: {message}', details)


def _names(pod: Obj, which: str) -> list[str]:
    return [str(c["name"]) for c in pod["spec"].get(which) or []]


def _container(pod: Obj, named: str) -> str:
    everything = [name for which in LISTS for name in _names(pod, which)]
    if named:
        if named not in everything:
            raise errors.bad_request(f"container {named} is not valid for pod {name_of(pod)}")
        return named
    plain = _names(pod, "containers")
    if len(plain) == 1:
        return plain[0]
    init, extra = _names(pod, "initContainers"), _names(pod, "ephemeralContainers")
    text = f"a container name must be specified for pod {name_of(pod)}, choose one of: [{' '.join(plain)}]"
    if init:
        text += f" or one of the init containers: [{' '.join(init)}]"
    if extra:
        text += f" or one of the ephemeral containers: [{' '.join(extra)}]"
    raise errors.bad_request(text)


def refuse_unready(pod: Obj, request: LogRequest) -> None:
    """400 for a container that has not written anything because it never ran."""
    status = _status(pod, request.container)
    waiting = (status.get("state") or {}).get("waiting")
    where = f'container "{request.container}" in pod "{name_of(pod)}"'
    if request.previous:
        if not (status.get("lastState") or {}).get("terminated"):
            raise errors.bad_request(f"previous terminated {where} not found".replace(" in pod", " in pod"))
        return
    if not waiting or (status.get("lastState") or {}).get("terminated"):
        return
    reason = waiting.get("reason", "")
    if reason in ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"):
        text = (
            "trying and failing to pull image" if reason != "ErrImageNeverPull" else "image can't be pulled"
        )
        raise errors.bad_request(f"{where} is waiting to start: {text}")
    raise errors.bad_request(f"{where} is waiting to start: {reason}")


def _status(pod: Obj, container: str) -> Obj:
    status = pod.get("status") or {}
    lists = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
    found = (item for which in lists for item in status.get(which) or [] if item["name"] == container)
    return next(found, {})


def chosen(lines: list[Line], request: LogRequest) -> list[Line]:
    if request.since is not None:
        lines = [line for line in lines if line[0] >= request.since]
    if request.tail is not None:
        lines = (
            lines[len(lines) - request.tail :]
            if 0 < request.tail < len(lines)
            else lines * bool(request.tail)
        )
    return lines


def written(lines: list[Line], request: LogRequest) -> bytes:
    text = "".join(f"{_stamp(at)}{line}\n" if request.timestamps else f"{line}\n" for at, line in lines)
    return text.encode()[: request.limit]


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z "


async def followed(source: LogSource, pod: Obj, request: LogRequest) -> AsyncIterator[bytes]:
    """The log so far, and then every new line; `limitBytes` ends it."""
    lines = list(source.read(pod, request.container, previous=request.previous))
    left = request.limit
    fresh = chosen(lines, request)
    while True:
        chunk = written(fresh, request)
        if left is not None:
            chunk, left = chunk[:left], left - len(chunk)
        if chunk:
            yield chunk
        if left is not None and left <= 0:
            return
        await asyncio.sleep(POLL)
        now = list(source.read(pod, request.container, previous=request.previous))
        fresh, lines = _news(lines, now), now


def _news(before: list[Line], now: list[Line]) -> list[Line]:
    """What was added; a log that started anew is new from its beginning, one that lost its oldest lines is not."""
    if now[: len(before)] == before:
        return now[len(before) :]
    if not now or now[0] > before[-1]:
        return now
    return [line for line in now if line > before[-1]]
