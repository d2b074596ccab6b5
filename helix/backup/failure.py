"""What keeps a backup from being made or restored, told in a sentence."""


class CannotBackUp(Exception):
    """There is no backup, or none was restored; the text says why and what would mend it."""
