"""Six questions of an operations day to the real bot beside the demo tenancy, in words without a model and by command."""

import pytest

from sandbox.scenarios.loader import load
from tests.journeys.bot_house import POLICY, house, texts_of
from tests.unit.oci_running import running

REACH = POLICY.replace('namespaces: ["shop', 'compartments: ["*"], namespaces: ["shop').replace(
    '{name: production, clusters: ["*"]',
    '{name: production, compartments: ["shop/shop-prod"], clusters: ["*"]',
)
ADDED = "Allow group Platform to manage buckets in tenancy"
# each in words and by command, with facts that both answers hold
ASKED = [
    ("which of our oci resources are unhealthy?", "health", ["of 100", "shop"]),
    ("why is CPU high on instance train-recsys-1, and since when?", "oci trend cpu train-recsys-1", ["train-recsys-1", "CpuUtilization"]),
    ("who launched instance train-recsys-1?", "oci changes train-recsys-1 --since 30d", ["train-recsys-1", "LaunchInstance", "erin"]),
    ("why did the cost jump on Monday?", "cost why monday", ["COMPUTE", "GPU", "Mon"]),
    ("what would save money?", "cost idle", ["a month"]),
    ("who can terminate instances in shop-prod and why?", "iam who-can terminate instances --compartment shop-prod", ["Administrators", "manage all-resources in tenancy"]),
    (f"what would '{ADDED}' newly allow?", f"iam diff {ADDED}", ["Platform", "BUCKET_DELETE"]),
]  # fmt: skip


@pytest.fixture
async def place(tmp_path):
    (tmp_path / "oci").mkdir()
    with running(load("shop").tenancy, tmp_path / "oci", speed=20) as local:
        async with house(tmp_path, policy=REACH) as found:
            env = local.server.environment()
            names = ("OCI_CONFIG_FILE", "OCI_CHANGE_PROFILE", "OCI_ENDPOINTS")
            async with found.open(**{name.lower(): env[name] for name in names}):
                yield found


async def test_each_is_answered_in_words_and_by_command_with_its_facts_and_evidence(place):
    wrong = []
    for words, command, facts in ASKED:
        for asked, said in ((words, await place.ask(words)), (command, await place.command(command))):
            text = said["text"] + texts_of(said.get("blocks", []))
            lacks = [fact for fact in facts if fact.lower() not in text.lower()]
            lacks += [] if "Evidence" in text or "[1]" in text else ["evidence"]
            if lacks:
                wrong.append(f"{asked}: lacks {lacks} in {text[:600]}")
    assert not wrong, "\n\n".join(wrong)


async def test_a_bare_name_is_an_instance_an_environment_its_compartment_and_doubt_is_asked_back(place):
    why = await place.ask("why is CPU high on train-recsys-1?")
    assert "CpuUtilization of train-recsys-1" in why["text"] + texts_of(why["blocks"])
    neither = (await place.ask("why is cpu high on web-9?"))["text"]
    assert "no service 'web-9'" in neither and "no instance 'web-9'" in neither
    assert "why is cpu high on checkout" in neither or "why is cpu high on train-recsys-1" in neither
    who = await place.ask("who can terminate instances in production?")
    assert "Terminate instances in shop/shop-prod" in who["text"] + texts_of(who["blocks"])
    unsure = await place.ask("who can terminate instances in prod?")
    assert "who can terminate instances in shop/shop-prod" in texts_of(unsure["blocks"])
    early = await place.ask("why did costs go up yesterday?")
    assert "not known as a whole" in early["text"]
