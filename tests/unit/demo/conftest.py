from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.demo.made_up_log import ROWS, write_log

ROOT = Path(__file__).parents[3]
FILE = "small_bank_percall_1999-02.csv.gz"


@pytest.fixture
def small_log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "log.csv.gz", ROWS)


@pytest.fixture(scope="session")
def real_log() -> Path:
    shared = Path(os.environ.get("CALLBACK_SHARED_DIR") or ROOT.parent / "shared")
    path = shared / "data" / FILE
    if not path.exists():
        pytest.skip(f"{FILE} is not at hand: real logs are never part of the project")
    return path
