"""Plans over the API."""

from __future__ import annotations

from typing import Any

import pytest

from callback.keys import Role
from tests.api.conftest import Api

CSV = {"Content-Type": "text/csv"}
SHIFT = {"starts_at": "2026-03-02T08:00:00Z", "ends_at": "2026-03-02T16:00:00Z"}


async def sent(api: Api, line_id: str, expect: int = 200, **given: Any) -> Any:
    headers = given.pop("headers", {})
    secret = api.secrets[given.pop("role", Role.MANAGER)]
    answer = await api.web.put(
        f"/api/v1/lines/{line_id}/plan",
        headers={"Authorization": f"Bearer {secret}", **headers},
        **given,
    )
    assert answer.status_code == expect, answer.text
    return answer.json()


async def test_a_plan_goes_in_as_json_or_csv_and_comes_out(api: Api) -> None:
    line = await api.office.line(time_zone="Europe/Berlin")
    shifts = [SHIFT | {"name": "Ada"}, SHIFT | {"agents": 2}]
    assert (await sent(api, line.id, json={"shifts": shifts}))["planned"] == 2
    rows = b"start,end,agents\n2026-03-03 09:00,2026-03-03 17:00,4\n"
    assert await sent(api, line.id, content=rows, headers=CSV) == {
        "line_id": line.id,
        "planned": 1,
        "replaced": 0,
    }
    found = (await api("GET", f"/lines/{line.id}/plan", role=Role.SUPERVISOR))["items"]
    assert sorted((each["starts_at"], each["agents"]) for each in found) == [
        ("2026-03-02T08:00:00Z", 1.0),
        ("2026-03-02T08:00:00Z", 2.0),
        ("2026-03-03T08:00:00Z", 4.0),
    ]
    assert {each["name"] for each in found} == {"Ada", None}


async def test_the_same_plan_twice_is_the_plan_once(api: Api) -> None:
    line = await api.office.line()
    for _ in range(2):
        await sent(api, line.id, json={"shifts": [SHIFT]})
    assert len((await api("GET", f"/lines/{line.id}/plan"))["items"]) == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"json": {"shifts": [SHIFT | {"agents": -1}]}}, "shifts.0.agents"),
        ({"json": {"shifts": [SHIFT | {"who": "Ada"}]}}, "shifts.0.who"),
        ({"json": {"shifts": []}}, "no shift"),
        ({"content": b"nonsense", "headers": CSV}, "needs columns"),
        ({"content": b"x" * 5_000_001, "headers": CSV}, "larger than 5 MB"),
    ],
    ids=["negative", "misspelt", "empty", "nonsense", "large"],
)
async def test_a_plan_that_cannot_be_used_is_refused_and_changes_nothing(
    api: Api, given: dict[str, Any], says: str
) -> None:
    line = await api.office.line()
    await sent(api, line.id, json={"shifts": [SHIFT]})
    problem = await sent(api, line.id, 422, **given)
    assert says in problem["detail"]
    assert len((await api("GET", f"/lines/{line.id}/plan"))["items"]) == 1


async def test_a_plan_is_shown_for_a_stretch_of_time(api: Api) -> None:
    line = await api.office.line()
    await sent(api, line.id, json={"shifts": [SHIFT]})
    later = {"from": "2026-03-02T16:00:00Z", "to": "2026-03-05T00:00:00Z"}
    assert (await api("GET", f"/lines/{line.id}/plan", params=later))["items"] == []
    backwards = {"from": "2026-03-05T00:00:00Z", "to": "2026-03-02T00:00:00Z"}
    await api("GET", f"/lines/{line.id}/plan", 422, params=backwards)
    await sent(api, "nowhere", 404, json={"shifts": [SHIFT]})
