"""What keeps each promise, and which tests notice when it is gone. `docs/guarantees.md` tells it to people."""

from tests.guarantees.exchange import EXCHANGE
from tests.guarantees.match import MATCH
from tests.guarantees.trial import Trial

_SPENT = "Nothing is given twice, and nothing that is not there"
_PERSON = "A person's word wins over every automatic step"
_WHOM = "Only those it is for"
_SEEN = "Nobody sees what is not theirs"

_RACES = "tests/programs/allocating/test_races.py"

TRIALS = (
    *EXCHANGE,
    *MATCH,
    Trial(
        "donations does not lock the pledge it reserves from",
        _SPENT,
        "services/donations/reservations/operations.py",
        "        .order_by(Pledge.id)\n        .with_for_update()\n",
        "        .order_by(Pledge.id)\n",
        (
            "tests/donations/reservations/test_at_once.py::test_workers_at_the_same_moment_never_reserve_more_than_is_free",
        ),
    ),
    Trial(
        "donations does not lock the pledge that is paid",
        _SPENT,
        "shared/database.py",
        "        rows = rows.with_for_update()\n",
        "        pass\n",
        (
            "tests/donations/contributions/test_api.py::test_payments_at_the_same_moment_never_exceed_what_is_open",
        ),
    ),
    Trial(
        "programs does not lock the rows it changes",
        _SPENT,
        "services/programs/database.py",
        "        .with_for_update()\n",
        "",
        (_RACES,),
    ),
    Trial(
        "a proposal is decided although too little is left",
        _SPENT,
        "services/donations/proposals/domain.py",
        "wish.quantity > offer.free",
        "wish.quantity > 10 * offer.free",
        ("tests/donations/reservations/test_handlers.py::test_a_pledge_never_reserves_more_than_is_free",),
    ),
    Trial(
        "a delivery is recorded each time the phone sends it",
        _SPENT,
        "services/programs/delivery/operations.py",
        "    if found is None:\n        return None\n",
        "    return None\n",
        ("tests/programs/delivery/test_deliveries.py",),
    ),
    Trial(
        "the allocator does not look again before it writes",
        _PERSON,
        "services/programs/proposing/operations.py",
        "        return self._states.get(wanted.need.id) == wanted.need\n",
        "        return True\n",
        (_RACES, "tests/programs/allocating/test_allocator.py"),
    ),
    Trial(
        "a payment or delivery passes a hold",
        _PERSON,
        "services/programs/delivery/operations.py",
        "    if held or allocation.is_stopped:",
        "    if False:",
        ("tests/programs/delivery/test_deliveries.py::test_nothing_is_handed_over_against_a_hold",),
    ),
    Trial(
        "an approval told before a hold lifts it",
        _PERSON,
        "services/donations/reservations/operations.py",
        '    if word != "over" and received.offset < found.said_in:\n        return None\n',
        "",
        ("tests/donations/reservations/test_redriven.py",),
    ),
    Trial(
        "a vetoed pledge is proposed again",
        _PERSON,
        "services/programs/matching/queries.py",
        '            Allocation.stage == "vetoed",\n',
        '            Allocation.stage == "approved",\n',
        ("tests/programs/review",),
    ),
    Trial(
        "households are matched without being verified",
        _WHOM,
        "services/programs/matching/queries.py",
        '        Household.status == "verified",\n',
        "",
        (
            "tests/programs/allocating/test_allocator.py::test_never_matches_a_household_that_is_not_verified_or_is_held",
        ),
    ),
    Trial(
        "households on hold are matched",
        _WHOM,
        "services/programs/matching/queries.py",
        "        Household.held.is_(False),\n",
        "",
        (
            "tests/programs/allocating/test_allocator.py::test_never_matches_a_household_that_is_not_verified_or_is_held",
        ),
    ),
    Trial(
        "zakat goes to anybody",
        _WHOM,
        "services/programs/matching/domain.py",
        "        return ZAKAT_DECILE if self.zakat else self.max_decile",
        "        return self.max_decile",
        ("tests/programs/allocating/test_acceptance.py",),
    ),
    Trial(
        "donations believes that zakat is proposed to those it is for",
        _WHOM,
        "services/donations/proposals/domain.py",
        "wish.decile <= ZAKAT_DECILE",
        "wish.decile <= 10",
        (
            "tests/donations/reservations/test_handlers.py::test_what_breaks_a_restriction_is_refused_with_its_reason",
        ),
    ),
    Trial(
        "no rule limits the rows of a request",
        _SEEN,
        "shared/auth/visibility.py",
        '    if not has_request_context() or state.execution_options.get("everyone", False):',
        "    if True:",
        ("tests/shared/auth/test_access.py::test_area_limits_lists_and_counts_alike",),
    ),
    Trial(
        "a sub-district's code is taken for the beginning of another's",
        _SEEN,
        "shared/auth/visibility.py",
        '    inside = f"{area}.%"',
        '    inside = f"{area[:5]}%"',
        (
            "tests/programs/registry/test_api.py::test_a_tksk_sees_the_households_of_its_own_subdistrict_alone",
        ),
    ),
    Trial(
        "a route without a rule answers",
        _SEEN,
        "shared/auth/access.py",
        "    if rule is None:",
        "    if False:",
        ("tests/shared/auth/test_access.py::test_a_route_without_a_rule_answers_nobody",),
    ),
    Trial(
        "readings are not in the audit log",
        _SEEN,
        "services/programs/audit/operations.py",
        "    session.execute(_APPEND, said | rows)",
        "    pass",
        ("tests/programs/registry/test_api.py::test_each_reading_of_a_record_is_in_the_audit_log",),
    ),
    Trial(
        "an API key is compared letter by letter",
        _SEEN,
        "services/donations/stakeholders/domain.py",
        "    return hmac.compare_digest(digest(key), stored)",
        "    return digest(key) == stored",
        ("tests/architecture/test_secrets.py",),
    ),
    Trial(
        "passwords may be guessed without end",
        _SEEN,
        "shared/auth/guesses.py",
        "            counts.hit(WRONG_PASSWORDS, *place)",
        "            pass",
        ("tests/shared/auth/test_guesses.py",),
    ),
    Trial(
        "another site's form is taken",
        _SEEN,
        "shared/web/security.py",
        "            csrf.protect()",
        "            pass",
        ("tests/shared/web/test_pages.py", "tests/shared/auth/test_sign_out.py"),
    ),
    Trial(
        "whoever signed out is still signed in elsewhere",
        _SEEN,
        "shared/auth/accounts.py",
        "found is None or not found.active or found.generation != generation:",
        "found is None or not found.active:",
        ("tests/shared/auth/test_sign_out.py",),
    ),
    Trial(
        "a page may be framed, and load from anywhere",
        _SEEN,
        "shared/web/security.py",
        '        headers.setdefault("Content-Security-Policy", _PAGE_POLICY if is_page else _DATA_POLICY)\n',
        "",
        ("tests/shared/web/test_pages.py::test_no_page_may_load_or_run_anything_from_elsewhere",),
    ),
    Trial(
        "scripts may read the cookie of a session",
        _SEEN,
        "shared/service.py",
        '        "SESSION_COOKIE_HTTPONLY": True,\n',
        '        "SESSION_COOKIE_HTTPONLY": False,\n',
        ("tests/shared/auth/test_access.py::test_a_page_asks_to_sign_in_and_comes_back",),
    ),
    Trial(
        "a body may be as large as it likes",
        _SEEN,
        "shared/service.py",
        '        "MAX_CONTENT_LENGTH": LARGEST_BODY,\n',
        "",
        ("tests/shared/http/test_problems.py::test_a_body_in_chunks_that_is_too_large_is_told_so",),
    ),
    Trial(
        "what identifies a person is kept as it is",
        _SEEN,
        "services/programs/vault.py",
        "        return _FORMAT + nonce + self._cipher.encrypt(nonce, plain.encode(), _place(row, column))",
        "        return _FORMAT + nonce + plain.encode()",
        ("tests/programs/identity/test_vault.py",),
    ),
)
