"""What happens when several people do the same at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from services.programs.audit.queries import first_broken_line
from services.programs.database import db
from tests.programs.people import Office, household, result

T = TypeVar("T")

AT_ONCE = 6


def at_once(what: Callable[[], T]) -> list[T]:
    """Do something several times at the same moment; return what each came to."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [done.result() for done in [pool.submit(what) for _ in range(AT_ONCE)]]


def test_one_household_is_registered_once(office: Office) -> None:
    body = household()

    def register() -> int:
        client = office.app.test_client()
        return client.post("/v1/households", json=body, headers=office.verifier).status_code

    assert sorted(at_once(register)) == [201] + [409] * (AT_ONCE - 1)


def test_one_visit_is_decided_once(office: Office) -> None:
    identity = office.register()
    office.visit(identity)

    def decide() -> int:
        client = office.app.test_client()
        path = f"/v1/households/{identity}/decision"
        return client.post(path, json={"decision": "verify"}, headers=office.approver).status_code

    assert sorted(at_once(decide)) == [200] + [409] * (AT_ONCE - 1)


def test_one_result_is_kept_once_however_often_the_phone_sends_it(office: Office) -> None:
    visit = office.assign(office.register())
    body = result()

    def send() -> int:
        client = office.app.test_client()
        return client.post(f"/v1/visits/{visit}/result", json=body, headers=office.tksk).status_code

    assert at_once(send) == [200] * AT_ONCE


def test_one_client_id_is_given_to_one_of_several_visits(office: Office) -> None:
    visits = [office.assign(office.register()) for _ in range(AT_ONCE)]
    body = result()

    def send() -> tuple[int, str | None]:
        client = office.app.test_client()
        response = client.post(f"/v1/visits/{visits.pop()}/result", json=body, headers=office.tksk)
        return response.status_code, response.get_json().get("code")

    assert sorted(at_once(send)) == [(200, None)] + [(409, "client_id_used")] * (AT_ONCE - 1)


def test_the_audit_log_stays_one_chain_under_many_readers(office: Office) -> None:
    identity = office.register()

    def read() -> int:
        client = office.app.test_client()
        return client.get(f"/v1/households/{identity}", headers=office.planner).status_code

    assert at_once(read) == [200] * AT_ONCE
    with office.app.app_context():
        lines, broken = first_broken_line(db.session, bytes.fromhex("33" * 32))
    assert (lines, broken) == (AT_ONCE + 1, None)
