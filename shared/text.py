"""What a text may hold, whether it comes as JSON, from a form or in a file."""

import re

# Control characters other than line feed and tab; what has text read in another order than it is kept
# in; halves of a pair of surrogates, which JSON can hold and no database takes.
_CONTROL = r"\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069"
_DECEPTIVE = re.compile(rf"[{_CONTROL}\ud800-\udfff]")
# The same for a JSON Schema, whose readers may take a character outside the first plane for two halves.
PLAIN = f"^[^{_CONTROL}]*$"


def is_plain(text: str) -> bool:
    """Tell whether a text shows what it holds, on a page, in a terminal and in a spreadsheet."""
    return _DECEPTIVE.search(text) is None
