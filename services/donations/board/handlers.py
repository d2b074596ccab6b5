"""What donations does when programs tells of what is short."""

from sqlalchemy.orm import Session

from services.donations.board.models import ToldGap
from shared.events.envelope import Received
from shared.events.programs import GapCounted
from shared.gaps import keep_gaps
from shared.worker import Handler


def on_gaps(session: Session, events: list[Received]) -> None:
    """Keep the board."""
    keep_gaps(session, ToldGap, events)


HANDLERS: tuple[Handler, ...] = (Handler((GapCounted,), on_gaps),)
