"""What somebody sends to prove who they are is compared in a time that tells nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_PLACES = (
    "shared/auth",
    "shared/http",
    "shared/web",
    "services/donations/stakeholders",
    "services/programs/accounts",
)
_SECRET = ("digest", "secret", "password", "fingerprint", "signature", "csrf")


def _modules() -> list[Path]:
    return sorted(file for place in _PLACES for file in (ROOT / place).rglob("*.py"))


def _named(side: ast.expr) -> str:
    """Return the last word of what is compared: of a name, an attribute or a call."""
    if isinstance(side, ast.Call):
        return _named(side.func)
    return getattr(side, "attr", getattr(side, "id", ""))


def _compared(tree: ast.Module) -> Iterator[ast.Compare]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [_named(side).lower() for side in (node.left, *node.comparators)]
            if any(word in side for word in _SECRET for side in sides):
                yield node


@pytest.mark.parametrize("module", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_secret_is_compared_letter_by_letter(module: Path) -> None:
    assert [node.lineno for node in _compared(ast.parse(module.read_text()))] == []


def test_the_look_would_find_one() -> None:
    assert len(list(_compared(ast.parse("a = digest(key) == stored\nb = row.secret_hash != given")))) == 2
