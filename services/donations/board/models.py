"""What this service knows of what is short, from the events of programs."""

from services.donations.database import Model
from shared.gaps import GapCopy


class ToldGap(GapCopy, Model):
    """What is short of one kind, as programs told it last."""

    __tablename__ = "gap"
