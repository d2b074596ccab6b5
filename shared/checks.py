"""Looking for anything that must never be: each statement finds the rows of which its sentence is true."""

from collections.abc import Mapping

from sqlalchemy import text

from shared.database import AnySession


def find_breaches(session: AnySession, never: Mapping[str, str], **values: object) -> list[str]:
    """Return the sentences that are true, each with its place; nothing where all is well.

    `never` has the statement of each sentence, which returns one column; `values` are their parameters.
    """
    # One statement, so that all of it is seen at one moment.
    together = " UNION ALL ".join(
        f"SELECT {number}, found.place FROM ({statement}) AS found (place)"  # noqa: S608 - constants of our own
        for number, statement in enumerate(never.values())
    )
    sentences = list(never)
    return [f"{place}: {sentences[number]}." for number, place in session.execute(text(together), values)]
