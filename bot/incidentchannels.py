"""Where incidents are told: the channel that a detector names, the service's own, else the first that is for them."""

from __future__ import annotations

from dataclasses import dataclass

from agents.policy.detecting import DetectorPart
from agents.triage.correlate import Incident
from bot.core import Core
from bot.replies.incident import services_of


@dataclass(frozen=True)
class IncidentChannels:
    core: Core

    def of(self, incident: Incident) -> str:
        """Empty where the policy names no channel for incidents."""
        detector = next((part for part in map(self._detector, _detectors(incident)) if part), None)
        return self._chosen(detector, services_of(incident))

    def of_detector(self, part: DetectorPart) -> str:
        """Where its alerts will be told, and so where its reads are judged."""
        return self._chosen(part, (part.service,) if part.service else ())

    def listens(self, channel: str) -> bool:
        part = self.core.policy.policy.file.channels.get(channel)
        return part is not None and part.incidents and not part.deny

    def _chosen(self, detector: DetectorPart | None, services: tuple[str, ...]) -> str:
        told = [name for name, part in self.core.policy.policy.file.channels.items() if part.incidents]
        named = [detector.channel] if detector and detector.channel else []
        own = [service.channel for name in services for service in self.core.services.called(name)]
        return next((channel for channel in (*named, *own) if channel in told), told[0] if told else "")

    def _detector(self, name: str) -> DetectorPart | None:
        known = self.core.policy.policy.file.detectors
        return next((part for part in known if part.name == name), None)


def _detectors(incident: Incident) -> list[str]:
    """The names that alerts of our own carry; a label of anybody else's says nothing."""
    alerts = [one.alert for one in incident.seen.values()]
    return [one.labels["detector"] for one in alerts if one.source == "detector" and "detector" in one.labels]
