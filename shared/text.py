"""What a text may hold, whether it comes as JSON, from a form or in a file."""

import re

# Control characters other than line feed and tab; what has text read in another order than it is kept
# in; halves of a pair of surrogates, which JSON can hold and no database takes.
_DECEPTIVE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def is_plain(text: str) -> bool:
    """Tell whether a text shows what it holds, on a page, in a terminal and in a spreadsheet."""
    return _DECEPTIVE.search(text) is None
