"""What the fields of bodies refuse that marshmallow would take."""

from typing import Any

import pytest
from marshmallow import ValidationError

from shared.http.fields import Flag


@pytest.mark.parametrize("value", [True, False])
def test_a_flag_is_true_or_false(value: bool) -> None:
    assert Flag().deserialize(value) is value


@pytest.mark.parametrize("value", [1, 0, 1.0, "true", "on", "", [], None])
def test_what_stands_for_true_or_false_is_no_flag(value: Any) -> None:
    with pytest.raises(ValidationError):
        Flag().deserialize(value)
