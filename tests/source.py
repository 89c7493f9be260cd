"""The project's own code, read as text and as syntax trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTION = 40  # lines
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/apps.py"))
OURS = sorted(
    path.relative_to(ROOT)
    for package in [*PACKAGES, "bench", "scripts", "tests"]
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(), str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(path: Path) -> Iterator[str]:
    """What is called, as written: `registry.adapter(kind).send`."""
    return (ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
