"""The parser, built from the commands. Words that are no command are met with the nearest that is."""

from __future__ import annotations

import difflib
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence

from bot.cli.command import Command
from bot.cli.commands import COMMANDS

EPILOG = "exit codes: 0 fine, 1 the thing checked is not fine, 2 cannot start (settings are named, never their values)"


def build_parser(commands: Sequence[Command] = COMMANDS) -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m bot",
        description="Operations in chat: answers with evidence, changes only what people approved, and proves it.",
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.set_defaults(runs=None)
    _fill(parser, commands, "command")
    return parser


def _fill(parser: ArgumentParser, commands: Sequence[Command], dest: str) -> None:
    below = parser.add_subparsers(dest=dest, metavar="COMMAND", title="commands")
    for command in commands:
        inner = below.add_parser(
            command.name, help=command.summary, description=_sentence(command.summary), allow_abbrev=False
        )
        command.options(inner)
        inner.set_defaults(runs=command.run)
        if command.subs:
            _fill(inner, command.subs, "sub")


def _sentence(summary: str) -> str:
    return f"{summary[:1].upper()}{summary[1:]}."


def unknown(words: Sequence[str], commands: Sequence[Command] = COMMANDS) -> str:
    """What is wrong with the first words when they are no command; empty when they are, or are options."""
    said: list[str] = []
    level = tuple(commands)
    for word in words:
        if word.startswith("-") or not level:
            return ""
        found = next((command for command in level if command.name == word), None)
        if found is None:
            return _no_such([*said, word], [command.name for command in level])
        said.append(word)
        level = found.subs
    if said and level:
        options = " or ".join(f"`{' '.join(said)} {command.name}`" for command in level)
        return f"`{' '.join(said)}` needs one more word: {options}"
    return ""


def _no_such(said: Sequence[str], names: Sequence[str]) -> str:
    near = difflib.get_close_matches(said[-1].lower(), names, n=2, cutoff=0.55)
    before = " ".join(said[:-1])
    options = " or ".join(f"`{f'{before} {name}'.strip()}`" for name in near)
    hint = f"did you mean {options}?" if near else f"there are: {', '.join(names)}"
    return f"`{' '.join(said)}` is not a command; {hint}"
