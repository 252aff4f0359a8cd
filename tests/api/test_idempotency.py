"""The same request under the same key is one request, at the same time or a day apart."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from callback.idempotency import RememberedAnswer
from callback.keys import Role
from tests.api.conftest import Api
from tests.integration.office import Office

PERSON = "+14155550111"
TEN = "2026-03-02T10:00:00Z"


async def ask(
    api: Api, line_id: str, key: str | None, role: Role = Role.ADMIN, **more: object
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {api.secrets[role]}"}
    if key is not None:
        headers["Idempotency-Key"] = key
    body = {"line_id": line_id, "phone_number": PERSON, "promised_from": TEN} | more
    return await api.web.post("/api/v1/callbacks", headers=headers, json=body)


async def promised(api: Api) -> list[dict[str, Any]]:
    return list((await api("GET", "/callbacks"))["items"])


async def test_a_repeated_request_has_the_first_ones_answer(api: Api, office: Office) -> None:
    line = await office.line()
    first = await ask(api, line.id, "one")
    office.clock.move(timedelta(minutes=5))
    await api(
        "PATCH", f"/callbacks/{first.json()['id']}", json={"promised_from": "2026-03-02T12:00:00Z"}
    )
    second = await ask(api, line.id, "one")
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert len(await promised(api)) == 1


async def test_two_at_once_are_one(api: Api, office: Office) -> None:
    line = await office.line()
    answers = await asyncio.gather(*(ask(api, line.id, "one") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await promised(api)) == 1


async def test_another_request_under_the_same_key_is_refused(api: Api, office: Office) -> None:
    line = await office.line()
    await ask(api, line.id, "one")
    other = await ask(api, line.id, "one", phone_number="+14155550112")
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"
    assert len(await promised(api)) == 1


async def test_the_same_fields_in_another_order_are_the_same_request(
    api: Api, office: Office
) -> None:
    line = await office.line()
    first = await ask(api, line.id, "one")
    body = {"promised_from": TEN, "phone_number": PERSON, "line_id": line.id}
    headers = {"Authorization": f"Bearer {api.secrets[Role.ADMIN]}", "Idempotency-Key": "one"}
    second = await api.web.post("/api/v1/callbacks", headers=headers, json=body)
    assert second.json() == first.json()


async def test_keys_of_two_callers_are_two_keys(api: Api, office: Office) -> None:
    line = await office.line()
    await ask(api, line.id, "one")
    other = await ask(api, line.id, "one", Role.AGENT, phone_number="+14155550112")
    assert other.status_code == 201
    assert len(await promised(api)) == 2


async def test_a_refused_request_may_be_tried_again(api: Api, office: Office) -> None:
    line = await office.line(callbacks_per_window=0)
    assert (await ask(api, line.id, "one")).status_code == 409
    async with office.database.transaction() as session:
        row = await session.get_one(type(line), line.id)
        row.callbacks_per_window = 5
    assert (await ask(api, line.id, "one")).status_code == 201


async def test_a_key_is_kept_for_a_day(api: Api, office: Office) -> None:
    line = await office.line()
    await ask(api, line.id, "one")
    office.clock.move(timedelta(hours=24))
    other = await ask(
        api, line.id, "one", phone_number="+14155550112", promised_from="2026-03-04T10:00:00Z"
    )
    assert other.status_code == 201
    async with office.database.reading() as session:
        assert len((await session.exec(select(RememberedAnswer))).all()) == 1


async def test_without_a_key_each_request_is_its_own(api: Api, office: Office) -> None:
    line = await office.line()
    assert (await ask(api, line.id, None)).status_code == 201
    assert (await ask(api, line.id, None)).json()["rule"] == "one_callback_per_person"


@pytest.mark.parametrize("key", ["", "two words", "x" * 256])
async def test_a_key_that_is_none_is_refused(api: Api, office: Office, key: str) -> None:
    line = await office.line()
    assert (await ask(api, line.id, key)).status_code == 422
