"""What keeps each promise, and which tests notice when it is gone. `docs/guarantees.md` tells it to people."""

from tests.guarantees.trial import Trial

_LOST = "No accepted change is lost"
_TWICE = "No event takes effect twice"
_ORDER = "Events of one key take effect in order"
_SPENT = "Nothing is given twice, and nothing that is not there"
_PERSON = "A person's word wins over every automatic step"
_WHOM = "Only those it is for"
_SEEN = "Nobody sees what is not theirs"

_EXCHANGE = "tests/shared/exchange/test_exchange.py"
_FAULTS = "tests/shared/exchange/test_faults.py"
_LETTERS = "tests/shared/exchange/test_dead_letters.py"
_REBUILD = "tests/shared/exchange/test_rebuild.py"
_CONTRACT = "tests/shared/bus/test_contract.py"
_RACES = "tests/programs/matching/test_races.py"

TRIALS = (
    Trial(
        "the relay deletes a row before the bus has it",
        _LOST,
        "shared/relay.py",
        "                self._producer.publish([self._message(row) for row in rows])\n"
        "                connection.execute(_DELETE, ([row[0] for row in rows],))",
        "                connection.execute(_DELETE, ([row[0] for row in rows],))\n"
        "                self._producer.publish([self._message(row) for row in rows])",
        (f"{_EXCHANGE}::test_rows_stay_in_the_outbox_until_the_bus_has_acknowledged_them",),
    ),
    Trial(
        "an event is published although its change was rolled back",
        _LOST,
        "shared/outbox.py",
        "    session.execute(\n        _INSERT,",
        "    session.get_bind().connect().execution_options(isolation_level='AUTOCOMMIT').execute(\n        _INSERT,",
        (f"{_EXCHANGE}::test_a_rolled_back_change_tells_nothing",),
    ),
    Trial(
        "Kafka's answers are not looked at",
        _LOST,
        "shared/bus/kafka.py",
        "            future.get(timeout=1)",
        "            pass",
        ("tests/shared/bus/test_contract.py", "tests/shared/bus/test_foreign_records.py"),
    ),
    Trial(
        "the place moves past a dead letter that was not written",
        _LOST,
        "shared/worker/applier.py",
        "        self._producer.publish(letters)",
        "        pass",
        (f"{_LETTERS}::test_an_event_that_breaks_a_rule_is_put_aside_and_the_others_take_effect",),
    ),
    Trial(
        "a batch that failed is not read again",
        _LOST,
        "shared/worker/consuming.py",
        "            self._consumer.rewind()\n",
        "",
        (f"{_FAULTS}::test_losing_every_database_connection_only_delays",),
    ),
    Trial(
        "a reader that rested after a failure reads nothing any more",
        _LOST,
        "shared/bus/kafka_consumer.py",
        "            consumer.resume(*consumer.paused())\n",
        "",
        (f"{_CONTRACT}::test_a_place_that_could_not_be_looked_up_is_looked_up_again_after_a_rest",),
    ),
    Trial(
        "a member of the built-in log that was stopped keeps its partitions while it has something to hear",
        _LOST,
        "shared/bus/builtin_consumer.py",
        "            held = self._open()\n",
        "            held = ear\n",
        ("tests/shared/bus/test_silent_member.py",),
    ),
    Trial(
        "the inbox takes every event for new",
        _TWICE,
        "shared/inbox.py",
        "    return set(ids if fresh is None else fresh)",
        "    return set(ids)",
        (f"{_EXCHANGE}::test_a_record_published_twice_takes_effect_once",),
    ),
    Trial(
        "a second copy inside a batch is applied too",
        _TWICE,
        "shared/worker/applier.py",
        " and events[event.id] is event]",
        "]",
        (f"{_EXCHANGE}::test_a_record_published_twice_takes_effect_once",),
    ),
    Trial(
        "the fence lets every worker pass",
        _TWICE,
        "shared/inbox.py",
        "        raise FenceLost",
        "        return",
        (f"{_EXCHANGE}::test_a_worker_that_was_replaced_applies_nothing",),
    ),
    Trial(
        "the fence does not look where the consumer is",
        _TWICE,
        "shared/inbox.py",
        "      AND consumer_offset.next_offset = move.expected\n",
        "",
        (f"{_EXCHANGE}::test_a_worker_that_was_replaced_applies_nothing",),
    ),
    Trial(
        "a request that is repeated is done again",
        _TWICE,
        "shared/http/idempotency.py",
        "    if stored is not None:",
        "    if False:",
        ("tests/shared/http/test_idempotency.py",),
    ),
    Trial(
        "two requests under one key run side by side",
        _TWICE,
        "shared/http/idempotency.py",
        "pg_try_advisory_xact_lock(hashtextextended(:client || ' ' || :key, 0))",
        "true OR :client = :key",
        ("tests/shared/http/test_idempotency.py::test_two_at_the_same_moment_have_one_effect",),
    ),
    Trial(
        "a rebuild swaps while the live worker goes on",
        _TWICE,
        "shared/rebuild.py",
        'text(f"{_POSITIONS.text} FOR UPDATE")',
        "_POSITIONS",
        (f"{_REBUILD}::test_the_swap_halts_the_live_consumer_between_two_events",),
    ),
    Trial(
        "two relays of one service publish at once",
        _ORDER,
        "shared/relay.py",
        "SELECT pg_try_advisory_lock(hashtextextended('relay', 0))",
        "SELECT true",
        (f"{_EXCHANGE}::test_two_relays_never_work_at_once",),
    ),
    Trial(
        "the outbox is read in no order",
        _ORDER,
        "shared/relay.py",
        "FROM outbox ORDER BY seq LIMIT %s",
        "FROM outbox ORDER BY id DESC LIMIT %s",
        (f"{_EXCHANGE}::test_events_take_effect_once_and_in_the_order_of_their_key",),
    ),
    Trial(
        "events of one key go to any partition",
        _ORDER,
        "shared/bus/builtin.py",
        "choose(message.key, self._partitions[message.topic])",
        "len(message.value) % self._partitions[message.topic]",
        (_CONTRACT,),
    ),
    Trial(
        "writers of the built-in log do not wait for each other",
        _ORDER,
        "shared/bus/builtin.py",
        " ORDER BY topic, part FOR UPDATE",
        " ORDER BY topic, part",
        (_CONTRACT,),
    ),
    Trial(
        "donations does not lock the pledge it reserves from",
        _SPENT,
        "services/donations/reservations/operations.py",
        "        .order_by(Pledge.id)\n        .with_for_update()\n",
        "        .order_by(Pledge.id)\n",
        ("tests/donations/reservations", "tests/donations/fulfilment", "tests/donations/contributions"),
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
        "services/programs/matching/allocator.py",
        "        if not offered or now.get(need) != before[need]:",
        "        if not offered:",
        (_RACES, "tests/programs/matching/test_allocator.py"),
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
        'Allocation.stage.in_(("proposed", "vetoed"))',
        'Allocation.stage.in_(("proposed",))',
        ("tests/programs/review",),
    ),
    Trial(
        "households are matched without being verified",
        _WHOM,
        "services/programs/matching/queries.py",
        '        Household.status == "verified",\n',
        "",
        (
            "tests/programs/matching/test_allocator.py::test_never_matches_a_household_that_is_not_verified_or_is_held",
        ),
    ),
    Trial(
        "households on hold are matched",
        _WHOM,
        "services/programs/matching/queries.py",
        "        Household.held.is_(False),\n",
        "",
        (
            "tests/programs/matching/test_allocator.py::test_never_matches_a_household_that_is_not_verified_or_is_held",
        ),
    ),
    Trial(
        "zakat goes to anybody",
        _WHOM,
        "services/programs/matching/domain.py",
        "            and (not self.zakat or claim.decile == ZAKAT_DECILE)\n",
        "",
        ("tests/programs/matching/test_engine.py",),
    ),
    Trial(
        "donations believes that zakat is proposed to those it is for",
        _WHOM,
        "services/donations/proposals/domain.py",
        "wish.decile <= ZAKAT_DECILE",
        "wish.decile <= 10",
        ("tests/donations/reservations/test_handlers.py::test_zakat_reaches_the_lowest_decile",),
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
)
