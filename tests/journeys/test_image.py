"""What the Dockerfile puts into the image is enough to run on, and nothing beside `var/` is written."""

import asyncio
import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import ImageFont

from bot.replies.graph.drawing import FACES, NOWHERE, Fonts
from tests.journeys.bot_house import house
from tests.journeys.test_bot_process import free_port, process

DEBIAN = "/usr/share/fonts/truetype/dejavu"
ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COPIED = [line.split()[1] for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--)", line)]
FOLDERS = [name for name in COPIED if (ROOT / name).is_dir()]


@pytest.fixture
def image(tmp_path):
    """The folder `/app` of the image. The audit of who may write is by looking: tests may run as root, whom no mode stops."""
    tree = tmp_path / "app"
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "var").mkdir()
    return tree


def files(tree):
    return {
        str(found.relative_to(tree)): found.stat().st_mtime_ns
        for found in tree.rglob("*")
        if found.is_file() and found.relative_to(tree).parts[0] != "var"
    }


def test_what_is_copied_is_there_and_let_through():
    through = {
        line[1:].removesuffix("/**")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert COPIED
    assert all((ROOT / name).exists() for name in COPIED)
    assert set(COPIED) == through


def test_the_image_holds_nothing_that_only_we_need():
    assert {"sandbox", "tests", "scripts", "shared"}.isdisjoint(FOLDERS)


def test_names_beyond_ascii_have_a_face_in_the_image():
    """The package's own file is what the picture looks for first, and has the signs: none is drawn as the box of a missing one."""
    assert "--no-install-recommends fonts-dejavu-core" in DOCKERFILE
    assert FACES[0] == "DejaVuSans.ttf"
    if not Path(DEBIAN, FACES[0]).is_file():
        pytest.skip("the package is not on this machine")
    face = ImageFont.truetype(FACES[0], 16)
    box = bytes(face.getmask(NOWHERE))
    for sign in "éüłčśñßЖλ":
        assert bytes(face.getmask(sign)) != box, sign
        assert Fonts([face]).of(f"jos{sign}-api") is face
    assert Fonts([face]).of("中") is None  # written as a number then, and told in words


def test_it_is_no_root_and_says_which_folder_it_needs():
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users == ["10001"]
    assert re.findall(r"^VOLUME (.+)", DOCKERFILE, re.MULTILINE) == ['["/app/var"]']
    assert DOCKERFILE.count("\nFROM ") + DOCKERFILE.startswith("FROM ") == 2


async def test_it_answers_and_is_found_healthy_by_its_own_check_and_writes_nowhere_else(tmp_path, image):
    before, port = files(image), free_port()
    async with house(tmp_path) as place:
        own = {"HTTP_PORT": str(port), "DATABASE_URL": "sqlite:///var/app.db", "PYTHONDONTWRITEBYTECODE": "1"}
        async with process(place, cwd=image, **own) as bot:
            await bot.until_ready()
            check = await asyncio.to_thread(healthy, image, port)
            assert check.returncode == 0, check.stderr
            assert await bot.end(signal.SIGTERM) == 0
        assert (await asyncio.to_thread(healthy, image, port)).returncode != 0
    assert files(image) == before
    assert (image / "var" / "app.db").exists()


def healthy(image, port):
    """The image's HEALTHCHECK, as the container runs it."""
    found = re.search(r"HEALTHCHECK.*\n\s*CMD (\[.*\])", DOCKERFILE)
    assert found is not None
    command = [sys.executable, *json.loads(found[1])[1:]]
    return subprocess.run(
        command, cwd=image, env={"HTTP_PORT": str(port)}, capture_output=True, text=True, check=False
    )
