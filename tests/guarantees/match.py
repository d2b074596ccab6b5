"""What keeps the match the best there is, and each promise of it."""

from tests.guarantees.trial import Trial

_BEST = "Every need has what the best match gives it"

_KEEPING = "tests/programs/allocating/test_keeping.py"
_PROMISES = "tests/programs/allocating/test_promises.py"

MATCH = (
    Trial(
        "the engine does not reroute",
        _BEST,
        "services/programs/matching/engine/reach.py",
        "            if new := _reach(each) & ~visited:\n",
        "            if new := 0:\n",
        ("tests/programs/allocating/test_acceptance.py",),
    ),
    Trial(
        "what a household was told of is taken from it",
        _BEST,
        "services/programs/proposing/queries.py",
        "        kept=max(0, min(promised, quantity) - fixed),\n",
        "        kept=0,\n",
        (_PROMISES,),
    ),
    Trial(
        "what is paid is given to another",
        _BEST,
        "services/programs/proposing/queries.py",
        "        Allocation.contributed == 0,\n        Allocation.delivered == 0,\n",
        "",
        (_PROMISES,),
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
        "        keeper.worker IS NULL OR keeper.worker = :worker OR (\n",
        "        :worker IS NOT NULL OR (\n",
        (_KEEPING,),
    ),
)
