"""The memory of threads does not grow with every step."""

import sqlite3
from contextlib import closing
from typing import TypedDict

import psycopg
import pytest
from langgraph.graph import StateGraph

from storage.checkpoints import checkpoints_beside, open_checkpoints
from storage.urls import file_of, libpq


class Count(TypedDict):
    n: int


def graph(saver):
    build = StateGraph(Count)
    build.add_node("more", lambda state: {"n": state["n"] + 1})
    build.set_entry_point("more")
    build.set_finish_point("more")
    return build.compile(checkpointer=saver)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/app.db"
        return
    server = request.getfixturevalue("postgres")
    name = server.complete()
    yield server.url(name)
    server.give_back(name)


async def rows(place, thread):
    """How many checkpoints, and how much else hangs on them."""
    if place.startswith("sqlite"):
        with closing(sqlite3.connect(checkpoints_beside(file_of(place)))) as db:
            return [
                db.execute(f"SELECT count(*) FROM {table} WHERE thread_id = ?", (thread,)).fetchone()[0]
                for table in ("checkpoints", "writes")
            ]
    with closing(psycopg.connect(libpq(place))) as db:
        return [
            db.execute(f"SELECT count(*) FROM {table} WHERE thread_id = %s", (thread,)).fetchone()[0]
            for table in ("checkpoints", "checkpoint_writes", "checkpoint_blobs")
        ]


async def test_pruning_keeps_the_newest_of_the_thread_and_all_of_others(place):
    async with open_checkpoints(place) as memory:
        compiled = graph(memory.saver)
        configs = {name: {"configurable": {"thread_id": name}} for name in ("one", "two")}
        for n in range(5):
            for config in configs.values():
                await compiled.ainvoke({"n": n}, config)
        before = await rows(place, "two")
        await memory.prune("one", keep=1)
        assert (await rows(place, "one"))[0] == 1
        assert await rows(place, "two") == before
        assert (await compiled.aget_state(configs["one"])).values == {"n": 5}
        await compiled.ainvoke({"n": 10}, configs["one"])
        await memory.prune("one", keep=2)
        assert (await rows(place, "one"))[0] == 2
        await memory.prune("nosuch", keep=1)
    async with open_checkpoints(place) as memory:
        assert (await graph(memory.saver).aget_state(configs["one"])).values == {"n": 11}
