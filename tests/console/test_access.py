"""Who may see and do what: every route of the console with every role, and without any."""

from __future__ import annotations

import pytest

from callback.keys import Role, allows
from tests.console.conftest import Console
from webhooks.console.router import RIGHTS

NOBODY = "0" * 32
FILLED = {"{link}": "nonsense", "{asked}": "0", "{name}": "console.css"}


def address(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return "/".join(NOBODY if part.startswith("{") else part for part in path.split("/"))


def test_every_route_of_the_console_says_who_may(console: Console) -> None:
    served = {
        (method, context.path)
        for routes in console.app.routes
        if hasattr(routes, "effective_route_contexts")
        for context in routes.effective_route_contexts()
        if context.endpoint.__module__.startswith("webhooks.console.")
        for method in context.methods
    }
    assert served == {(right.method, right.path) for right in RIGHTS}
    assert len(RIGHTS) == len(served) > 10


async def test_each_role_may_do_what_it_may_and_nothing_more(console: Console) -> None:
    for right in RIGHTS:
        if right.who is None or right.path in {"/live", "/sign-out"}:
            continue
        for role in Role:
            visit = await console.signed_in(role)
            sent = {"form_secret": visit.form_secret} if right.method == "POST" else None
            answer = await visit.web.request(right.method, address(right.path), data=sent)
            if not allows(role, right.who):
                assert answer.status_code == 403, (right, role)
                assert f"this needs the role {right.who}" in answer.text
            else:
                # What a role may do may still need a desk of one's own, or a password.
                assert "this needs the role" not in answer.text, (right, role)
                assert answer.status_code < 500, (right, role, answer.text)


async def test_who_is_not_signed_in_is_sent_to_the_door(console: Console) -> None:
    for right in RIGHTS:
        if right.who is None:
            continue
        answer = await console.stranger().web.request(right.method, address(right.path))
        assert answer.status_code == 303, right
        assert answer.headers["Location"].startswith("/sign-in")
        by_itself = await console.stranger().web.request(
            right.method, address(right.path), headers={"X-By-Itself": "1"}
        )
        assert by_itself.status_code == 401, right


@pytest.mark.parametrize("sent", [{}, {"form_secret": ""}, {"form_secret": "nonsense"}])
async def test_no_form_is_accepted_that_another_site_could_have_sent(
    console: Console, sent: dict[str, str]
) -> None:
    visit = await console.signed_in(Role.ADMIN)
    for right in RIGHTS:
        if right.method != "POST":
            continue
        answer = await visit.web.post(address(right.path), data=sent)
        assert answer.status_code == 403, right
        assert "open for too long" in answer.text
    await visit.get("/account")  # nothing of it was done: still signed in


async def test_a_form_of_another_session_is_refused(console: Console) -> None:
    ada, eve = await console.signed_in(Role.ADMIN), await console.signed_in(Role.ADMIN)
    ada.form_secret = eve.form_secret
    await ada.post("/account/sessions/end", 403)


async def test_every_page_carries_the_headers_that_keep_others_out(console: Console) -> None:
    visit = await console.signed_in(Role.ADMIN)
    for path in ("/", "/account", "/users", "/sign-in", "/password/x"):
        headers = (await visit.web.get(path)).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Strict-Transport-Security"].startswith("max-age=")


async def test_pages_have_nothing_inline_that_the_policy_forbids(console: Console) -> None:
    visit = await console.signed_in(Role.ADMIN)
    for path in ("/account", "/users", "/sign-in"):
        html = (await visit.web.get(path)).text
        assert "<style" not in html
        assert " style=" not in html
        assert " onclick=" not in html
        assert html.count("<script") == html.count('<script type="module" src="/static/')


async def test_static_files_are_kept_for_ever_under_their_hash_only(console: Console) -> None:
    visit = console.stranger()
    html = (await visit.get("/sign-in")).text
    address = html.split('rel="stylesheet" href="')[1].split('"')[0]
    kept = await visit.get(address)
    assert "immutable" in kept.headers["Cache-Control"]
    assert kept.headers["Content-Type"].startswith("text/css")
    other = await visit.get("/static/0000/console.css")
    assert other.headers["Cache-Control"] == "no-cache"
    await visit.get("/static/0000/nothing.css", 404)
    await visit.get("/static/0000/..%2Fpages.py", 404)


async def test_the_api_accepts_a_session_as_it_does_a_key(console: Console) -> None:
    office = console.office
    line = await office.line()
    own, other = await office.agent(line), await office.agent(line, 1)
    async with office.runtime.work() as work:
        user = await work.session.get_one(
            type(console.users[Role.AGENT]), console.users[Role.AGENT].id
        )
        user.agent_id = own.id
    visit = await console.signed_in()
    assert (await visit.web.get("/api/v1/lines")).status_code == 200
    assert (await visit.web.post("/api/v1/lines", json={})).status_code == 403
    change = {"json": {"status": "away"}}
    # Without the secret of its forms, with it for somebody else, and with it for herself.
    path = "/api/v1/agents/{}/status"
    assert (await visit.web.put(path.format(own.id), **change)).status_code == 403
    visit.web.headers["X-Form-Secret"] = visit.form_secret
    assert (await visit.web.put(path.format(other.id), **change)).status_code == 403
    assert (await visit.web.put(path.format(own.id), **change)).status_code == 200
    above = await console.signed_in(Role.SUPERVISOR)
    above.web.headers["X-Form-Secret"] = above.form_secret
    assert (await above.web.put(path.format(other.id), **change)).status_code == 200
    strange = await console.stranger().web.get("/api/v1/lines")
    assert strange.status_code == 401
