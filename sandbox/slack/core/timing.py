"""Every span of time that Slack's behaviour depends on, in seconds. Tests pass shorter ones."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    ack: float = 3.0
    retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    trigger: float = 3.0
    response_url: float = 1800.0
    response_uses: int = 5
    stream_idle: float = 30.0
    stream_life: float = 300.0
    refresh_notice: float = 0.2
