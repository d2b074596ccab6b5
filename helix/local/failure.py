"""What goes wrong on a user's machine, told in a sentence."""


class CannotRun(Exception):
    """Helix cannot start or go on; the text says why and what would mend it."""
