"""The service map as it stands: people's file (hot-reloaded) before what labels tell, and names resolved in it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.errors import AskBack
from tools.services.load import ServicesError, read
from tools.services.model import Service
from tools.spec import Reach, Scope

_IN = re.compile(r"^(?P<name>.+?) in (?P<namespace>[a-z0-9][-a-z0-9_./]*)$", re.IGNORECASE)
MOST_NAMED = 12
_NEAR = 70  # of 100; below it a name is no guess
_CHECK_EVERY_S = 1.0


class Services:
    """All services by name. `problem` says why the newest file is not in use; the last valid one stays."""

    def __init__(self, path: Path | None = None, confirmed: dict[str, Service] | None = None) -> None:
        self._path = path
        self._file = confirmed or {}
        self._held: dict[str, Service] = {}
        self._confirmed = self._file
        self._discovered: dict[str, tuple[Service, ...]] = {}
        self._tagged: tuple[Service, ...] = ()
        self._stamp: tuple[int, int] | None = None
        self._checked = 0.0
        self.problem = ""

    @classmethod
    def load(cls, path: Path | None) -> Services:
        """Blocking.

        Raises:
            ServicesError: the file is there but wrong; at start that stops the program.
        """
        services = cls(path, read(path) if path else {})
        services._stamp = _stamp(path)
        return services

    async def refresh(self) -> None:
        """Read the file again if it changed. A wrong file changes nothing but `problem`."""
        now = asyncio.get_running_loop().time()
        if self._path is None or now - self._checked < _CHECK_EVERY_S:
            return
        self._checked = now
        await asyncio.to_thread(self.reload)

    def reload(self) -> None:
        """Blocking form of `refresh`."""
        if self._path is None or (stamp := _stamp(self._path)) == self._stamp:
            return
        self._stamp = stamp
        try:
            self._file = read(self._path)
            self.problem = ""
            self._merge()
        except ServicesError as error:
            self.problem = str(error)

    def hold(self, services: Iterable[Service]) -> None:
        """Replace what people confirmed beside the file. Where both speak of a name, the file counts."""
        self._held = {service.name: service for service in services}
        self._merge()

    def in_file(self, name: str) -> bool:
        return name in self._file

    def _merge(self) -> None:
        """The file is read beside the loop, and what is held may change meanwhile."""
        held = None
        while held is not self._held:
            held = self._held
            taken = {word for service in self._file.values() for word in service.words()}
            fits = {name: one for name, one in held.items() if not taken.intersection(one.words())}
            self._confirmed = {**self._file, **fits}

    def learn(self, cluster: str, services: Iterable[Service]) -> None:
        """Replace what labels told about one cluster."""
        self._discovered[cluster] = tuple(services)

    def learn_tagged(self, services: Iterable[Service]) -> None:
        """Replace what the tags of Oracle Cloud told."""
        self._tagged = tuple(services)

    def all(self, reach: Reach | None = None) -> tuple[Service, ...]:
        """Confirmed ones, then those that labels told of and no confirmed one claims, then those that tags alone know."""
        claimed = {workload for service in self._confirmed.values() for workload in service.workloads}
        rest = [
            s for found in self._discovered.values() for s in found if not claimed.intersection(s.workloads)
        ]
        known = (*self._confirmed.values(), *rest)
        tags = {s.name.lower() for s in self._tagged if _visible(s, reach)}
        marked = [s.model_copy(update={"tagged": True}) if tags & set(s.words()) else s for s in known]
        return tuple(s for s in (*marked, *self._only_tagged(known)) if _visible(s, reach))

    def _only_tagged(self, known: Sequence[Service]) -> list[Service]:
        """A word that means a service or a place already is no new service."""
        taken = {word for s in known for word in s.words()}
        taken |= {namespace for s in known for _, namespace in s.places()}
        return [s for s in self._tagged if s.name.lower() not in taken]

    def named(self, name: str, reach: Reach | None = None) -> Service | None:
        """The confirmed service of exactly this name, if it may be seen."""
        if name not in self._confirmed:
            return None
        return next((s for s in self.all(reach) if s.name == name and not s.discovered), None)

    def called(self, word: str, reach: Reach | None = None) -> tuple[Service, ...]:
        """Every service that has this name or alias; several where two namespaces have one each."""
        return tuple(s for s in self.all(reach) if word.strip().lower() in s.words())

    def resolve(self, name: str, scope: Scope | None = None, reach: Reach | None = None) -> Service:
        """The one service that a person means by `name`.

        Raises:
            AskBack: several fit (choose), or none (nearest names).
        """
        word, namespace = name.strip(), scope.namespace if scope else ""
        known = self.all(reach)
        fits = [s for s in known if _called(s, word)]
        explicit = _IN.match(word)
        if not fits and explicit:
            word, namespace = explicit["name"], explicit["namespace"]
            fits = [s for s in known if _called(s, word)]
        here = [s for s in fits if _at(s, namespace)] or [s for s in known if _runs(s, namespace, word)]
        fits = here or fits
        if len(fits) == 1:
            return fits[0]
        if fits:
            none = f", none of them in {namespace}" if namespace else ""
            raise AskBack(f"{word!r} is {len(fits)} services{none}. Which one?", tuple(s.label for s in fits))
        raise _unknown(word, [s for s in known if _at(s, namespace)] or known)

    def of_workload(self, cluster: str, namespace: str, kind: str, name: str) -> Service | None:
        for service in self.all():
            for ref in service.workloads:
                if (ref.cluster, ref.namespace, ref.kind, ref.name) == (cluster, namespace, kind, name):
                    return service
        return None

    def dependents(self, name: str, reach: Reach | None = None) -> tuple[Service, ...]:
        """Services that cannot work without `name`."""
        return tuple(s for s in self.all(reach) if name in s.needs)


def _stamp(path: Path | None) -> tuple[int, int] | None:
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if found else None


def _visible(service: Service, reach: Reach | None) -> bool:
    if reach is None or not (service.workloads or service.discovered):
        return True
    if not service.workloads:
        return reach.compartment(service.compartment)
    return any(reach.namespace(cluster, namespace) for cluster, namespace in service.places())


def _called(service: Service, word: str) -> bool:
    plain = word.lower()
    bare = re.sub(r"[\s-]*(service|svc)$", "", plain)
    words = set(service.words())
    return plain in words or (bool(bare) and bare in words)


def _at(service: Service, namespace: str) -> bool:
    inside = service.discovered and service.compartment == namespace != ""
    return inside or any(place[1] == namespace for place in service.places())


def _runs(service: Service, namespace: str, word: str) -> bool:
    """Whether a workload of this name is its own there: people name what they see in the namespace, too."""
    return any((ref.namespace, ref.name) == (namespace, word.lower()) for ref in service.workloads)


def _unknown(word: str, known: Sequence[Service]) -> AskBack:
    """Near names to choose from, or where none is near, what there is."""
    if near := _nearest(word, known):
        return AskBack(f"I know no service {word!r}. Which one?", near)
    names = sorted({s.name for s in known})
    listed = f" I know {', '.join(names[:MOST_NAMED])}{' and more' if len(names) > MOST_NAMED else ''}."
    return AskBack(f"I know no service {word!r}.{listed if names else ''} Which one?")


def _nearest(word: str, known: Iterable[Service]) -> tuple[str, ...]:
    from rapidfuzz import fuzz, process

    words = {w: s.label if s.discovered else s.name for s in known for w in (s.name, *s.aliases)}
    found = process.extract(word.lower(), list(words), scorer=fuzz.WRatio, limit=5, score_cutoff=_NEAR)
    return tuple(dict.fromkeys(words[match[0]] for match in found))
