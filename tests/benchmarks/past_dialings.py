"""A long past of the tables that dialling fills, written without a Python loop over it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from callback.agents.agent import Agent
from callback.database import Database
from callback.lines.line import Line
from tests.benchmarks.bench_waiting import know_the_tables

RESERVATIONS = (
    "reservation",
    "id, agent_id, line_id, callback_id, status, ending, conference, reason, created_at, ended_at",
    "'past-' || {i}, :agent, :line, 'past-' || {i}, 'ended', 'finished', 'past', '', :at, :at",
)
LEGS = (
    "leg",
    'id, role, reservation_id, callback_id, line_id, number, "to", status, outcome, detail, menu,'
    " created_at, not_before, claimed_until, placed_at, call_sid, ended_at",
    "'past-' || {i}, 'person', 'past-' || {i}, 'past-' || {i}, :line, 1, '+1212555' || {i}, 'ended',"
    " 'completed', '', '{{}}', :at, :at, :at, :at, 'CA' || {i}, :at",
)


async def past_dialings(
    database: Database, line: Line, agent: Agent, count: int, at: datetime
) -> None:
    """Write down a reservation and a leg for each of `count` callbacks that ended at an instant.

    They belong to the callbacks that `past_callbacks` writes.
    """
    sqlite = database.is_sqlite
    series = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
        if sqlite
        else f"WITH n AS (SELECT generate_series(1, {count}) AS i)"
    )
    instant = at.replace(tzinfo=None).isoformat(" ") if sqlite else at
    async with database.transaction() as session:
        connection = await session.connection()
        for table, columns, row in (RESERVATIONS, LEGS):
            values = row.format(i="i" if sqlite else "i::text")
            statement = f"{series} INSERT INTO {table} ({columns}) SELECT {values} FROM n"
            given = {"line": line.id, "at": instant}
            if ":agent" in values:
                given["agent"] = agent.id
            await connection.execute(text(statement), given)
    await know_the_tables(database)
