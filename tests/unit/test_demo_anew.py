"""A play needs a broken shop: what the demo before left is put aside, never deleted, and never under a demo that runs."""

import asyncio
import socket

import pytest

from bot.cli.command import CannotRun
from bot.demo.options import Options
from bot.demo.supervisor import begin_anew, supervise


def left(tmp_path, words):
    file = tmp_path / "demo/bot/app.db"
    file.parent.mkdir(parents=True)
    file.write_text(words)
    return file


def test_what_a_demo_left_is_kept_beside_the_new_one(tmp_path, capsys):
    for words in ("first", "second"):
        left(tmp_path, words)
        begin_anew(Options(0, tmp_path / "demo", play=True))
        assert not (tmp_path / "demo").exists()
        assert (tmp_path / "demo.before/bot/app.db").read_text() == words
    assert "demo.before" in capsys.readouterr().err


def test_a_folder_that_no_demo_used_is_left_alone(tmp_path):
    begin_anew(Options(0, tmp_path, play=True))
    assert tmp_path.exists()


def test_a_port_that_is_taken_is_said_before_anything_is_touched(tmp_path):
    file = left(tmp_path, "running")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotRun, match=f"listens on {port} already"):
            asyncio.run(supervise(Options(port, tmp_path / "demo", play=True)))
    assert file.read_text() == "running"
