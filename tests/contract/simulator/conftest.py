from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from twilio.rest import Client

from tests.contract.simulator.official import InProcess, Judge, load
from tests.unit.simulator.stage import Stage

NAME = "twilio_api_v2010.json"


@pytest.fixture(scope="session")
def judge() -> Judge | None:
    """Twilio's API description as a judge, where it can be found."""
    root = Path(__file__).parents[3]
    folder = os.environ.get("TWILIO_OPENAPI_DIR")
    places = [Path(folder)] if folder else []
    places.append(root.parent / "shared")
    for place in places:
        if (place / NAME).is_file():
            return Judge(load((place / NAME).read_text("utf-8")))
    return None


@dataclass
class Contract:
    """A stage, and the official library in front of it."""

    stage: Stage
    twilio: Client
    http: InProcess
    judge: Judge | None


@pytest.fixture
async def contract(judge: Judge | None) -> AsyncIterator[Contract]:
    """The official library against the simulator; whatever it exchanges is judged at the end."""
    stage = Stage()
    http = InProcess(stage.client, judge)
    twilio = Client(stage.account.sid, stage.account.auth_token, http_client=http)
    twilio.api.base_url = "http://127.0.0.1:4010"
    yield Contract(stage, twilio, http, judge)
    await stage.close()
    assert http.wrong == []
