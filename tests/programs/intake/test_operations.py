"""What rows of a file change in the registry."""

import pytest
from sqlalchemy import text

from services.programs.database import db
from services.programs.intake.queries import Known
from tests.programs.files import counted, events, family, receipts, row, send, write
from tests.programs.people import Office, household, kk, member, nik


@pytest.fixture(name="family")
def mother_and_son() -> list[dict[str, str]]:
    """The rows of a mother and her son."""
    return family()


def test_what_changed_is_updated_and_told(office: Office, family: list[dict[str, str]]) -> None:
    send(office, write(family))
    child = family[1] | {"atribut": "disability"}
    job = send(
        office, write([family[0], child, child | {"nik": nik("010190"), "tanggal_lahir": "1990-01-01"}])
    )
    assert [one["outcome"] for one in receipts(office, job)] == ["unchanged", "updated", "created"]
    assert events(office) == {"household-registered": 1, "household-changed": 1}
    line = office.get("/v1/households", office.planner).json
    assert line is not None
    assert (line["data"][0]["people"], line["data"][0]["version"]) == (3, 2)
    assert "disability" in line["data"][0]["attributes"]


def test_a_new_decile_is_an_update_of_the_head(office: Office, family: list[dict[str, str]]) -> None:
    send(office, write(family))
    job = send(office, write([one | {"desil": "2"} for one in family]))
    assert [one["outcome"] for one in receipts(office, job)] == ["updated", "unchanged"]


def test_a_family_that_moves_takes_its_rows_along(office: Office, family: list[dict[str, str]]) -> None:
    send(office, write(family))
    send(office, write([one | {"kode_desa": "35.17.02.2001"} for one in family]))
    with office.app.app_context():
        villages = db.session.execute(
            text(
                "SELECT desa FROM household UNION SELECT desa FROM member UNION SELECT desa FROM family_card"
            )
        )
        assert villages.scalars().all() == ["35.17.02.2001"]


def test_a_household_keeps_its_identity_under_a_new_card(
    office: Office, family: list[dict[str, str]]
) -> None:
    send(office, write(family))
    number = kk()
    job = send(office, write([one | {"no_kk": number} for one in family]))
    assert [one["outcome"] for one in receipts(office, job)] == ["updated", "unchanged"]
    assert (counted(office, "household"), counted(office, "family_card")) == (1, 2)
    again = send(office, write([one | {"no_kk": number} for one in family]))
    assert again["counts"]["unchanged"] == 2


def test_a_new_head_takes_the_place_of_the_old_one(office: Office, family: list[dict[str, str]]) -> None:
    grown = family[1] | {"nik": nik("010190"), "tanggal_lahir": "1990-01-01"}
    send(office, write([family[0], grown]))
    send(office, write([grown | {"hubungan": "kepala"}, family[0] | {"hubungan": "orang_tua"}]))
    household_id = receipts(office, send(office, write([grown | {"hubungan": "kepala"}])))[0]["household"]
    record = office.get(f"/v1/households/{household_id}", office.verifier).json
    assert record is not None
    assert {one["nik"]: one["relation"] for one in record["members"]} == {
        grown["nik"]: "head",
        family[0]["nik"]: "parent",
    }


def test_a_child_who_left_home_is_told_as_a_double(office: Office, family: list[dict[str, str]]) -> None:
    grown = family[1] | {"nik": nik("010190"), "tanggal_lahir": "1990-01-01"}
    other = family[1]
    send(office, write([family[0], grown, other]))
    own_home = grown | {"id_keluarga": "K2", "no_kk": kk(), "hubungan": "kepala"}
    job = send(office, write([own_home, own_home | {"nik": nik("020290"), "hubungan": "istri"}]))
    assert [(one["outcome"], one["reasons"]) for one in receipts(office, job)] == [
        ("duplicate", ["nik_in_other_household"]),
        ("invalid", ["head_refused"]),
    ]


def test_a_refused_member_does_not_keep_its_family_out(office: Office, family: list[dict[str, str]]) -> None:
    spoilt = family[1] | {"nik": "3,51702E+15".replace(",", "."), "jenis_kelamin": "?"}
    job = send(office, write([family[0], spoilt]))
    assert [(one["outcome"], one["reasons"]) for one in receipts(office, job)] == [
        ("created", []),
        ("invalid", ["nik_was_a_number", "sex_unknown"]),
    ]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"no_kk": "0000000000000000"}, "kk_placeholder"),
        ({"nik": "3517010101800000"}, "nik_placeholder"),
        ({"kode_desa": "99.99.99.9999"}, "village_unknown"),
        ({"desil": "11"}, "decile_unknown"),
        ({"sumber_desil": "BPS"}, "decile_source_unknown"),
        ({"alamat": ""}, "address_missing"),
        ({"alamat": "Jl. \u202eMawar"}, "address_unreadable"),
        ({"tanggal_lahir": "31-31-1980"}, "birth_date_unreadable"),
        ({"tanggal_lahir": "2999-01-01"}, "birth_date_impossible"),
        ({"atribut": "rich"}, "attribute_unknown"),
        ({"hubungan": "anak"}, "no_head"),
    ],
)
def test_a_family_without_a_good_head_is_refused_whole(
    office: Office, changed: dict[str, str], reason: str
) -> None:
    head = row() | changed
    job = send(office, write([head, row(no_kk=head["no_kk"], hubungan="anak", kode_desa=head["kode_desa"])]))
    first, second = receipts(office, job)
    assert (first["outcome"], first["reasons"]) == ("invalid", [reason])
    assert second["outcome"] == "invalid"
    assert counted(office, "household") == 0


def test_somebody_registered_by_hand_is_not_registered_again(office: Office) -> None:
    by_hand = household(members=[member()])
    office.post("/v1/households", by_hand, office.verifier)
    job = send(office, write([row(no_kk=by_hand["kk_number"], nik=by_hand["members"][0]["nik"])]))
    assert job["counts"]["updated"] == 1
    assert counted(office, "household") == 1


def test_who_is_registered_while_the_import_runs_keeps_nobody_else_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand = household(members=[member()])
    office.post("/v1/households", by_hand, office.verifier)
    # As if it had been registered between the look and the writing.
    nothing = Known(people={}, cards={}, households={}, members={})
    monkeypatch.setattr("services.programs.intake.operations.look_up", lambda *_: nothing)
    job = send(office, write([row(nik=by_hand["members"][0]["nik"]), row(id_keluarga="K2")]))
    assert [(one["outcome"], one["reasons"]) for one in receipts(office, job)] == [
        ("duplicate", ["registered_meanwhile"]),
        ("created", []),
    ]
