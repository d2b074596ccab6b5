"""What keeps the match the best there is, and each promise of it."""

from tests.guarantees.trial import Trial

_BEST = "Every need has what the best match gives it"

_TWO_PEOPLE = "Who is helped first is decided by two people who see what it does"
_LOG = "What became of a match stays as it was"

_POLICY = "tests/programs/policy/test_policy.py"
_REPLAY = "tests/programs/replaying/test_log.py"
_KEEPING = "tests/programs/allocating/test_keeping.py"
_LIMITS = "tests/programs/checks/test_limits.py"
_PROMISES = "tests/programs/allocating/test_promises.py"
_HOUSEHOLD_CAP = "tests/programs/allocating/test_household_cap.py"
_LOSSES = "tests/programs/matching/engine/test_losses.py"
_DENSE = "tests/programs/matching/engine/test_dense.py"
_OVER_MARKETS = "tests/programs/allocating/test_household_cap_over_markets.py"

MATCH = (
    Trial(
        "the engine does not reroute",
        _BEST,
        "services/programs/matching/engine/reach.py",
        "            if new := (_reach(each) if each.reach_is_old else each.reach) & left:\n",
        "            if new := 0:\n",
        ("tests/programs/allocating/test_acceptance.py",),
    ),
    Trial(
        "what a household was told of is taken from it",
        _BEST,
        "services/programs/in_play/queries.py",
        "    kept = max(int(bound), min(promised, quantity) - fixed)\n",
        "    kept = int(bound)\n",
        (_PROMISES,),
    ),
    Trial(
        "what is paid is given to another",
        _BEST,
        "services/programs/in_play/queries.py",
        "        Allocation.contributed == 0,\n        Allocation.delivered == 0,\n",
        "",
        (_PROMISES,),
    ),
    Trial(
        "a household gets more in all than the policy lets it",
        _BEST,
        "services/programs/in_play/queries.py",
        "        return (cap - for_good.get(need.household, 0) - before) // price\n",
        "        return (cap - before) // price\n",
        (_HOUSEHOLD_CAP,),
    ),
    Trial(
        "what a household has in other markets does not count",
        _BEST,
        "services/programs/in_play/domain.py",
        "        return self.price * (covered if stands_higher else min(covered, self.need.kept))\n",
        "        return 0 * (covered if stands_higher else min(covered, self.need.kept))\n",
        (_OVER_MARKETS,),
    ),
    Trial(
        "the other needs of a household are not looked at again",
        _BEST,
        "services/programs/allocating/operations.py",
        "    kin = find_kin(session, needs) if needs else []\n",
        "    kin = find_kin(session, needs) if needs is None else []\n",
        (_OVER_MARKETS,),
    ),
    Trial(
        "what a need of a limited household gives back goes to whoever asks next",
        _BEST,
        "services/programs/matching/engine/settling.py",
        "        self._spend_all()\n        self._fill(need)\n",
        "        self._fill(need)\n",
        (_LOSSES, _DENSE),
    ),
    Trial(
        "what somebody on the way of an exchange has is given twice",
        _BEST,
        "services/programs/matching/engine/settling.py",
        "            if holder is loser:\n",
        "            if holder is None:\n",
        (_DENSE,),
    ),
    Trial(
        "a household gets more of a pledge than its cap",
        _BEST,
        "services/programs/in_play/domain.py",
        "            cap=self.cap_per_household,\n",
        "",
        (f"{_LIMITS}::test_no_household_gets_more_than_the_cap",),
    ),
    Trial(
        "a need gets less of a pledge than the pledge gives at least",
        _BEST,
        "services/programs/in_play/domain.py",
        "            minimum=self.minimum_grant,\n",
        "",
        (f"{_LIMITS}::test_nothing_is_given_that_is_less_than_the_pledge_gives_at_least",),
    ),
    Trial(
        "being told of less makes a promise smaller",
        _BEST,
        "services/programs/review/operations.py",
        "max(one.need.promised, sum_told(db.session, one.need.id))",
        "sum_told(db.session, one.need.id)",
        (f"{_LIMITS}::test_who_is_told_of_a_part_of_what_came_instead_is_promised_no_less",),
    ),
    Trial(
        "a turn that was rolled back is kept in mind",
        _BEST,
        "services/programs/allocating/operations.py",
        "        return mind if keeper is not None and keeper.turn == turn else None\n",
        "        return mind\n",
        (_KEEPING,),
    ),
    Trial(
        "two workers settle one market in turn",
        _BEST,
        "services/programs/allocating/queries.py",
        "            keeper.worker IS NULL OR keeper.worker = :worker OR (\n",
        "            :worker IS NOT NULL OR (\n",
        (_KEEPING,),
    ),
    Trial(
        "two workers settle one market at once",
        _BEST,
        "services/programs/allocating/queries.py",
        "WHERE pg_try_advisory_xact_lock(hashtextextended(market, 2)) LIMIT 1\n",
        "LIMIT 1\n",
        (_KEEPING,),
    ),
    Trial(
        "the order of villages follows what is proposed in the course of the day",
        _BEST,
        "services/programs/standing/operations.py",
        '    if not rules.fair_between_villages or session.scalar(_IS_KEPT, {"day": day}):\n',
        '    session.execute(text("DELETE FROM village_share"))\n    if not rules.fair_between_villages:\n',
        ("tests/programs/standing/test_villages.py",),
    ),
    Trial(
        "who drafted a policy adopts it",
        _TWO_PEOPLE,
        "services/programs/policy/operations.py",
        "    if draft.drafted_by == by:\n",
        "    if by is None:\n",
        (_POLICY,),
    ),
    Trial(
        "a policy is adopted before anybody saw what it does",
        _TWO_PEOPLE,
        "services/programs/policy/operations.py",
        "    if draft.effect is None:\n",
        "    if draft.number is None:\n",
        (_POLICY,),
    ),
    Trial(
        "somebody else's draft is overwritten",
        _TWO_PEOPLE,
        "services/programs/policy/operations.py",
        "        if old.drafted_by != by:\n",
        "        if by is None:\n",
        (_POLICY,),
    ),
    Trial(
        "what a household was told of is not in the log",
        _LOG,
        "services/programs/review/operations.py",
        '        note(db.session, one.allocation, "told", one.allocation.quantity - one.allocation.delivered)\n',
        "",
        (_REPLAY,),
    ),
    Trial(
        "a proposal may get other reasons afterwards",
        _LOG,
        "services/programs/replaying/queries.py",
        "    return _line_of(entry, [str(each) if isinstance(each, UUID) else each for each in about])\n",
        "    return _line_of(entry)\n",
        (_REPLAY,),
    ),
    Trial(
        "a link of the log does not hold on to the one before",
        _LOG,
        "services/programs/replaying/domain.py",
        '    chain = hmac.new(key, before, "sha256")\n',
        '    chain = hmac.new(key, BEGINNING, "sha256")\n',
        (_REPLAY,),
    ),
)
