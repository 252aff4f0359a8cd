"""Who may do what, over every route of the API; and what operators may ask without a key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from callback.database import Database
from callback.keys import ApiKey, Role, digest_of
from callback.promises.lifecycle import CallbackStatus
from tests.api.conftest import Api
from tests.integration.office import Office

NEW_LINE = {"name": "New", "numbers": ["+14155550177"], "time_zone": "UTC"}
NEW_AGENT = {"name": "Ada", "endpoint": "client:ada"}

# Each route, who may use it at the least, and what it answers when she does.
ROUTES: list[tuple[str, str, Role, int, dict[str, Any]]] = [
    ("POST", "/lines", Role.ADMIN, 201, {"json": NEW_LINE}),
    ("GET", "/lines", Role.AGENT, 200, {}),
    ("GET", "/lines/{line_id}", Role.AGENT, 200, {}),
    ("PATCH", "/lines/{line_id}", Role.ADMIN, 200, {"json": {"ring_seconds": 30}}),
    ("GET", "/lines/{line_id}/wait", Role.AGENT, 200, {}),
    ("GET", "/lines/{line_id}/live", Role.AGENT, 200, {}),
    ("POST", "/agents", Role.ADMIN, 201, {"json": NEW_AGENT}),
    ("GET", "/agents", Role.AGENT, 200, {}),
    ("GET", "/agents/{agent_id}", Role.AGENT, 200, {}),
    ("PUT", "/agents/{agent_id}/status", Role.AGENT, 200, {"json": {"status": "away"}}),
    ("GET", "/callbacks", Role.AGENT, 200, {}),
    ("GET", "/callbacks/{callback_id}", Role.AGENT, 200, {}),
    ("POST", "/callbacks", Role.AGENT, 422, {"json": {}}),
    ("PATCH", "/callbacks/{callback_id}", Role.AGENT, 422, {"json": {}}),
    ("DELETE", "/callbacks/{callback_id}", Role.AGENT, 409, {}),
    ("GET", "/callbacks/{callback_id}/note", Role.AGENT, 404, {}),
    ("DELETE", "/callbacks/{callback_id}/note", Role.SUPERVISOR, 404, {}),
    ("POST", "/callbacks/bulk", Role.SUPERVISOR, 422, {"json": {}}),
    ("PUT", "/callbacks/{callback_id}/agent", Role.SUPERVISOR, 409, {"json": {"agent_id": None}}),
    ("POST", "/callbacks/{callback_id}/dial-now", Role.SUPERVISOR, 409, {}),
    ("POST", "/callbacks/{callback_id}/revoke-link", Role.SUPERVISOR, 200, {}),
    ("GET", "/audit", Role.ADMIN, 200, {}),
    ("GET", "/conversations", Role.SUPERVISOR, 200, {}),
    ("POST", "/conversations/{reservation_id}/supervisors", Role.SUPERVISOR, 422, {"json": {}}),
    (
        "PATCH",
        "/conversations/{reservation_id}/supervisors/{leg_id}",
        Role.SUPERVISOR,
        422,
        {"json": {}},
    ),
    ("DELETE", "/conversations/{reservation_id}/supervisors/{leg_id}", Role.SUPERVISOR, 404, {}),
    ("GET", "/calls", Role.AGENT, 200, {}),
    ("GET", "/lines/{line_id}/plan", Role.SUPERVISOR, 200, {}),
    ("PUT", "/lines/{line_id}/plan", Role.MANAGER, 422, {"json": {}}),
    ("GET", "/forecasts", Role.SUPERVISOR, 422, {}),
    ("GET", "/forecasts/accuracy", Role.SUPERVISOR, 422, {}),
    ("GET", "/staffing", Role.SUPERVISOR, 422, {}),
    ("GET", "/reports/peaks", Role.SUPERVISOR, 422, {}),
    ("GET", "/reports/service", Role.SUPERVISOR, 422, {}),
    ("GET", "/reports/punctuality", Role.SUPERVISOR, 422, {}),
    ("GET", "/reports/survey", Role.SUPERVISOR, 422, {}),
]
RANK = list(Role)


@pytest.fixture
async def paths(office: Office) -> dict[str, str]:
    line = await office.line()
    agent = await office.agent(line)
    callback = await office.owed(line, status=CallbackStatus.COMPLETED)
    return {"line_id": line.id, "agent_id": agent.id, "callback_id": callback.id} | {
        "reservation_id": "none",
        "leg_id": "none",
    }


async def test_every_route_that_there_is_stands_in_the_table(api: Api) -> None:
    described = (await api.web.get("/openapi.json")).json()["paths"]
    served = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in described.items()
        if path.startswith("/api/v1")
        for method in methods
    }
    assert served == {(method, path) for method, path, _, _, _ in ROUTES}


async def test_each_role_may_do_what_it_may_and_nothing_more(
    api: Api, paths: dict[str, str]
) -> None:
    for method, path, least, status, given in ROUTES:
        for role in Role:
            allowed = RANK.index(role) >= RANK.index(least)
            expect = status if allowed else 403
            if allowed and (method, path) == ("POST", "/lines"):
                given = {"json": NEW_LINE | {"numbers": [f"+1415555017{RANK.index(role)}"]}}
            answer = await api(method, path.format(**paths), expect, role, **given)
            if not allowed:
                assert answer["type"] == "about:blank#not-allowed"
                assert least in answer["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer cb_nonsense"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="},
        {"Authorization": "Bearer \u00e9".encode("latin-1").decode("latin-1")},
    ],
)
async def test_without_a_key_of_ours_nothing_is_told(
    api: Api, paths: dict[str, str], headers: dict[str, str]
) -> None:
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    for method, path, _, _, given in ROUTES:
        answer = await api.web.request(
            method, f"/api/v1{path.format(**paths)}", headers=raw, **given
        )
        assert answer.status_code == 401, (method, path)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        api.is_problem(answer)


async def test_who_is_not_signed_in_learns_nothing_of_what_there_is(api: Api) -> None:
    answers = [await api.web.get(f"/api/v1/lines/{line_id}") for line_id in ("nothing", "0" * 32)]
    assert [answer.status_code for answer in answers] == [401, 401]


async def test_a_revoked_key_is_no_key(api: Api, office: Office) -> None:
    await api("GET", "/lines", role=Role.MANAGER)
    async with office.database.transaction() as session:
        digest = digest_of(api.secrets[Role.MANAGER])
        key = (await session.exec(select(ApiKey).where(ApiKey.digest == digest))).one()
        key.revoked_at = office.clock.now()
    await api("GET", "/lines", 401, Role.MANAGER)


async def test_of_a_key_only_its_digest_is_kept(api: Api, office: Office) -> None:
    async with office.database.reading() as session:
        rows = (await session.exec(select(ApiKey))).all()
    assert len(rows) == len(Role)
    for row in rows:
        assert not any(secret in str(row.model_dump()) for secret in api.secrets.values())


async def test_the_scheme_is_read_as_http_wants_it(api: Api) -> None:
    headers = {"Authorization": f"bearer  {api.secrets[Role.AGENT]} "}
    assert (await api.web.get("/api/v1/lines", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/lines", 405), ("GET", "/nothing", 404)],
)
async def test_what_there_is_not_is_a_problem_too(
    api: Api, method: str, path: str, status: int
) -> None:
    answer = await api.web.request(method, path)
    assert answer.status_code == status
    api.is_problem(answer)


async def test_operators_ask_without_a_key(api: Api, office: Office) -> None:
    line = await office.line()
    await office.agent(line)
    await office.owed(line)
    await office.owed(line, 1)
    for path in ("/healthz", "/readyz"):
        answer = await api.web.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    metrics = await api.web.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert metrics.text.splitlines() == [
        "# TYPE callback_callbacks gauge",
        'callback_callbacks{status="waiting"} 2',
        "# TYPE callback_calls gauge",
        "# TYPE callback_agents gauge",
        'callback_agents{status="available"} 1',
        "# TYPE callback_in_danger gauge",
        "callback_in_danger 0",
    ]
    assert "+1415" not in metrics.text


@pytest.fixture(params=["a broken file", "no server"])
async def broken(
    request: pytest.FixtureRequest, office: Office, tmp_path: Path
) -> AsyncIterator[Api]:
    (tmp_path / "broken.db").write_bytes(b"this is no database" * 1000)
    url = f"sqlite:///{tmp_path / 'broken.db'}"
    if request.param == "no server":
        url = "postgresql://nobody@127.0.0.1:1/nothing"
    database = Database(url)
    office.runtime = replace(office.runtime, database=database)
    client = Api(office)
    try:
        async with client.web:
            yield client
    finally:
        await database.close()


async def test_without_a_database_the_process_is_alive_and_not_ready(broken: Api) -> None:
    assert (await broken.web.get("/healthz")).status_code == 200
    ready = await broken.web.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"status": "the database does not answer"})
    metrics = await broken.web.get("/metrics")
    assert metrics.status_code == 503
    answer = await broken.web.get("/api/v1/lines", headers={"Authorization": "Bearer cb_x"})
    assert answer.status_code == 503
    broken.is_problem(answer)
    assert answer.json()["type"] == "about:blank#unavailable"


async def test_a_database_that_goes_away_is_noticed_and_so_is_its_return(
    api: Api, office: Office, postgres_server: str
) -> None:
    if office.database.is_sqlite:
        pytest.skip("a file does not go away")
    assert (await api.web.get("/readyz")).status_code == 200
    name = office.database.engine.url.database
    other = Database(postgres_server)
    try:
        async with other.engine.connect() as connection:
            there = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await there.execute(text(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false'))
            await there.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
                ),
                {"name": name},
            )
            assert (await api.web.get("/readyz")).status_code == 503
            await there.execute(text(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true'))
        assert (await api.web.get("/readyz")).status_code == 200
    finally:
        await other.close()
