"""Commands that are one tool each: they say what the tool's schema says, and leave no tool without a command."""

import pytest

from bot.commands.grammar import Parsed, Unparsed, parse
from bot.commands.lookup import _typed
from bot.commands.lookups import LOOKUPS, tool_of
from bot.commands.oracle import ORACLE
from bot.commands.reads import TOOLS as READS
from bot.commands.run import HANDLERS
from bot.commands.verbs import BY_PATH, VERBS
from tools.registry import TOOLS

WORKLOAD = {"service", "name"}


@pytest.mark.parametrize("item", LOOKUPS.values(), ids=lambda item: item.path)
def test_the_words_of_a_lookup_are_arguments_of_its_tool(item):
    fields = set(tool_of(item).args.model_fields)
    words = {word.rstrip("?.") for word in item.words}
    assert words - {"workload"} <= fields
    assert "workload" not in words or fields >= WORKLOAD
    needed = {name for name, each in tool_of(item).args.model_fields.items() if each.is_required()}
    assert needed <= words


def test_every_tool_has_a_command():
    reached = {item.tool for item in LOOKUPS.values()} | set(READS.values())
    reached |= {tool for tool, _ in ORACLE.values()}
    assert {tool.name for tool in TOOLS} <= reached


@pytest.mark.parametrize("name", [name for name in (*ORACLE, *LOOKUPS) if "who-can" not in name])
def test_the_example_of_a_command_is_what_its_tool_takes(name):
    verb = next(verb for verb in VERBS if verb.name == name)
    parsed = parse(verb.example)
    assert isinstance(parsed, Parsed)
    tool = ORACLE[name][0] if name in ORACLE else LOOKUPS[name].tool
    words = ORACLE[name][1] if name in ORACLE else tuple(word.rstrip("?.") for word in LOOKUPS[name].words)
    args = {**dict(zip(words, parsed.words, strict=False)), **parsed.flags}
    if (workload := args.pop("workload", None)) is not None:
        args["name"] = workload
    model = next(each for each in TOOLS if each.name == tool).args
    given = {key: value for key, value in args.items() if value != ""}
    model.model_validate(_typed(given, model.model_fields))


def test_every_command_has_its_handler_and_its_own_path():
    assert {verb.name for verb in VERBS} - set(HANDLERS) <= {"ask"}
    assert len(BY_PATH) == len(VERBS)


def test_a_policy_statement_keeps_its_quotes():
    text = "iam diff Allow group X to use instances in tenancy where request.user.name = 'x'"
    parsed = parse(text)
    assert isinstance(parsed, Parsed)
    assert parsed.words == (text.removeprefix("iam diff "),)


def test_an_option_of_the_schema_is_typed_as_words_are_and_a_switch_alone():
    parsed = parse("oci secrets --older-than-days 180 --compartment shop")
    assert isinstance(parsed, Parsed)
    assert parsed.flags == {"older_than_days": "180", "compartment": "shop"}
    parsed = parse("k8s alerts --silences --state firing")
    assert isinstance(parsed, Parsed)
    assert parsed.flags == {"silences": "true", "state": "firing"}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("oci limit", "oci limits"),
        ("iam credentails", "iam credentials"),
        ("k8s certificats", "k8s certificates"),
        ("oci secrets --older 3", "--older"),
        ("cost comparre", "cost compare"),
    ],
)
def test_a_near_miss_is_told_the_command(text, hint):
    found = parse(text)
    assert isinstance(found, Unparsed)
    assert any(hint in said for said in (found.problem, *found.suggestions))
