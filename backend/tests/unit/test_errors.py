"""One line of an error: what, which value, what was expected, what to do."""

from __future__ import annotations

import pytest

from src.data_eng.commands import Command
from src.data_eng.errors import SpymasterError, did_you_mean


def test_an_error_says_what_value_expected_and_fix_each_once() -> None:
    error = SpymasterError("size {value} ({value!r}) is odd.", value="3", expected="an even one", fix=Command(("docs",)))
    assert str(error) == "size 3 ('3') is odd. Expected an even one. Run: spymaster docs"
    assert error.message == "size 3 ('3') is odd. Expected an even one."
    assert str(SpymasterError("odd.", fix="Count again.")) == "odd. Count again."
    assert str(SpymasterError("odd {value}.")) == "odd None."


@pytest.mark.parametrize(("value", "said"), [("pm_hihg", " Did you mean pm_high?"), ("zzz", ""), ("pm_high", " Did you mean pm_high?")])
def test_a_near_miss_is_named_and_a_far_one_is_not(value: str, said: str) -> None:
    assert did_you_mean(value, ["vwap", "pm_high"]) == said
