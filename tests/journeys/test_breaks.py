"""The local shop broken seven ways, by one script each: asked why, the bot names the cause, its proof and the change that fits."""

import asyncio
import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import open_bot
from bot.settings import Settings
from sandbox.scenarios.loader import Scenario, load
from sandbox.scenarios.stage import Stage
from sandbox.slack.server import LocalSlack
from tests.journeys.bot_house import BOT, MANIFEST, texts_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
ROOT = Path(__file__).resolve().parents[2]
BREAKS = ROOT / "scripts/breaks"
SPEED = 30.0
BACK = "roll back {}"
# script -> (service, what the cluster, or the log of the service, says once it is broken, words of the cause, words of the proof, the change that fits)
BROKEN = {
    "bad-image": ("catalog", "ImagePullBackOff", "there is no such image or tag", "catalog:7.2.0", BACK),
    "small-memory": ("cart", "OOMKilled", "more memory than its limit of 48Mi", "OOMKilled", BACK),
    "missing-key": ("order-worker", "CreateContainerConfigError", "BATCH_SIZE of ConfigMap checkout-settings does not exist", "CURRENCY", BACK),
    "no-room": ("gateway", "Insufficient cpu", "it asks for 12 cpu, the largest node can give 8", "Unschedulable", BACK),
    "wrong-selector": ("payments", "", "Service payments selects no pod", "app.kubernetes.io/name=payment", ""),
    "network-policy": ("checkout", "log: Connection timed out", "shop/orders-db-clients lets pass, and no rule names", "orders-db", ""),
    "quota": ("frontend", "exceeded quota", "quota shop is used up", "pods 22 of 20", ""),
}  # fmt: skip
WATCHED = ("v1/pods", "apps/v1/replicasets")


class Shop:
    """The healthy shop, people in Slack and the bot between them."""

    def __init__(self, stage: Stage, slack: LocalSlack) -> None:
        self.stage, self.slack = stage, slack
        self.env = {**os.environ, "SHOP_KUBECONFIG": str(stage.cluster.kubeconfigs["admin"])}

    async def play(self, script: str, part: str) -> None:
        ran = await asyncio.create_subprocess_exec(
            str(BREAKS / script), part, env=self.env, stdout=-1, stderr=-1
        )
        _, errors = await ran.communicate()
        assert ran.returncode == 0, errors.decode()

    async def says(self, words: str) -> None:
        def look() -> bool:
            held = [item["status"] for kind in WATCHED for item in self.stage.store.list(kind, "shop")]
            return words in json.dumps(held)

        await until(look)

    async def logs(self, service: str, words: str) -> None:
        def look() -> bool:
            pods = [
                p
                for p in self.stage.store.list("v1/pods", "shop")
                if p["metadata"]["name"].startswith(service)
            ]
            return any(words in line for pod in pods for _, line in self.stage.world.logs.read(pod, service, previous=False))  # fmt: skip

        await until(look)

    async def settled(self, name: str) -> None:
        def look() -> bool:
            found = self.stage.store.get("apps/v1/deployments", "shop", name)
            status, wanted = found["status"], found["spec"]["replicas"]
            counts = {status.get(key, 0) for key in ("replicas", "updatedReplicas", "readyReplicas")}
            return counts == {wanted} and status["observedGeneration"] == found["metadata"]["generation"]

        await until(look)

    async def ask(self, words: str) -> str:
        ts = await self.slack.say("UALICE", "COPS", f"{BOT} {words}")
        answer = await self.slack.wait_for(lambda: next(iter(self.slack.replies("COPS", ts)), None), 30)
        return f"{answer['text']}\n{texts_of(answer.get('blocks', []))}"


def young(scenario: Scenario) -> Scenario:
    """Its monitoring is not asked here: no hour of it needs to be lived through first."""
    about = scenario.about
    history = about.history.model_copy(update={"begins": -120.0, "steps": ()})
    return dataclasses.replace(scenario, about=about.model_copy(update={"history": history}))


async def until(look: Callable[[], bool], seconds: float = 30) -> None:
    """Slack's own `wait_for` looks only when something happens in Slack."""
    for _ in range(int(seconds / 0.1)):
        if look():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("did not happen in time")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory):
    root = tmp_path_factory.mktemp("breaks")
    stage = Stage(young(load("shop-healthy")), root, speed=SPEED)
    await stage.start()
    async with LocalSlack(MANIFEST) as slack:
        env = {key.lower(): value for key, value in stage.environment().items()}
        settings = Settings(
            slack_bot_token=slack.bot_token,
            slack_app_token=slack.app_token,
            slack_signing_secret=slack.signing_secret,
            slack_api_url=slack.api_url,
            database_url=f"sqlite:///{root}/app.db",
            policy_file=ROOT / "deploy/demo/policy.yaml",
            services_file=ROOT / "deploy/demo/services.yaml",
            kubeconfig=env["kubeconfig"],
            http_port=0,
            log_level="WARNING",
            _env_file=None,
        )
        async with open_bot(settings) as bot:
            await asyncio.wait_for(bot.until_ready(), 30)
            yield Shop(stage, slack)
    await stage.stop()


async def test_each_script_of_the_folder_is_played_here():
    assert {path.name for path in BREAKS.iterdir()} == set(BROKEN)


async def test_a_cluster_that_is_not_of_this_machine_is_not_touched(tmp_path):
    elsewhere = tmp_path / "real.kubeconfig"
    elsewhere.write_text("clusters: [{cluster: {server: https://10.0.0.1:6443}}]\n")
    env = {**os.environ, "SHOP_KUBECONFIG": str(elsewhere)}
    ran = await asyncio.create_subprocess_exec(str(BREAKS / "quota"), env=env, stderr=-1)
    _, errors = await ran.communicate()
    assert (ran.returncode, b"no local cluster" in errors) == (2, True)


@pytest.mark.parametrize("script", BROKEN)
async def test_why_is_answered_with_cause_proof_and_the_fitting_change(shop, script):
    service, sign, cause, proof, change = BROKEN[script]
    await shop.play(script, "break")
    try:
        await (shop.logs(service, sign[5:]) if sign.startswith("log: ") else shop.says(sign))
        answer = await shop.ask(f"why is {service} failing?")
    finally:
        await shop.play(script, "mend")
    assert cause in answer.splitlines()[0], answer
    assert proof in answer, answer
    assert change.format(service) in answer, answer
    await shop.settled(service)


async def test_what_is_mended_is_well_again(shop):
    answer = await shop.ask("is anything wrong in shop?")
    assert not any(cause in answer for _, _, cause, _, _ in BROKEN.values()), answer
