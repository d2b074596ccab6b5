"""The documents say what the code does."""

import re
import shlex
from pathlib import Path

import click
import pytest

from helix.cli import commands
from helix.settings_table import updated

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _shell_lines(document: Path) -> list[str]:
    """Return each line of a document's shell blocks, and each command in its running text."""
    text = document.read_text("utf-8")
    blocks = re.findall(r"^```(?:sh|shell|bash|console)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.removeprefix("$ ").split("#")[0].strip() for block in blocks for line in block.splitlines()]
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [line for line in lines + re.findall(r"`([^`\n]+)`", prose) if line]


def _words(line: str) -> list[str]:
    """Return a command's words without the variables that are set before it."""
    words = shlex.split(line)
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words.pop(0)
    return words


def _commands_of(program: str) -> list[list[str]]:
    lines = [line for document in DOCUMENTS for line in _shell_lines(document)]
    plain = [line for line in lines if re.match(rf"([A-Z_]+=\S+ )*{program} [a-z-]+", line)]
    return [_words(line)[1:] for line in plain]


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert text == updated(text), "run: helix settings --write docs/operations.md"


@pytest.mark.parametrize("words", _commands_of("make"), ids=" ".join)
def test_every_make_target_that_a_document_names_exists(words: list[str]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {word for word in words if "=" not in word} <= targets


@pytest.mark.parametrize("words", _commands_of("helix"), ids=" ".join)
def test_every_helix_command_that_a_document_names_exists(words: list[str]) -> None:
    group: click.Command = commands
    for word in words:
        if not isinstance(group, click.Group) or word.startswith(("-", "<", "...")):
            break
        if word == "<service>":
            word = "reporting"
        found = group.get_command(click.Context(group), word)
        assert found is not None, f"there is no helix {' '.join(words)}"
        group = found
