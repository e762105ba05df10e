"""One container's life: created, running, exited, backed off, again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sandbox.world.clock import epoch, stamp
from sandbox.world.kubelet.behaviour import Behaviour
from sandbox.world.objects import Obj

FIRST_PAUSE: Final = 10.0
LONGEST_PAUSE: Final = 300.0
_PULL_SETTLES: Final = 2.0  # ErrImagePull becomes ImagePullBackOff
_PROBE_PERIOD: Final = 10.0

Say = Callable[[str, str, str], None]  # type, reason, message of an event on the pod


@dataclass
class Spell:
    """The times of one run of a container: for logs and metrics. `ended` is 0 while it runs."""

    began: float
    ended: float = 0.0


@dataclass
class ContainerRun:
    """What the kubelet knows of one container. Times are seconds since 1970; `due` is the next change."""

    name: str
    image: str
    pod: str
    pod_in_full: str  # name_namespace(uid), as restart events name it
    behaviour: Behaviour
    starts_in: float
    runs_for: float
    restarts_on: str  # Always | OnFailure | Never
    step: str = "new"
    due: float = 0.0
    state: Obj = field(default_factory=lambda: {"waiting": {"reason": "ContainerCreating"}})
    last: Obj = field(default_factory=dict)
    restarts: int = 0
    pause: float = FIRST_PAUSE
    ready: bool = False
    spells: list[Spell] = field(default_factory=list)

    @property
    def running(self) -> bool:
        return "running" in self.state

    @property
    def ended(self) -> bool:
        return self.step == "ended"

    @property
    def succeeded(self) -> bool:
        return self.ended and self.state["terminated"]["exitCode"] == 0

    def wait_for(self, reason: str, message: str = "") -> None:
        self.state = {"waiting": {"reason": reason} | ({"message": message} if message else {})}
        self.ready = False

    def begin(self, now: float, speed: float) -> None:
        """The pod may start this container: the image is looked for and the process made."""
        if self.step == "new":
            self.step, self.due = "creating", now + self.starts_in / speed

    def advance(self, now: float, speed: float, say: Say) -> None:
        """Play everything that is due at `now`."""
        for _ in range(8):
            if self.step in ("new", "ended", "held") or now < self.due:
                return
            getattr(self, "_" + self.step)(now, speed, say)

    def _creating(self, now: float, speed: float, say: Say) -> None:
        if self.behaviour.mode == "creating":
            self.step = "held"
        elif self.behaviour.mode == "badimage":
            self._pull(now, speed, say)
        else:
            at = f'Container image "{self.image}" already present on machine and can be accessed by the pod'
            say("Normal", "Pulled", at)
            self._start(now, speed, say)

    def _pull(self, now: float, speed: float, say: Say) -> None:
        say("Normal", "Pulling", f'Pulling image "{self.image}"')
        why = (
            f'Failed to pull image "{self.image}": rpc error: code = NotFound desc = failed to pull and unpack '
            f'image "{self.image}": failed to resolve reference: not found'
        )
        say("Warning", "Failed", why)
        self.wait_for("ErrImagePull", f'failed to resolve reference "{self.image}": not found')
        self.step, self.due = "pull_refused", now + _PULL_SETTLES / speed

    def _pull_refused(self, now: float, speed: float, say: Say) -> None:
        say("Warning", "BackOff", f'Back-off pulling image "{self.image}"')
        self.wait_for("ImagePullBackOff", f'Back-off pulling image "{self.image}": ErrImagePull: not found')
        self.step, self.due = "pull_again", now + self.pause / speed
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def _pull_again(self, now: float, speed: float, say: Say) -> None:
        waiting = self.state
        self._pull(now, speed, say)
        self.state = waiting

    def _start(self, now: float, speed: float, say: Say) -> None:
        say("Normal", "Created", f"Container created: {self.name}")
        say("Normal", "Started", f"Container started: {self.name}")
        self.state = {"running": {"startedAt": stamp(now)}}
        self.spells.append(Spell(now))
        mode = self.behaviour.mode
        if self.behaviour.runs_on:
            self.step, self.due = ("probing", now) if mode == "unready" else ("held", now)
        else:
            self.step, self.due = "running", now + self.runs_for / speed

    def _probing(self, now: float, speed: float, say: Say) -> None:
        said = self.behaviour.said or "HTTP probe failed with statuscode: 503"
        say("Warning", "Unhealthy", f"Readiness probe failed: {said}")
        self.due = now + _PROBE_PERIOD / speed

    def _running(self, now: float, speed: float, say: Say) -> None:
        if self.behaviour.mode == "liveness":
            say("Warning", "Unhealthy", f"Liveness probe failed: {self._refused()}")
            say("Normal", "Killing", f"Container {self.name} failed liveness probe, will be restarted")
        self.exit(now, speed, say, self.behaviour.exit_code, self._reason())

    def _refused(self) -> str:
        return self.behaviour.said or 'Get "http://{ip}:8080/healthz": dial tcp: connect: connection refused'

    def _reason(self) -> str:
        if self.behaviour.mode == "oom":
            return "OOMKilled"
        return "Completed" if self.behaviour.exit_code == 0 else "Error"

    def exit(self, now: float, speed: float, say: Say, code: int, reason: str) -> None:
        """The process ends; what follows depends on the restart policy and on how often it ended."""
        began = self.spells[-1].began if self.spells else now
        if self.spells:
            self.spells[-1].ended = now
        ended = {"exitCode": code, "reason": reason, "startedAt": stamp(began), "finishedAt": stamp(now)}
        self.ready = False
        again = self.restarts_on == "Always" or (self.restarts_on == "OnFailure" and code != 0)
        if not again:
            self.state, self.step = {"terminated": ended}, "ended"
            return
        self.last = {"terminated": ended}
        if self.restarts == 0:
            self.restarts = 1
            self._start(now, speed, say)
            return
        pause = f"back-off {_duration(self.pause)} restarting failed container={self.name} pod={self.pod}"
        self.wait_for("CrashLoopBackOff", pause)
        say(
            "Warning",
            "BackOff",
            f"Back-off restarting failed container {self.name} in pod {self.pod_in_full}",
        )
        self.step, self.due = "backed_off", now + self.pause / speed
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def _backed_off(self, now: float, speed: float, say: Say) -> None:
        self.restarts += 1
        self._start(now, speed, say)

    def resume(self, seen: Obj, now: float) -> None:
        """Go on from what a status says, as a kubelet does that was started again."""
        self.restarts, self.ready = seen.get("restartCount", 0), bool(seen.get("ready"))
        self.last = seen.get("lastState") or {}
        self.state = seen.get("state") or self.state
        self.pause = min(FIRST_PAUSE * 2 ** max(0, self.restarts - 1), LONGEST_PAUSE)
        for ended in (self.last.get("terminated"), self.state.get("terminated")):
            if ended:
                self.spells.append(
                    Spell(epoch(ended.get("startedAt")), epoch(ended.get("finishedAt")) or now)
                )
        if "running" in self.state:
            self.spells.append(Spell(epoch(self.state["running"].get("startedAt")) or now))
        self.step, self.due = self._resumed(), now

    def _resumed(self) -> str:
        if "terminated" in self.state:
            return "ended"
        if "running" in self.state:
            if not self.behaviour.runs_on:
                return "running"
            return "probing" if self.behaviour.mode == "unready" else "held"
        waits = {
            "CrashLoopBackOff": "backed_off",
            "ImagePullBackOff": "pull_again",
            "ErrImagePull": "pull_refused",
        }
        return waits.get(self.state.get("waiting", {}).get("reason", ""), "new")

    def status(self) -> Obj:
        """The entry in `containerStatuses`."""
        return {
            "name": self.name,
            "state": self.state,
            "lastState": self.last,
            "ready": self.ready,
            "restartCount": self.restarts,
            "image": self.image,
            "imageID": "",
            "started": self.running,
        }


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
