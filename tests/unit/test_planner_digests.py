"""Digests in words: the command that a sentence means, and none where it says something else or more."""

from pathlib import Path

import pytest

from agents.planner.digests import digest_command
from bot.commands.grammar import Parsed, parse

CORPUS = Path(__file__).parent / "planner_corpus" / "digests.txt"


def cases():
    command = ""
    for line in CORPUS.read_text().splitlines():
        if line.startswith("["):
            command = line.strip("[]")
        elif line and not line.startswith("#"):
            yield pytest.param(line, command, id=line[:50])


@pytest.mark.parametrize(("words", "command"), [*cases()])
def test_words_mean_one_command_or_none(words, command):
    assert digest_command(words) == command
    if command:
        assert isinstance(parse(words), Parsed)
        assert parse(words).verb.path == tuple(command.split()[:2])
