"""What an error says, in the reader's language."""

from flask_babel import gettext

from shared.errors import Coded, Sentence
from shared.web.formats import whole
from shared.web.words import item_name, word


def say(sentence: Sentence) -> str:
    """Return a sentence translated, its codes as words and its numbers as people write them."""
    return str(gettext(sentence.template, **{name: _write(value) for name, value in sentence.values.items()}))


def _write(value: object) -> str:
    if isinstance(value, Sentence):
        return say(value)
    if isinstance(value, Coded):
        return item_name(value.code) if value.vocabulary == "item" else word(value.code, value.vocabulary)
    if isinstance(value, list | tuple):
        return ", ".join(map(_write, value))
    return whole(value) if isinstance(value, int) else str(value)
