"""The libraries that this product stands on are used by product code, not merely declared; linting refuses unused imports."""

import ast
from functools import cache

import pytest

from tests.unit.cli_process import ROOT

PRODUCT = ("bot", "agents", "tools", "prompts", "storage")
LIBRARIES = (
    "slack_bolt",
    "langchain",
    "langgraph",
    "groq",
    "kubernetes",
    "pydantic",
    "sqlalchemy",
    "prometheus_client",
    "oci",
    "redis",
    "dbos",
    "psycopg",
)


@cache
def imported() -> set[str]:
    found: set[str] = set()
    for folder in PRODUCT:
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Import):
                    found.update(alias.name.split(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("library", LIBRARIES)
def test_product_code_imports_the_library(library):
    assert library in imported()
