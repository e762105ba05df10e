"""A stage that is stopped while it writes its memory down: one writer at a time, and the last word is the end's."""

import asyncio
import itertools
import json

from sandbox.scenarios.loader import load
from sandbox.scenarios.stage import Stage


async def test_a_stage_stopped_in_the_middle_of_writing_leaves_whole_files(tmp_path):
    for n in range(12):
        stage = Stage(load("bare"), tmp_path / str(n))
        for name, at in itertools.product(range(150), range(400)):  # enough that writing takes a while
            stage.programs.memory.record(f"busy_{name}", float(at), 1.0)
        await stage.start()
        await asyncio.sleep(0.02 * n)
        await stage.stop()
        assert "series" in json.loads((tmp_path / str(n) / "cluster" / "bare.metrics.json").read_text())
    assert not list(tmp_path.rglob("*.metrics.new"))


async def test_what_was_recorded_last_is_what_a_second_life_finds(tmp_path):
    stage = Stage(load("bare"), tmp_path)
    await stage.start()
    stage.programs.memory.record("planted", stage.store.clock.now(), 7.0)
    await stage.stop()
    again = Stage(load("bare"), tmp_path)
    await again.start()
    (series,) = again.programs.memory.named("planted")
    await again.stop()
    assert list(series.values) == [7.0]
