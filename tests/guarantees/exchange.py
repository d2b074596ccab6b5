"""What keeps the exchange of events exact, and which tests notice when it is gone."""

from tests.guarantees.trial import Trial

_LOST = "No accepted change is lost"
_TWICE = "No event takes effect twice"
_ORDER = "Events of one key take effect in order"

_EXCHANGE = "tests/shared/exchange/test_exchange.py"
_FAULTS = "tests/shared/exchange/test_faults.py"
_LETTERS = "tests/shared/exchange/test_dead_letters.py"
_REBUILD = "tests/shared/exchange/test_rebuild.py"
_CONTRACT = "tests/shared/bus/test_contract.py"

EXCHANGE = (
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
        (
            "tests/shared/bus/test_foreign_records.py::test_what_the_broker_does_not_take_is_told_and_nothing_of_it_is_there",
        ),
    ),
    Trial(
        "the place moves past a dead letter before it is written",
        _LOST,
        "shared/worker/applier.py",
        "                self._put_aside(outcome)\n                session.commit()\n",
        "                session.commit()\n                self._put_aside(outcome)\n",
        (f"{_LETTERS}::test_dead_letters_are_written_before_the_place_moves_past_them",),
    ),
    Trial(
        "a ring goes out before the commit",
        _LOST,
        "shared/bell.py",
        "    if session.in_nested_transaction():",
        "    if False:",
        ("tests/shared/exchange/test_waking.py",),
    ),
    Trial(
        "a batch that failed is not read again",
        _LOST,
        "shared/worker/consuming.py",
        "            self._consumer.rest(pause_after(self._failures))\n            self._consumer.rewind()\n",
        "            time.sleep(pause_after(self._failures))\n",
        (
            "tests/shared/exchange/test_overlap.py::test_a_batch_that_fails_takes_the_one_read_after_it_back_with_it",
        ),
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
        "a process that was stopped while it was told something keeps its locks",
        _LOST,
        "shared/silence.py",
        "    SELECT count(pg_terminate_backend(pid)) FROM",
        "    SELECT count(pid) FROM",
        ("tests/shared/test_silence.py",),
    ),
    Trial(
        "whoever published gives up when the bus goes away",
        _LOST,
        "shared/worker/repeating.py",
        "        except Exception as error:  # noqa: BLE001",
        "        except ZeroDivisionError as error:  # noqa: BLE001",
        ("tests/shared/exchange/test_parts.py::test_a_repeated_step_is_woken_and_survives_its_failures",),
    ),
    Trial(
        "a record that can't be read stops whoever reads it",
        _LOST,
        "shared/worker/intake.py",
        "            return Entry(record, poison)",
        "            raise AssertionError(poison) from poison",
        (f"{_LETTERS}::test_a_record_that_is_not_an_event_is_put_aside",),
    ),
    Trial(
        "everything is put aside when most can't be taken",
        _LOST,
        "shared/worker/faults.py",
        "        if refused and bad >= self._least and bad * 2 > total:",
        "        if False:",
        (f"{_LETTERS}::test_the_worker_stops_where_most_events_are_poison",),
    ),
    Trial(
        "a worker that does not get on is left as it is",
        _LOST,
        "shared/worker/watchdog.py",
        "            if waiting is not None and",
        "            if False and",
        (f"{_FAULTS}::test_a_worker_that_does_not_get_on_shows_its_stacks_and_ends",),
    ),
    Trial(
        "two workers have a task's turn at once",
        _TWICE,
        "shared/worker/tasks.py",
        "        if not _has_turn(session, task):\n            return False\n",
        "        _has_turn(session, task)\n",
        (f"{_EXCHANGE}::test_a_task_runs_until_it_has_enough_and_by_one_worker_at_a_time",),
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
        "                ids.remove(event.id)\n",
        "",
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
        "the second copy of what was put aside takes effect",
        _ORDER,
        "shared/worker/applier.py",
        "                inbox.set_aside(session, entry.event.id)\n",
        "",
        (f"{_LETTERS}::test_the_second_copy_of_what_was_put_aside_waits_for_the_letter",),
    ),
    Trial(
        "events of one key go to any partition of Kafka",
        _ORDER,
        "shared/bus/kafka.py",
        "        return choose(message.key, self._partitions[message.topic])",
        "        return choose(message.value, self._partitions[message.topic])",
        ("tests/shared/bus/test_contract.py", "tests/shared/bus/test_foreign_records.py"),
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
        "an end gives back what was delivered and not heard of yet",
        _ORDER,
        "services/donations/reservations/operations.py",
        " - max(0, end.delivered - allocation.delivered)\n",
        "\n",
        (
            "tests/donations/reservations/test_redriven.py::test_a_delivery_handed_back_after_the_end_still_counts",
        ),
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
        (
            "tests/shared/bus/test_builtin_writers.py::test_who_comes_second_waits_and_goes_on_behind_the_first",
        ),
    ),
)
