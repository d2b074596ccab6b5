"""The time is aware, comes from one place, and a test can move it."""

from datetime import UTC, timedelta

from shared import clock


def test_now_is_aware_and_can_be_moved() -> None:
    before = clock.now()
    assert before.tzinfo is UTC
    with clock.shifted(timedelta(days=400)):
        assert clock.now() - before >= timedelta(days=400)
    assert clock.now() - before < timedelta(minutes=1)


def test_today_is_the_day_where_the_households_live() -> None:
    offset = clock.now().astimezone(clock.LOCAL_ZONE).utcoffset()
    assert offset == timedelta(hours=7)
    late = timedelta(hours=18) - timedelta(hours=clock.now().hour, minutes=clock.now().minute)
    with clock.shifted(late):
        assert clock.today() == (clock.now() + timedelta(hours=7)).date()
