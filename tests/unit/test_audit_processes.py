"""U5: many writers in several processes make one chain, without a fork and without a gap."""

import asyncio
import sys

import pytest

from storage.audit.anchor import read_anchor
from tests.unit.audit_files import opened

WRITERS, PROCESSES, ROWS = 8, 2, 40
WRITER = f"""
import asyncio, sys
from pathlib import Path
from tests.unit.audit_files import append, opened

async def main(folder, name, url=""):
    db = await opened(Path(folder), url)
    async def write(n):
        return [seq for row in range({ROWS}) for seq in await append(db, n * 1000 + row)]
    rows = await asyncio.gather(*map(write, range({WRITERS})))
    await db.close()
    print(*[seq for part in rows for seq in part])

asyncio.run(main(*sys.argv[1:]))
"""


async def process(folder, root, name, url):
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(folder), name, url, cwd=root, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await running.communicate()
    return running.returncode, [int(seq) for seq in out.split()]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgres")
    name = server.ready()
    yield server.url(name)
    server.give_back(name)


async def test_u5_eight_writers_in_two_processes(tmp_path, root, url):
    await (await opened(tmp_path, url)).close()
    done = await asyncio.gather(*(process(tmp_path, root, str(n), url) for n in range(PROCESSES)))
    assert [code for code, _ in done] == [0] * PROCESSES
    written = [part for _, part in done]
    seqs = [seq for part in written for seq in part]
    assert sorted(seqs) == list(range(1, WRITERS * PROCESSES * ROWS + 1))
    assert all(part == sorted(part) or len(part) > 1 for part in written)
    db = await opened(tmp_path, url)
    report = await db.verify()
    assert (report.ok, report.rows) == (True, len(seqs)), report.text
    assert read_anchor(db.anchor)[-1].seq == len(seqs)
    await db.close()


async def test_a_process_that_is_killed_leaves_a_whole_chain(tmp_path, root):
    db = await opened(tmp_path)
    for n in range(6):
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, str(tmp_path), "k", cwd=root, stdout=asyncio.subprocess.DEVNULL
        )
        while not (tmp_path / "app.db-wal").exists() or running.returncode is None:
            await asyncio.sleep(0.1 * n)
            running.kill()
            break
        await running.wait()
        report = await db.verify()
        assert report.ok, report.text
    await db.close()
