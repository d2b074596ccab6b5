"""Encryption of what tells a person apart."""

import pytest
from cryptography.exceptions import InvalidTag

from services.programs.vault import Vault
from shared.ids import new_id

VAULT = Vault(bytes(32), bytes(range(32)))


def test_a_value_opens_in_its_own_place() -> None:
    row = new_id()
    assert VAULT.open(row, "name", VAULT.seal(row, "name", "Warga Contoh")) == "Warga Contoh"


def test_a_value_does_not_open_in_another_row_or_column() -> None:
    row, other = new_id(), new_id()
    sealed = VAULT.seal(row, "name", "Warga Contoh")
    for place in ((other, "name"), (row, "address")):
        with pytest.raises(InvalidTag):
            VAULT.open(*place, sealed)


def test_a_changed_value_does_not_open() -> None:
    row = new_id()
    sealed = bytearray(VAULT.seal(row, "name", "Warga Contoh"))
    sealed[-1] ^= 1
    with pytest.raises(InvalidTag):
        VAULT.open(row, "name", bytes(sealed))


def test_a_value_of_an_unknown_format_is_not_tried() -> None:
    with pytest.raises(ValueError, match="unknown format"):
        VAULT.open(new_id(), "name", b"\x02anything")


def test_the_same_value_is_sealed_differently_each_time() -> None:
    row = new_id()
    assert VAULT.seal(row, "name", "x") != VAULT.seal(row, "name", "x")


def test_the_index_depends_on_the_key_and_on_the_kind_of_number() -> None:
    number = "3517014101800001"
    other = Vault(bytes(32), bytes(32))
    assert VAULT.index("nik", number) == VAULT.index("nik", number)
    assert len({VAULT.index("nik", number), VAULT.index("kk", number), other.index("nik", number)}) == 3
