"""The fault proxy, by what a client behind it sees."""

import asyncio
import time

import pytest

from sandbox.faults.proxy import FaultProxy
from sandbox.faults.trouble import CLEAN, GONE, SILENT, Trouble


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says everything back; closes when the other side has finished."""
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


@pytest.fixture
async def proxy():
    before = asyncio.all_tasks()
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with FaultProxy(server.sockets[0].getsockname()[1]) as found:
        yield found
    server.close()
    await asyncio.sleep(0.05)
    assert found.open == 0
    assert asyncio.all_tasks() <= before | {asyncio.current_task()}


class Client:
    """One connection through the proxy."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.writer.close()
        await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)

    async def say(self, words: bytes) -> tuple[bytes, float]:
        """The echo, and how long it took."""
        begun = time.perf_counter()
        self.writer.write(words)
        await self.writer.drain()
        back = await self.reader.readexactly(len(words))
        return back, time.perf_counter() - begun


async def client(proxy) -> Client:
    return Client(*await asyncio.open_connection("127.0.0.1", proxy.port))


async def test_a_clean_line_passes_everything_and_the_end(proxy):
    async with await client(proxy) as one:
        words = bytes(range(256)) * 4096
        assert (await one.say(words))[0] == words
        one.writer.write_eof()
        assert await one.reader.read() == b""
    assert proxy.taken == 1


async def test_a_delay_counts_each_way_and_once_a_message_however_long(proxy):
    async with await client(proxy) as one:
        assert (await one.say(b"clean"))[1] < 0.15
        await proxy.be(Trouble(delay_s=0.2))
        _, took = await one.say(b"x" * 500_000)
        assert 0.4 <= took < 0.8
        await proxy.be(CLEAN)
        assert (await one.say(b"clean"))[1] < 0.15


async def test_who_is_connected_keeps_its_line_if_that_is_chosen(proxy):
    async with await client(proxy) as old:
        await old.say(b"here")
        await proxy.be(Trouble(delay_s=0.2), existing=False)
        assert (await old.say(b"x"))[1] < 0.15
        async with await client(proxy) as new:
            assert (await new.say(b"x"))[1] >= 0.4
    async with await client(proxy) as old:
        await proxy.be(GONE, existing=False)
        assert (await old.say(b"x"))[0] == b"x"


async def test_gone_refuses_cuts_off_and_is_back_at_the_same_port(proxy):
    async with await client(proxy) as one:
        await one.say(b"here")
        await proxy.be(GONE)
        with pytest.raises(ConnectionResetError):
            await one.reader.read(1)
    with pytest.raises(ConnectionRefusedError):
        await client(proxy)
    await proxy.be(CLEAN)
    async with await client(proxy) as one:
        assert (await one.say(b"back"))[0] == b"back"


async def test_a_reset_comes_in_the_middle_of_an_answer_after_so_many_bytes(proxy):
    await proxy.be(Trouble(cut_after=1000))
    async with await client(proxy) as one:
        one.writer.write(b"x" * 5000)
        got = b""
        with pytest.raises(ConnectionResetError):
            while True:
                got += await one.reader.readexactly(100)
        assert len(got) == 1000


async def test_silence_takes_connections_answers_nobody_and_delivers_when_it_ends(proxy):
    async with await client(proxy) as old:
        await old.say(b"here")
        await proxy.be(SILENT)
        async with await client(proxy) as new:
            for one in (old, new):
                one.writer.write(b"hello?")
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(one.reader.readexactly(6), 0.1)
            await proxy.be(CLEAN)
            assert await asyncio.wait_for(old.reader.readexactly(6), 1) == b"hello?"
            assert await asyncio.wait_for(new.reader.readexactly(6), 1) == b"hello?"


async def test_a_narrow_line_takes_its_time(proxy):
    await proxy.be(Trouble(rate=200_000))
    async with await client(proxy) as one:
        _, took = await one.say(b"x" * 40_000)
        assert 0.15 < took < 1.0


async def test_cut_resets_who_is_there_and_takes_the_next(proxy):
    async with await client(proxy) as one:
        await one.say(b"here")
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            await one.reader.read(1)
    async with await client(proxy) as one:
        assert (await one.say(b"x"))[0] == b"x"


async def test_a_target_that_is_gone_is_a_reset(proxy):
    async with FaultProxy(1) as nowhere, await client(nowhere) as one:
        with pytest.raises(ConnectionResetError):
            await one.reader.read(1)


async def test_a_silent_line_that_its_client_left_is_gone_with_the_proxy(proxy):
    await proxy.be(SILENT)
    for _ in range(20):
        async with await client(proxy) as one:
            one.writer.write(b"x")
    assert proxy.open == proxy.taken == 20
