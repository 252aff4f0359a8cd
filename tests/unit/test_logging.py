"""A phone number never appears in a log line: not in the message, its arguments, or what an error says."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import IntegrityError

from callback.ids import new_id
from callback.office import set_up_logging
from tests.unit.builders import utc

CANARY = "+14155550123"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What our set-up writes, with the root logger put back afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("twilio", "aiosqlite")}
    # The test runner's own handlers must not be closed by ours being set up.
    root.handlers = []
    set_up_logging("INFO")
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    handler.setStream(stream)
    try:
        yield stream
    finally:
        root.handlers, root.level = before, level
        for name, was in levels.items():
            logging.getLogger(name).setLevel(was)


def digits_left(text: str) -> int:
    """The longest run of the canary's digits that can still be read."""
    plain = re.sub(r"[^\d*]", "", text)
    canary = CANARY.removeprefix("+")
    return max(
        (
            length
            for length in range(1, len(canary) + 1)
            for start in range(len(canary) - length + 1)
            if canary[start : start + length] in plain
        ),
        default=0,
    )


def test_the_search_for_the_canary_finds_it() -> None:
    assert digits_left("from +1 (415) 555-0123") == 11
    assert digits_left("from +1*******23") < 4


log = logging.getLogger("callback.canary")


def raise_with(text: str) -> None:
    raise ValueError(text)


def test_not_in_a_message(written: io.StringIO) -> None:
    log.info(f"from {CANARY} again")
    assert "from +1" in written.getvalue()
    assert digits_left(written.getvalue().split("canary: ")[1]) < 4


def test_not_in_an_argument(written: io.StringIO) -> None:
    log.info("from %s to %r, %d times", CANARY, {"number": CANARY}, 3)
    said = written.getvalue().split("canary: ")[1]
    assert said.endswith("3 times\n")
    assert digits_left(said) < 4


@pytest.mark.parametrize(
    "number", ["(415) 555-0123", "415.555.0123", "%2B14155550123", "14155550123"]
)
def test_not_in_any_way_of_writing_it(written: io.StringIO, number: str) -> None:
    log.info("from %s", number)
    assert digits_left(written.getvalue().split("canary: ")[1]) < 5


def test_not_in_what_an_exception_says(written: io.StringIO) -> None:
    try:
        raise_with(f"cannot ring {CANARY}")
    except ValueError:
        log.exception("trouble")
    said = written.getvalue().split("canary: ")[1]
    assert "ValueError: cannot ring +1" in said
    assert digits_left(said) < 4


def test_not_in_the_cause_of_an_exception(written: io.StringIO) -> None:
    def fail() -> None:
        try:
            raise_with(CANARY)
        except ValueError as error:
            raise RuntimeError("later") from error

    try:
        fail()
    except RuntimeError:
        log.exception("trouble")
    said = written.getvalue().split("canary: ")[1]
    assert "RuntimeError: later" in said
    assert digits_left(said) < 4


def test_not_in_the_values_of_a_statement_that_failed(written: io.StringIO) -> None:
    error = IntegrityError("INSERT", {"number": CANARY}, Exception(f"({CANARY}) exists"))
    log.error("trouble", exc_info=error)
    said = written.getvalue().split("canary: ")[1]
    assert "IntegrityError" in said
    assert digits_left(said) < 4


def test_not_in_what_others_log(written: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").error("trouble", exc_info=ValueError(CANARY))
    logging.getLogger("asyncio").error("lost %s", CANARY)
    said = written.getvalue().split("uvicorn.error: ")[1]
    assert "ValueError" in said
    assert "lost +1" in said
    assert digits_left(re.sub(r"\d{4}-\d\d-\d\d [\d:,]+", "", said)) < 4


def test_the_time_of_a_line_stays_readable(written: io.StringIO) -> None:
    log.info("hello")
    assert re.match(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO callback.canary: hello", written.getvalue()
    )


def test_an_identifier_stays_whole(written: io.StringIO) -> None:
    """Who reads of trouble with a leg wants to find the leg."""
    identifier = new_id(utc(2026, 3, 2, 18))
    sid = "CA" + "0123456789" * 3 + "ab"
    log.info("leg %s, call %s, callback:%s:2", identifier, sid, identifier)
    assert f"leg {identifier}, call {sid}, callback:{identifier}:2\n" in written.getvalue()


def test_a_second_set_up_does_not_log_twice(written: io.StringIO) -> None:
    log.info("once")
    assert written.getvalue().count("once") == 1


def test_a_date_stays_readable(written: io.StringIO) -> None:
    log.info("due 2026-03-02T18:00:00+00:00, asked 2026-03-02 17:59:58.123456")
    assert "due 2026-03-02T18:00:00+00:00, asked 2026-03-02 17:59:58" in written.getvalue()
