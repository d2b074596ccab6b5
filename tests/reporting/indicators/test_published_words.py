"""What others published is told in the reader's language too."""

import csv
from importlib.resources import files

from services.reporting.dashboard.pages import PUBLISHED_WORDS

# Names, which are the same in both languages.
NAMES = {"BPS Susenas", "IDR", "USD 1.90 PPP"}


def test_every_word_of_the_published_figures_can_be_translated() -> None:
    text = files("services.reporting.indicators").joinpath("jombang_poverty.csv").read_text("utf-8")
    found = {
        row[column] for row in csv.DictReader(text.splitlines()) for column in ("unit", "method", "source")
    }
    assert found - NAMES == {str(word) for word in PUBLISHED_WORDS}
