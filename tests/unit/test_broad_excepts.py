"""Nothing is caught without being named, outside the few places that let it go on to whoever asked."""

import ast
from pathlib import Path

import pytest

FOLDERS = ("bot", "agents", "tools", "prompts", "storage", "sandbox")
BROAD = {"Exception", "BaseException"}
# What is caught there is raised again, in the same place or where the job was asked for.
ALLOWED = {
    ("agents/gate/gate.py", "BaseException"): 1,  # a call that ends in a bug has its row, too
    ("bot/turns.py", "BaseException"): 1,  # no step is shown of a turn that is over
    ("storage/grouped.py", "BaseException"): 2,
    ("storage/threaded.py", "BaseException"): 1,
    ("storage/tx.py", "BaseException"): 2,  # a transaction is undone however it ends
}


def broad_in(text: str) -> list[str]:
    """What each handler catches that names no kind of error; `bare` for none at all."""
    found = [node.type for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ExceptHandler)]
    names: list[str] = []
    for caught in found:
        if caught is None:
            names.append("bare")
            continue
        said = {n.id for n in ast.walk(caught) if isinstance(n, ast.Name)}
        said |= {n.attr for n in ast.walk(caught) if isinstance(n, ast.Attribute)}
        names += sorted(said & BROAD)
    return names + [f"suppress({name})" for name in suppressed(text)]


def suppressed(text: str) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    quiet = [call for call in calls if ast.unparse(call.func).rpartition(".")[2] == "suppress"]
    said = {n.id for call in quiet for arg in call.args for n in ast.walk(arg) if isinstance(n, ast.Name)}
    return sorted(said & BROAD)


def test_only_the_named_places_catch_everything(root: Path):
    found: dict[tuple[str, str], int] = {}
    for folder in FOLDERS:
        for file in (root / folder).rglob("*.py"):
            for name in broad_in(file.read_text()):
                key = (file.relative_to(root).as_posix(), name)
                found[key] = found.get(key, 0) + 1
    assert found == ALLOWED


def test_what_they_catch_is_raised_again_or_handed_on(root: Path):
    for file, _ in ALLOWED:
        for node in ast.walk(ast.parse((root / file).read_text())):
            if isinstance(node, ast.ExceptHandler) and broad_in(f"try: pass\n{ast.unparse(node)}"):
                handed = node.name or any(isinstance(inside, ast.Raise) for inside in ast.walk(node))
                assert handed, f"{file}:{node.lineno}"


def test_the_check_sees_what_is_suppressed():
    assert broad_in("with contextlib.suppress(OSError, Exception):\n    pass") == ["suppress(Exception)"]
    assert broad_in("with suppress(OSError):\n    pass") == []


@pytest.mark.parametrize(
    ("clause", "names"),
    [
        ("except:", ["bare"]),
        ("except Exception:", ["Exception"]),
        ("except (ValueError, Exception) as e:", ["Exception"]),
        ("except builtins.BaseException:", ["BaseException"]),
        ("except ValueError:", []),
    ],
)
def test_the_check_sees_each_form(clause, names):
    assert broad_in(f"try:\n    pass\n{clause}\n    pass") == names
