"""The search finds what it is to find: else it would prove nothing."""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.access.seeds import SEEDS, Seed, found_in

_FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "small": str.lower,
    "large": str.upper,
    "in an address": quote,
    "in JSON": json.dumps,
    "in JSON in JSON": lambda text: json.dumps(json.dumps({"said": text})),
    "in hex": lambda text: text.encode().hex(),
    "in a column of bytes": lambda text: "\\\\x" + f"... {text} ...".encode().hex(),
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in base64, behind one": lambda text: base64.b64encode(b"x" + text.encode() + b"yy").decode(),
    "in base64, behind two": lambda text: base64.urlsafe_b64encode(b"xx" + text.encode()).decode(),
}


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.text)
@pytest.mark.parametrize("form", _FORMS)
def test_finds_a_seed_in_whatever_form(form: str, seed: Seed) -> None:
    assert (seed.kind, seed.text) in found_in(f"before {_FORMS[form](seed.text)} behind")


@pytest.mark.parametrize("between", " .-_/")
def test_finds_numbers_whatever_stands_between_their_digits(between: str) -> None:
    number = next(seed.text for seed in SEEDS if seed.kind == "nik")
    parts = between.join(number[place : place + 4] for place in range(0, 16, 4))
    assert found_in(f"nik={parts};") == {("nik", number)}


def test_finds_a_day_as_people_write_it() -> None:
    assert found_in("lahir 07/08/1953") == {("born", "1953-08-07")}


def test_finds_nothing_where_nothing_is() -> None:
    assert found_in("Warga Contoh 3517010101800001 1980-01-01 a2V0aWdh") == set()
