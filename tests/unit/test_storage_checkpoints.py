"""The memory of threads does not grow with every step."""

from typing import TypedDict

from langgraph.graph import StateGraph

from storage.checkpoints import checkpoints_beside, open_checkpoints


class Count(TypedDict):
    n: int


def graph(saver):
    build = StateGraph(Count)
    build.add_node("more", lambda state: {"n": state["n"] + 1})
    build.set_entry_point("more")
    build.set_finish_point("more")
    return build.compile(checkpointer=saver)


async def rows(saver, thread):
    found = []
    for table in ("checkpoints", "writes"):
        async with saver.conn.execute(
            f"SELECT count(*) FROM {table} WHERE thread_id = ?", (thread,)
        ) as cursor:
            found.append((await cursor.fetchone())[0])
    return found


async def test_pruning_keeps_the_newest_of_the_thread_and_all_of_others(tmp_path):
    file = checkpoints_beside(tmp_path / "app.db")
    async with open_checkpoints(file) as memory:
        compiled = graph(memory.saver)
        configs = {name: {"configurable": {"thread_id": name}} for name in ("one", "two")}
        for n in range(5):
            for config in configs.values():
                await compiled.ainvoke({"n": n}, config)
        before = await rows(memory.saver, "two")
        await memory.prune("one", keep=1)
        assert (await rows(memory.saver, "one"))[0] == 1
        assert await rows(memory.saver, "two") == before
        assert (await compiled.aget_state(configs["one"])).values == {"n": 5}
        await compiled.ainvoke({"n": 10}, configs["one"])
        await memory.prune("one", keep=2)
        assert (await rows(memory.saver, "one"))[0] == 2
        await memory.prune("nosuch", keep=1)
    async with open_checkpoints(file) as memory:
        assert (await graph(memory.saver).aget_state(configs["one"])).values == {"n": 11}
