"""Collect every string of the pages into the one catalogue: `python -m shared.web.catalogue_build`.

A translation is never lost: one whose string is gone stays in the file as obsolete, and comes back
with its string. What has no translation yet is listed.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from shared.web.language import CATALOGUES, DEFAULT

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("shared", "services")
CATALOGUE = CATALOGUES / DEFAULT / "LC_MESSAGES" / "messages.po"

# Which argument of these is said to a person: `Conflict("too_much", "More than is free.")`.
SAID = {
    "Conflict": 2,
    "DomainError": 2,
    "Fault": 2,
    "Forbidden": 2,
    "Invalid": 2,
    "PreconditionFailed": 2,
    "PreconditionRequired": 2,
    "Sentence": 1,
    "Unauthenticated": 2,
}

_KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    **{name: (place,) for name, place in SAID.items()},
}
_METHODS = [("**/migrations/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
_OPTIONS = {"**.html": {"silent": "false", "trimmed": "true"}}

# A date of writing would differ in every copy; the history of the file has it.
_UNDATED = datetime(2026, 1, 1, tzinfo=UTC)


def collect(root: Path = ROOT) -> Catalog:
    """Return every string of the pages, without translations."""
    catalogue = Catalog(
        locale=DEFAULT,
        project="Helix",
        version="1",
        msgid_bugs_address="none",
        last_translator="none",
        language_team="none",
        header_comment="# The pages of Helix in Indonesian.",
        creation_date=_UNDATED,
        revision_date=_UNDATED,
        fuzzy=False,
    )
    # Indonesian counts without a plural; Babel assumes two forms.
    catalogue.mime_headers = [("Plural-Forms", "nplurals=1; plural=0;")]
    for folder in FOLDERS:
        found = extract_from_dir(root / folder, _METHODS, _OPTIONS, keywords=_KEYWORDS)
        for name, _line, message, _comments, context in found:
            catalogue.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
    return catalogue


def translate(catalogue: Catalog, known: Catalog) -> None:
    """Give the strings of a catalogue the translations of another; keep the others as obsolete."""
    translations = {_key(message): message for message in _all(known) if message.string}
    for message in _messages(catalogue):
        found = translations.pop(_key(message), None)
        if found is not None:
            message.string = found.string
    for (english, context), message in sorted(translations.items(), key=str):
        catalogue.obsolete[(english, context) if context else english] = message


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the strings without a translation, in order."""
    return [_english(message) for message in _messages(catalogue) if not _is_translated(message)]


def read() -> Catalog:
    """Return the catalogue as it is on disk."""
    if not CATALOGUE.exists():
        return Catalog(locale=DEFAULT)
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale=DEFAULT)


def text_of(catalogue: Catalog) -> bytes:
    """Return the catalogue as it is to be on disk."""
    written = BytesIO()
    write_po(written, catalogue, width=100, include_lineno=False, sort_by_file=True)
    lines = written.getvalue().splitlines(keepends=True)
    # The version of Babel says nothing about the words.
    return b"".join(line for line in lines if not line.startswith(b'"Generated-By:'))


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _all(catalogue: Catalog) -> Iterator[Message]:
    yield from catalogue.obsolete.values()
    yield from _messages(catalogue)


def _key(message: Message) -> tuple[str, str | None]:
    return _english(message), message.context


def _english(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def _is_translated(message: Message) -> bool:
    said = message.string
    return bool(said) and all(said) if isinstance(said, (list, tuple)) else bool(said)


@click.command()
@click.option("--check", is_flag=True, help="change nothing; fail where something is missing")
def main(check: bool) -> None:
    """Bring the catalogue up to date and list what has no Indonesian yet."""
    catalogue = collect()
    translate(catalogue, read())
    if check and CATALOGUE.read_bytes() != text_of(catalogue):
        click.echo("The catalogue is behind the pages: run `make words`.", err=True)
        sys.exit(1)
    if not check:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        CATALOGUE.write_bytes(text_of(catalogue))
    missing = untranslated(catalogue)
    for string in missing:
        click.echo(f"no Indonesian yet: {string}")
    sys.exit(1 if check and missing else 0)


if __name__ == "__main__":
    main()
