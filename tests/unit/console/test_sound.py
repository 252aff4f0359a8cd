"""Which part of a sound a browser is given."""

from __future__ import annotations

import pytest

from webhooks.sound import answer_sound, part_of


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("", None),
        ("bytes=0-", range(10)),
        ("bytes=0-1", range(2)),
        ("bytes=4-", range(4, 10)),
        ("bytes=4-99", range(4, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-99", range(10)),
        ("bytes=10-", None),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=-0", None),
        ("bytes=0-1,4-5", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
    ],
)
def test_a_single_range_is_heeded_and_anything_else_is_ignored(
    wanted: str, part: range | None
) -> None:
    assert part_of(wanted, 10) == part


def test_a_part_says_where_it_belongs() -> None:
    answer = answer_sound(b"0123456789", "bytes=2-4")
    assert (answer.status_code, answer.body) == (206, b"234")
    assert answer.headers["content-range"] == "bytes 2-4/10"
    assert answer.headers["content-length"] == "3"
    whole = answer_sound(b"0123456789")
    assert (whole.status_code, whole.body) == (200, b"0123456789")
    assert "content-range" not in whole.headers
