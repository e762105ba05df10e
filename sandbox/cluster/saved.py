"""A cluster's objects on disk: the same state directory starts again where it stopped, even after a kill.

One JSON object a line: the head, then every change in order. Written by a thread of its own, so that a write to the
store never waits for the disk; loading keeps what is whole and rewrites the file without what is outdated.
"""

import json
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sandbox.cluster.journal import Event
from sandbox.cluster.metadata import Obj, name_of, namespace_of
from sandbox.cluster.store import Store

Line = dict[str, Any]
GROWTH: Final = 20_000  # lines after which the file is written anew


class Saved:
    """`load` before anything else uses the store, then `start`; `close` writes what is left."""

    def __init__(self, store: Store, path: Path) -> None:
        self._store = store
        self._path = path
        self._waiting: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def load(self) -> bool:
        """False when there was nothing to load."""
        lines = list(self._read())
        if not lines:
            return False
        objects: dict[tuple[str, str, str], Obj] = {}
        for line in lines[1:]:
            place = (line["kind"], line["namespace"], line["name"])
            objects.pop(place, None)
            if "object" in line:
                objects[place] = line["object"]
        version = max((line["version"] for line in lines), default=0)
        self._store.restore([(kind, obj) for (kind, _, _), obj in objects.items()], version)
        return True

    def start(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._store.journal.listen(self._waiting.put)
        self._rewrite()
        self._thread = threading.Thread(target=self._write, name="cluster-state", daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._thread is None:
            return
        self._store.journal.unlisten(self._waiting.put)
        self._waiting.put(None)
        self._thread.join()
        self._thread = None

    def _read(self) -> Iterator[Line]:
        """Whole lines; one that a kill cut short is the last."""
        if not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as file:
            for text in file:
                try:
                    yield json.loads(text)
                except ValueError:
                    return

    def _rewrite(self) -> None:
        """Only what stands now, in one step."""
        fresh = self._path.with_suffix(".new")
        with self._store.steady(), fresh.open("w", encoding="utf-8") as file:
            file.write(json.dumps({"version": self._store.version}) + "\n")
            for kind, kept in self._store.everything():
                file.write(_line(kind, kept.obj, gone=False))
        fresh.replace(self._path)

    def _write(self) -> None:
        more: Event | None = None
        while True:
            with self._path.open("a", encoding="utf-8") as file:
                for _ in range(GROWTH):
                    more = self._waiting.get()
                    if more is None:
                        return
                    file.write(_line(more.resource, more.object, gone=more.type == "DELETED"))
                    file.flush()
            self._rewrite()


def _line(kind: str, obj: Obj, *, gone: bool) -> str:
    head: Line = {
        "version": int(obj["metadata"]["resourceVersion"]),
        "kind": kind,
        "namespace": namespace_of(obj),
        "name": name_of(obj),
    }
    body = head if gone else {**head, "object": obj}
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False) + "\n"
