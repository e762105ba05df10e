"""Rules that the page's files keep, checked without a browser."""

import re
from pathlib import Path

import pytest

PARSES_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|\beval\(|new Function"
)
IMPORT = re.compile(r'from "(\./[^"]+|\.\./[^"]+)"')


@pytest.fixture(scope="module")
def page(root: Path) -> Path:
    return root / "sandbox/slack/page"


def test_nothing_in_the_page_parses_text_as_markup_or_code(page):
    found = [path.name for path in page.rglob("*.js") if PARSES_MARKUP.search(path.read_text())]
    assert found == []


def test_nothing_stands_inline_and_nothing_comes_from_elsewhere(page):
    index = (page / "index.html").read_text()
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", index)
    texts = {path.name: path.read_text() for path in page.rglob("*.*") if path.suffix in {".css", ".html"}}
    assert [name for name, text in texts.items() if re.search(r"https?://|@import|url\(", text)] == []


def test_every_import_and_every_stylesheet_is_there_and_used(page):
    scripts = {path.resolve(): path.read_text() for path in page.rglob("*.js")}
    imported = {
        (path.parent / name).resolve() for path, text in scripts.items() for name in IMPORT.findall(text)
    }
    assert imported <= set(scripts)
    assert set(scripts) - imported == {(page / "js/app.js").resolve()}
    linked = set(re.findall(r'href="(css/[^"]+)"', (page / "index.html").read_text()))
    assert linked == {f"css/{path.name}" for path in (page / "css").iterdir()}
