"""A command that asked back: what is offered is the same command with the doubtful word replaced, and no other."""

import pytest

from bot.commands.doubt import options
from bot.commands.grammar import Parsed, parse
from bot.commands.lookups import LOOKUPS
from bot.commands.sayings import SAYINGS, meant
from bot.commands.verbs import BY_PATH
from tools.errors import AskBack


@pytest.mark.parametrize(
    ("typed", "question", "option", "sent"),
    [
        ("oci metric cpu web --since 1d", "Several are called 'web'. Which instance?", "web-1 in shop/prod, eu-frankfurt-1",
         "oci metric cpu 'web-1 in shop/prod, eu-frankfurt-1' --since 1d"),
        ("metrics cpu web", "I see no instance 'web' where you may look. Which one?", "web-1", "metrics cpu web-1"),
        ("metrics kpu web-1", "I see no metric kpu there. Which one?", "CpuUtilization", "metrics CpuUtilization web-1"),
        ("metrics Latency", "Several namespaces have Latency. Which one?", "oci_lbaas", "metrics Latency --metric-namespace oci_lbaas"),
        ("oci list instances --compartment prod", "Several compartments are called 'prod'. Which one?", "shop/prod",
         "oci list instances --compartment shop/prod"),
        ("oci list instances", "Several compartments are called 'prod'. Which one?", "shop/prod", "oci list instances --compartment shop/prod"),
        ("cost --by sku --region nowhere", "I know no region 'nowhere'. Which one?", "eu-frankfurt-1", "cost --by sku --region eu-frankfurt-1"),
        ("oci describe web", "Several fit 'web'. Which one?", "web-1 (Instance, shop/prod, eu-frankfurt-1, RUNNING)",
         "oci describe 'web-1 (Instance, shop/prod, eu-frankfurt-1, RUNNING)'"),
        ("iam why-not erin delete instances", "I see no user, group or dynamic group 'erin'. Which one?", "user erin.fox",
         "iam why-not 'user erin.fox' delete instances"),
        ("iam why-not erin delete instanzes", "I know no resource type instanzes. Which one?", "instances", "iam why-not erin delete instances"),
        ("k8s logs chekout -n shop", "I know no service 'chekout'. Which one?", "checkout", "k8s logs checkout --namespace shop"),
        ("k8s logs cart -n stg", "cart runs in 2 places. Which one?", "cart in shop", "k8s logs 'cart in shop'"),
        ("k8s usage", "Which workload?", "cart", "k8s usage cart"),
        ("k8s path gate cart", "There is no workload 'cart'. Which one?", "cart-2", "k8s path gate cart-2"),
        ("k8s alerts hi --silences", "No alert 'hi' fires there. Which one?", "high", "k8s alerts high --silences"),
        ("suspects cart", "'cart' is 2 services. Which one?", "cart in shop", "suspects 'cart in shop'"),
    ],
)  # fmt: skip
def test_an_option_replaces_what_was_doubtful(typed, question, option, sent):
    parsed = parse(typed)
    assert isinstance(parsed, Parsed)
    assert options(parsed, AskBack(question, (option, option))) == (sent,)
    again = parse(sent)
    assert isinstance(again, Parsed) and again.verb is parsed.verb


@pytest.mark.parametrize("word", ["it's", 'a "b" c', "a b", "x\\y z", "plain"])
def test_an_option_of_any_spelling_is_read_back_in_one_piece(word):
    parsed = parse("oci describe web")
    assert isinstance(parsed, Parsed)
    (sent,) = options(parsed, AskBack("Several fit 'web'. Which one?", (word,)))
    again = parse(sent)
    assert isinstance(again, Parsed) and again.words == (word,)


@pytest.mark.parametrize("said", SAYINGS, ids=" ".join)
def test_other_words_are_a_command(said):
    for tokens in (meant(said), meant([word.upper() for word in said])):
        assert tuple(tokens[:2]) in BY_PATH or tuple(tokens[:1]) in BY_PATH
        assert tokens == meant(tokens)


@pytest.mark.parametrize(
    ("text", "name", "words", "flags"),
    [
        ("cost", "cost", (), {}),
        ("cost by compartment --days 30", "cost by", ("compartment",), {"days": "30"}),
        ("cost last week --by sku", "cost", (), {"period": "last_week", "by": "sku"}),
        ("budget", "budget", (), {}),
        ("iam", "iam", (), {}),
        (
            "iam who-can terminate instances in shop/prod",
            "iam who-can",
            ("terminate", "instances in shop/prod"),
            {},
        ),
        ("metrics cpu web-1", "metrics", ("cpu", "web-1"), {}),
        ("metrics trend cpu web-1", "metrics trend", ("cpu", "web-1"), {}),
        ("logs checkout --since 1h", "logs", ("checkout",), {"since": "1h"}),
        ("logs", "logs", (), {}),
        ("metrics", "metrics list", (), {}),
        ("logs --worst --log flow", "logs", (), {"worst": "true", "log": "flow"}),
        ("alarms", "alarms", (), {}),
        ("alarms history --since 7d", "alarms history", (), {"since": "7d"}),
        ("resources instances --state stopped", "resources", ("instances",), {"state": "stopped"}),
        ("resources count", "resources count", (), {}),
    ],
)
def test_the_commands_of_the_cloud_are_top_level_words(text, name, words, flags):
    parsed = parse(text)
    assert isinstance(parsed, Parsed)
    assert (parsed.verb.name, parsed.words, dict(parsed.flags)) == (name, words, flags)


def test_health_is_the_clouds_once_there_is_a_tool_for_it():
    parsed = parse("health")
    known = "health" in LOOKUPS
    assert isinstance(parsed, Parsed) == known
    assert known or parsed.suggestions == ("status",)


@pytest.mark.parametrize(
    "text", ["alarms of checkout since monday?", "logs of checkout please", "cost of the shop in may?"]
)
def test_sentences_that_begin_so_are_left_to_the_conversation(text):
    parsed = parse(text)
    assert not isinstance(parsed, Parsed) and parsed.loose
