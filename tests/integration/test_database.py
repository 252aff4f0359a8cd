"""What the database promises: instants, foreign keys, and work that is done whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import col, func, select

from callback.agents.agent import AgentLine
from callback.calls.call import Call
from callback.clock import ManualClock
from callback.database import Database, async_url
from callback.errors import SetupError
from callback.jobs import JobName, Wake, Wish
from callback.lines.line import Line
from callback.runtime import Runtime
from tests.integration.office import Office, settings_of

NEW_YORK_WINTER = timezone(timedelta(hours=-5))


def line_made_at(instant: datetime) -> Line:
    return Line(id="line", name="Support", time_zone="UTC", country="US", created_at=instant)


async def lines_in(database: Database) -> int:
    async with database.reading() as session:
        return (await session.exec(select(func.count()).select_from(Line))).one()


async def test_an_instant_with_an_offset_comes_back_as_the_same_instant_in_utc(
    database: Database,
) -> None:
    nine = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=NEW_YORK_WINTER)
    async with database.transaction() as session:
        session.add(line_made_at(nine))
    async with database.reading() as session:
        kept = (await session.get_one(Line, "line")).created_at
    assert kept == nine
    assert kept.utcoffset() == timedelta(0)
    assert kept.isoformat() == "2026-03-02T14:00:00.123456+00:00"


async def test_instants_with_different_offsets_are_compared_as_instants(
    database: Database,
) -> None:
    async with database.transaction() as session:
        session.add(line_made_at(datetime(2026, 3, 2, 9, 0, tzinfo=NEW_YORK_WINTER)))
    async with database.reading() as session:
        for instant, found in (
            (datetime(2026, 3, 2, 13, 59, tzinfo=UTC), 1),
            (datetime(2026, 3, 2, 14, 1, tzinfo=UTC), 0),
        ):
            later = select(func.count()).where(col(Line.created_at) > instant)
            assert (await session.exec(later)).one() == found


async def test_an_instant_without_an_offset_is_refused(database: Database) -> None:
    async def write() -> None:
        async with database.transaction() as session:
            session.add(line_made_at(datetime(2026, 3, 2, 9, 0)))  # noqa: DTZ001 - the mistake

    with pytest.raises(StatementError):
        await write()
    assert await lines_in(database) == 0


async def test_a_row_that_refers_to_nothing_is_refused(database: Database) -> None:
    async def write() -> None:
        async with database.transaction() as session:
            session.add(AgentLine(agent_id="nobody", line_id="nowhere"))

    with pytest.raises(IntegrityError):
        await write()


async def test_what_others_refer_to_cannot_be_deleted(office: Office) -> None:
    line = await office.line()
    await office.caller(line)

    async def delete() -> None:
        async with office.database.transaction() as session:
            await session.delete(await session.get_one(Line, line.id))

    with pytest.raises(IntegrityError):
        await delete()


async def test_a_transaction_that_ends_well_is_kept(database: Database) -> None:
    async with database.transaction() as session:
        session.add(line_made_at(datetime(2026, 3, 2, tzinfo=UTC)))
    assert await lines_in(database) == 1


async def test_a_transaction_that_fails_leaves_nothing_behind(database: Database) -> None:
    async def write() -> None:
        async with database.transaction() as session:
            session.add(line_made_at(datetime(2026, 3, 2, tzinfo=UTC)))
            await session.flush()
            raise RuntimeError("something else went wrong")

    with pytest.raises(RuntimeError):
        await write()
    assert await lines_in(database) == 0


async def test_what_is_done_while_reading_is_not_kept(database: Database) -> None:
    async with database.reading() as session:
        session.add(line_made_at(datetime(2026, 3, 2, tzinfo=UTC)))
        await session.flush()
    assert await lines_in(database) == 0


async def test_rows_may_be_used_after_their_transaction(database: Database) -> None:
    async with database.transaction() as session:
        line = line_made_at(datetime(2026, 3, 2, tzinfo=UTC))
        session.add(line)
    assert line.name == "Support"


@pytest.mark.parametrize("url", ["mysql://host/name", "nonsense", "", "sqlite"])
def test_an_address_that_is_neither_database_is_refused_in_words(url: str) -> None:
    with pytest.raises(SetupError, match="DATABASE_URL"):
        async_url(url)


class Witness:
    """Job queue that looks, at each wish, whether the row is there for everybody else to see."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.seen: list[tuple[Wake, datetime | None, int]] = []

    async def wake_all(self, wishes: Sequence[Wish]) -> None:
        self.seen += [(*wish, await lines_in(self._database)) for wish in wishes]

    async def close(self) -> None:
        self.seen.clear()


@pytest.fixture
def witness(database: Database) -> Witness:
    return Witness(database)


@pytest.fixture
def runtime(office: Office, witness: Witness, clock: ManualClock) -> Runtime:
    telephony = office.telephony
    return Runtime(
        settings_of(office.runtime.settings.data_dir), clock, office.database, witness, telephony
    )


async def test_wake_ups_go_out_once_everybody_can_see_the_work(
    runtime: Runtime, witness: Witness
) -> None:
    later = runtime.clock.now() + timedelta(minutes=5)
    async with runtime.work() as work:
        work.session.add(line_made_at(work.now))
        work.wake(JobName.DISPATCH)
        work.wake(JobName.FALL_DUE, "callback", version=3, at=later)
        work.wake(JobName.DISPATCH)
        await work.session.flush()
        assert witness.seen == []
    assert witness.seen == [
        (Wake(JobName.DISPATCH), None, 1),
        (Wake(JobName.FALL_DUE, "callback", 3), later, 1),
    ]


async def test_nobody_is_woken_for_work_that_was_undone(runtime: Runtime, witness: Witness) -> None:
    async def fail() -> None:
        async with runtime.work() as work:
            work.session.add(line_made_at(work.now))
            work.wake(JobName.DISPATCH)
            await work.session.flush()
            raise RuntimeError("something else went wrong")

    with pytest.raises(RuntimeError):
        await fail()
    assert witness.seen == []
    assert await lines_in(runtime.database) == 0


async def test_nobody_is_woken_for_work_that_the_database_refuses_at_the_end(
    runtime: Runtime, witness: Witness
) -> None:
    async def fail() -> None:
        async with runtime.work() as work:
            work.session.add(
                Call(id="call", call_sid="CA1", line_id="nowhere", arrived_at=work.now)
            )
            work.wake(JobName.DISPATCH)

    with pytest.raises(IntegrityError):
        await fail()
    assert witness.seen == []
