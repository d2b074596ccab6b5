"""Loops over arrays of whole numbers, as machine code that is kept for the next start."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from numba import config, njit

Given = ParamSpec("Given")
Returned = TypeVar("Returned")

_HERE = Path(__file__).parent
_SOURCES = b"".join(file.read_bytes() for file in sorted(_HERE.glob("*.py")))
_KEPT = _HERE / "__pycache__" / f"machine-code-{hashlib.sha256(_SOURCES).hexdigest()[:16]}"

# Numba looks only at the file of a function to tell whether what it kept is old, not at those that it calls.
config.CACHE_DIR = str(_KEPT)  # type: ignore[attr-defined] # it is made when numba is imported
_CAN_KEEP = os.access(_KEPT if _KEPT.exists() else _HERE, os.W_OK)


def compiled(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Return the function as machine code. It may use arrays, named tuples of them, and numbers, nothing else."""
    found: Callable[Given, Returned] = njit(cache=_CAN_KEEP)(function)
    return found


def leaf(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Return the function as machine code that is put into whoever calls it. It may make and return no arrays.

    Otherwise Numba would count the references to every array that it is given, at each call, which took longer than
    what such functions do. Their callers hold the arrays all the time.
    """
    without_counting: dict[str, Any] = {"_nrt": False}
    found: Callable[Given, Returned] = njit(cache=_CAN_KEEP, forceinline=True, **without_counting)(function)
    return found
