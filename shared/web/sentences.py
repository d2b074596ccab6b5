"""What an error says, and what several services say alike, in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext, ngettext

from shared.disclosure import SMALLEST_SHOWN
from shared.errors import Coded, Sentence
from shared.web.formats import whole
from shared.web.words import item_name, word


def say(sentence: Sentence) -> str:
    """Return a sentence translated, its codes as words and its numbers as people write them."""
    return str(gettext(sentence.template, **{name: _write(value) for name, value in sentence.values.items()}))


def say_place(rank: int | None, of: int | None, item: str | None) -> str:
    """Return at which place a need stood when it was matched: among those for its item, or all in rupiah.

    They are all that could be given something then, whether something covered them already or not. None where they
    were so few that it is not told.
    """
    if rank is None or of is None:
        return _say_few(item)
    place = {"rank": whole(rank), "of": whole(of)}
    if item is None:
        return str(
            gettext(
                "In the order of the regency's policy, the need stood at place %(rank)s of %(of)s needs in rupiah that"
                " could be matched, of every category.",
                **place,
            )
        )
    return str(
        gettext(
            "In the order of the regency's policy, the need stood at place %(rank)s of %(of)s needs for %(item)s that"
            " could be matched.",
            **place,
            item=item_name(item).lower(),
        )
    )


def _say_few(item: str | None) -> str:
    if item is None:
        return str(
            gettext(
                "In the order of the regency's policy, the need was one of fewer than %(number)s needs in rupiah that"
                " could be matched, of every category.",
                number=SMALLEST_SHOWN,
            )
        )
    return str(
        gettext(
            "In the order of the regency's policy, the need was one of fewer than %(number)s needs for %(item)s that"
            " could be matched.",
            number=SMALLEST_SHOWN,
            item=item_name(item).lower(),
        )
    )


def rules_met(codes: Iterable[str]) -> list[str]:
    """Return what a donor asks for and a need meets, in the reader's language."""
    named = {
        "open_to_all": gettext("the pledge is open to all"),
        "zakat": gettext("the household may receive zakat"),
        "area": gettext("the area"),
        "category": gettext("the category of the need"),
        "max_decile": gettext("the welfare decile"),
    }
    return [named.get(code) or _within(word(code.removeprefix("attribute_"), "attribute")) for code in codes]


def say_rules(reasons: Mapping[str, Any]) -> list[str]:
    """Return by which rules a match was made: the donor's, the policy's, and how many other pledges' too."""
    met = ", ".join(rules_met(reasons["admitted_by"]))
    return [
        str(gettext("What the donor asks for is met: %(rules)s.", rules=met)),
        _say_others(reasons["alternatives"]),
        str(gettext("Decided under version %(version)s of the policy.", version=reasons["policy_version"])),
    ]


def _say_others(number: int) -> str:
    if number == 0:
        return str(gettext("When it was matched, no other pledge could have met it."))
    return str(
        ngettext(
            "When it was matched, %(num)s other pledge could have met it.",
            "When it was matched, %(num)s other pledges could have met it.",
            number,
        )
    )


def _within(phrase: str) -> str:
    """Return what begins a line as it stands within a sentence."""
    return phrase[:1].lower() + phrase[1:]


def _write(value: object) -> str:
    if isinstance(value, Sentence):
        return say(value)
    if isinstance(value, Coded):
        return item_name(value.code) if value.vocabulary == "item" else word(value.code, value.vocabulary)
    if isinstance(value, list | tuple):
        return ", ".join(map(_write, value))
    return whole(value) if isinstance(value, int) else str(value)
