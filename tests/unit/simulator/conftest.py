from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.simulator.stage import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    there = Stage()
    yield there
    await there.close()
