"""Nothing is lost and nobody is rung twice while processes are killed: the short run of `make faults`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.faults.hour import Plan, play


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_every_promise_is_kept_once_while_everything_is_killed(
    kind: str, tmp_path: Path
) -> None:
    plan = Plan(
        database=kind,
        seed=11 if kind == "sqlite" else 12,
        promises=16,
        kills=10,
        seconds=20,
        rate=8,
        longest_pause=0.5,
        agents=6,
    )
    report = await play(plan, tmp_path)
    assert report.verdict.everything() == [], report.as_text()
    assert report.kills >= plan.kills
    assert report.promised >= plan.promises
    # Every tenth promise was moved and taken back after its end, and both were refused.
    assert report.refused >= 2, report.as_text()
