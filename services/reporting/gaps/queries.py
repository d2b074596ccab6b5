"""What is short, as it was told last."""

from services.reporting.projections.models import ToldGap
from shared.database import AnySession
from shared.gaps import Board, read_board


def find_board(session: AnySession) -> Board:
    """Return the board: what the next rupiah, kilogram or seat would cover, first what nothing pledged reaches."""
    return read_board(session, ToldGap)
