"""The rules of the house: who imports whom, who may change a state, who may commit, who writes TwiML."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("callback", "webhooks", "workers")
# A stand-in for somebody else's product keeps to its own rules.
APART = ROOT / "callback" / "simulator"


def sources() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [path for path in found if APART not in path.parents]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def contracts() -> list[dict[str, object]]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    return list(found)


def test_imports_run_only_where_the_contracts_let_them() -> None:
    # In a process of its own, because it sets up logging for the one that it is in.
    program = "import sys; from importlinter import cli; sys.exit(cli.lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_of_the_domain_has_its_place_in_the_layers_or_a_contract_of_its_own() -> None:
    rooms = {
        path.name.removesuffix(".py")
        for path in (ROOT / "callback").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.name != "__init__.py"
    }
    (layers,) = [found["layers"] for found in contracts() if "containers" in found]
    assert isinstance(layers, list)
    placed = {name.strip(" ()") for layer in layers for name in layer.replace("|", ":").split(":")}
    assert rooms - placed == {"simulator", "dialogue"}
    assert placed <= rooms


def functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Each node with the name of the function in which it stands."""
    for node in ast.iter_child_nodes(tree):
        name = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else inside
        yield name, node
        yield from functions(node, name)


def targets(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Assign():
            return [part for target in node.targets for part in ast.walk(target)]  # type: ignore[misc]
        case ast.AnnAssign() | ast.AugAssign():
            return [node.target]
        case _:
            return []


def status_assignments(tree: ast.AST) -> list[str]:
    return [
        function
        for function, node in functions(tree)
        for target in targets(node)
        if isinstance(target, ast.Attribute) and target.attr == "status"
        # An error or a view may hold a status of its own.
        if not (function == "__init__" and ast.unparse(target.value) == "self")
    ]


def test_the_search_for_assignments_finds_them() -> None:
    text = "def f(row):\n    row.status = 1\n    row.status, x = 2, 3\n    row.status: int = 4\n"
    assert status_assignments(ast.parse(text)) == ["f", "f", "f"]


def calls_of(tree: ast.AST, *names: str) -> list[str]:
    return [
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
    ]


def offenders(found: dict[str, object], *allowed: str) -> dict[str, object]:
    return {name: what for name, what in found.items() if what and name not in allowed}


def test_a_state_is_changed_only_through_its_life_cycle() -> None:
    found: dict[str, object] = {
        named(path): [name for name in status_assignments(parsed(path)) if name != "apply"]
        for path in sources()
    }
    assert offenders(found) == {}


def test_only_the_database_commits_or_rolls_back() -> None:
    found: dict[str, object] = {
        named(path): calls_of(parsed(path), "commit", "rollback") for path in sources()
    }
    assert offenders(found, "callback/database.py") == {}


def test_only_one_file_writes_twiml() -> None:
    verbs = {"VoiceResponse", "MessagingResponse", "Gather", "Dial"}
    found: dict[str, object] = {}
    for path in sources():
        names = {node.id for node in ast.walk(parsed(path)) if isinstance(node, ast.Name)}
        by_hand = {"<Response"} if "<Response" in path.read_text(encoding="utf-8") else set()
        found[named(path)] = names & verbs | by_hand
    assert found["webhooks/twiml.py"] == verbs
    assert offenders(found, "webhooks/twiml.py") == {}


def test_nothing_happens_at_import() -> None:
    """No settings, engine, client or pool is made at a module's top level."""
    effects = {
        "Settings",
        "Database",
        "create_async_engine",
        "connect",
        "TwilioTelephony",
        "Client",
    }
    found: dict[str, object] = {
        named(path): effects & set(made_at_import(parsed(path))) for path in sources()
    }
    assert offenders(found) == {}


def made_at_import(tree: ast.Module) -> list[str]:
    return [
        node.func.id
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
