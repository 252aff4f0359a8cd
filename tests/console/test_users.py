"""The administrators' page: who is invited, changed, shut out; and that somebody always administers."""

from __future__ import annotations

import html
import re

from callback.keys import Role
from callback.people.user import User
from tests.console.conftest import PASSWORD, Console


def link_in(text: str) -> str:
    found = re.search(r'id="link" readonly value="[^"]+(/password/[^"]+)"', text)
    assert found is not None, text
    return html.unescape(found[1])


async def test_an_invited_user_comes_in_with_her_role_and_desk(console: Console) -> None:
    agent = await console.office.agent(await console.office.line())
    admin = await console.signed_in(Role.ADMIN)
    made = await admin.post(
        "/users", 200, email="Ada@Example.com", name="Ada <b>", role="supervisor", agent_id=agent.id
    )
    assert "Ada &lt;b&gt;" in made.text
    visit = console.stranger()
    link = link_in(made.text)
    await visit.get(link)
    await visit.post(link, password=PASSWORD)
    assert "Ada &lt;b&gt;" in (await visit.get("/account")).text
    await visit.get("/users", 403)
    assert "/password/" not in (await admin.get("/users")).text


async def test_what_cannot_be_is_said_and_changes_nothing(console: Console) -> None:
    agent = await console.office.agent(await console.office.line())
    admin = await console.signed_in(Role.ADMIN)
    fine = {"email": "a@example.com", "name": "A", "role": "agent"}
    await admin.post("/users", 200, **fine, agent_id=agent.id)
    for wrong, word in (
        ({"email": "nonsense"}, "ada@example.com"),
        ({"email": "A@example.com "}, "has an account already"),
        ({"email": "b@example.com", "name": " "}, "characters"),
        ({"email": "b@example.com", "agent_id": "nobody"}, "there is no agent"),
        ({"email": "b@example.com", "agent_id": agent.id}, "another user"),
        ({"email": "b@example.com", "role": "king"}, "cannot be used"),
    ):
        answer = await admin.post("/users", 422, **fine | wrong)
        assert word in answer.text, wrong
    assert (await admin.get("/users")).text.count("example.com<") == len(Role) + 1


async def test_the_last_administrator_stays(console: Console) -> None:
    admin = await console.signed_in(Role.ADMIN)
    own = f"/users/{console.users[Role.ADMIN].id}"
    for path, fields in ((own, {"role": "agent"}), (f"{own}/disable", {})):
        answer = await admin.post(path, 409, **fields)
        assert "last administrator" in answer.text
    second = f"/users/{console.users[Role.MANAGER].id}"
    await admin.post(second, role="admin")
    await admin.post(f"{own}/disable")
    await admin.get("/users", 303)


async def test_a_disabled_user_comes_back_when_enabled(console: Console) -> None:
    admin = await console.signed_in(Role.ADMIN)
    user = console.users[Role.AGENT]
    visit = await console.signed_in()
    await admin.post(f"/users/{user.id}/disable")
    await visit.get("/account", 303)
    await admin.post(f"/users/{user.id}/link", 403)
    await admin.post(f"/users/{user.id}/enable")
    answer = await admin.post(f"/users/{user.id}/link", 200)
    await console.stranger().get(link_in(answer.text))
    row = await console.office.again(user)
    assert isinstance(row, User)
    assert row.disabled_at is None
