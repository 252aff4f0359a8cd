"""Signing in and out: passwords, links, limits, and how long a session lasts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, func, select

from callback.keys import Role
from callback.people.attempts import PER_ACCOUNT, PER_ADDRESS, SPAN, SignInAttempt
from callback.people.link import LASTS, LinkKind
from callback.people.members import disable_user, get_user, invite
from callback.people.passwords import hash_password
from callback.people.session import IDLE, LIFE, Session
from callback.people.user import User
from tests.console.conftest import PASSWORD, Console, Visit

EMAIL = "agent@example.com"


async def give_password(console: Console, role: Role = Role.AGENT) -> None:
    password_hash = await hash_password(PASSWORD)
    async with console.office.runtime.work() as work:
        (await get_user(work, console.users[role].id)).password_hash = password_hash


async def try_password(
    visit: Visit, password: str, expect: int, email: str = EMAIL, **more: str
) -> httpx.Response:
    await visit.get("/sign-in")
    return await visit.post("/sign-in", expect, email=email, password=password, **more)


async def invitation(console: Console, role: Role = Role.AGENT) -> str:
    async with console.office.runtime.work() as work:
        return await invite(work, await get_user(work, console.users[role].id))


async def test_a_password_opens_and_signing_out_closes(console: Console) -> None:
    await give_password(console)
    visit = console.stranger()
    answer = await try_password(
        visit, PASSWORD, 303, email=" Agent@Example.com ", wanted="/account"
    )
    assert answer.headers["Location"] == "/account"
    cookie = answer.headers["Set-Cookie"]
    for word in ("__Host-callback=", "HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in cookie
    old = visit.web.cookies["__Host-callback"]
    page = await visit.get("/account")
    assert "agent@example.com" in page.text
    await visit.post("/sign-out")
    visit.web.cookies.set("__Host-callback", old)
    await visit.get("/account", 303)


async def test_without_tls_the_cookie_is_still_sent(console: Console) -> None:
    await give_password(console)
    settings = console.office.runtime.settings
    object.__setattr__(
        console.office.runtime,
        "settings",
        settings.model_copy(update={"public_base_url": "http://x"}),
    )
    answer = await try_password(console.stranger(), PASSWORD, 303)
    assert answer.headers["Set-Cookie"].startswith("callback=")
    assert "Secure" not in answer.headers["Set-Cookie"]


async def test_only_hashes_are_kept(console: Console) -> None:
    link = await invitation(console)
    visit = console.stranger()
    await visit.get(f"/password/{link}")
    await visit.post(f"/password/{link}", password=PASSWORD)
    secret = visit.web.cookies["__Host-callback"]
    async with console.office.database.reading() as session:
        rows = [
            str(row.model_dump())
            for table in (User, Session, SignInAttempt)
            for row in (await session.exec(select(table))).all()
        ]
    assert rows
    assert not any(word in row for row in rows for word in (PASSWORD, secret, link))


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "wrong"),
        ("nobody@example.com", PASSWORD),
        ("", ""),
        (EMAIL, PASSWORD + " "),
        (EMAIL, "x" * 900),
    ],
)
async def test_what_is_wrong_is_not_said(console: Console, email: str, password: str) -> None:
    await give_password(console)
    answer = await try_password(console.stranger(), password, 403, email=email)
    assert "The e-mail address or the password is wrong." in answer.text
    assert f'value="{password}"' not in answer.text or not password


async def test_after_five_failures_an_account_rests_for_a_quarter_of_an_hour(
    console: Console,
) -> None:
    await give_password(console)
    visit = console.stranger()
    for _ in range(PER_ACCOUNT):
        await try_password(visit, "wrong", 403)
    await try_password(visit, PASSWORD, 429)
    await try_password(visit, PASSWORD, 429, email=" AGENT@example.com")
    console.office.clock.move(SPAN)
    await try_password(visit, PASSWORD, 303)
    # A success forgives what was before it.
    for _ in range(PER_ACCOUNT - 1):
        await try_password(visit, "wrong", 403)
    await try_password(visit, PASSWORD, 303)


async def test_a_hundred_guesses_at_once_are_no_way_around(console: Console) -> None:
    visits = [console.stranger() for _ in range(12)]
    answers = await asyncio.gather(*(guess(visit) for visit in visits))
    assert sorted(answers) == [403] * PER_ACCOUNT + [429] * (len(visits) - PER_ACCOUNT)


async def guess(visit: Visit) -> int:
    await visit.get("/sign-in")
    sent = {"form_secret": visit.form_secret, "email": EMAIL, "password": "wrong"}
    return (await visit.web.post("/sign-in", data=sent)).status_code


async def test_one_address_cannot_try_all_accounts(console: Console) -> None:
    await give_password(console)
    async with console.office.runtime.work() as work:
        for number in range(PER_ADDRESS):
            work.session.add(
                SignInAttempt(id=f"{number}", account=f"{number}", address="127.0.0.1", at=work.now)
            )
    await try_password(console.stranger(), PASSWORD, 429)


async def test_a_session_ends_when_nobody_sits_there_and_at_last_in_any_case(
    console: Console,
) -> None:
    idle = await console.signed_in()
    console.office.clock.move(IDLE - timedelta(seconds=1))
    await idle.get("/account", headers={"X-By-Itself": "1"})
    console.office.clock.move(timedelta(seconds=1))
    await idle.get("/account", 303)
    busy = await console.signed_in()
    for _ in range(int(LIFE / timedelta(hours=1)) - 1):
        console.office.clock.move(timedelta(hours=1))
        await busy.get("/account")
    console.office.clock.move(timedelta(hours=1))
    await busy.get("/account", 303)


async def test_signing_in_makes_a_new_session_whatever_the_browser_held(console: Console) -> None:
    await give_password(console)
    visit = console.stranger()
    planted = "planted by somebody else"
    visit.web.cookies.set("__Host-callback", planted, domain="callback.example", path="/")
    await try_password(visit, PASSWORD, 303)
    assert visit.web.cookies.get("__Host-callback") != planted


async def test_a_disabled_user_is_out_at_once(console: Console) -> None:
    await give_password(console)
    visit = await console.signed_in()
    await visit.get("/account")
    async with console.office.runtime.work() as work:
        await disable_user(work, await get_user(work, console.users[Role.AGENT].id))
    await visit.get("/account", 303)
    await try_password(console.stranger(), PASSWORD, 403)


async def test_an_invitation_sets_the_password_once(console: Console) -> None:
    link = await invitation(console)
    visit = console.stranger()
    await visit.get(f"/password/{link}")
    for weak in ("short", "aaaaaaaaaaaaaaaa", EMAIL):
        await visit.post(f"/password/{link}", 422, password=weak)
    await visit.post(f"/password/{link}", password=PASSWORD)
    await visit.get("/account")
    await console.stranger().get(f"/password/{link}", 404)
    await try_password(console.stranger(), PASSWORD, 303)


async def test_two_who_use_one_link_at_once_do_not_both_set_a_password(console: Console) -> None:
    link = await invitation(console)
    visits = [console.stranger() for _ in range(2)]
    for visit in visits:
        await visit.get(f"/password/{link}")
    answers = await asyncio.gather(
        *(
            visit.web.post(
                f"/password/{link}", data={"form_secret": visit.form_secret, "password": PASSWORD}
            )
            for visit in visits
        )
    )
    assert sorted(answer.status_code for answer in answers) == [303, 404]


async def test_a_link_grows_old_and_a_newer_one_voids_it(console: Console) -> None:
    old = await invitation(console)
    new = await invitation(console)
    await console.stranger().get(f"/password/{old}", 404)
    await console.stranger().get(f"/password/{new}")
    console.office.clock.move(LASTS[LinkKind.INVITATION])
    await console.stranger().get(f"/password/{new}", 404)


async def test_a_new_password_ends_every_session_but_the_one_that_set_it(console: Console) -> None:
    await give_password(console)
    visit, other = console.stranger(), console.stranger()
    for each in (visit, other):
        await try_password(each, PASSWORD, 303)
    await visit.get("/account")
    before = visit.web.cookies["__Host-callback"]
    await visit.post("/account/password", 403, old="wrong", new=PASSWORD + " staple")
    await visit.post("/account/password", 422, old=PASSWORD, new="short")
    await visit.post("/account/password", old=PASSWORD, new=PASSWORD + " staple")
    assert visit.web.cookies["__Host-callback"] != before
    await visit.get("/account")
    await other.get("/account", 303)


async def test_one_ends_ones_own_sessions_and_nobody_elses(console: Console) -> None:
    visit, second, third = [await console.signed_in() for _ in range(3)]
    stranger = await console.signed_in(Role.ADMIN)
    async with console.office.database.reading() as session:
        rows = (await session.exec(select(Session).order_by(col(Session.id)))).all()
    of_second = next(row for row in rows if row.form_secret == second.form_secret)
    of_admin = next(row for row in rows if row.form_secret == stranger.form_secret)
    await visit.post(f"/account/sessions/{of_admin.id}/end", 404)
    await stranger.get("/account")
    await visit.post(f"/account/sessions/{of_second.id}/end")
    await second.get("/account", 303)
    await third.get("/account")
    await visit.post("/account/sessions/end")
    await third.get("/account", 303)
    await visit.get("/account")


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere"]
)
async def test_nobody_is_sent_elsewhere_after_signing_in(console: Console, wanted: str) -> None:
    await give_password(console)
    answer = await try_password(console.stranger(), PASSWORD, 303, wanted=wanted)
    assert answer.headers["Location"] == "/"


async def test_language_and_colours_are_the_users(console: Console) -> None:
    visit = await console.signed_in()
    await visit.post("/account", language="de", theme="dark")
    page = await visit.get("/account")
    assert 'lang="de" data-theme="dark"' in page.text
    assert "Ihr Konto" in page.text
    await visit.post("/account", 422, language="xx", theme="dark")


async def test_strangers_are_spoken_to_in_their_browsers_language(console: Console) -> None:
    for header, words in (
        ("fr-CA,fr;q=0.9,en;q=0.5", "Se connecter"),
        ("xx", "Sign in"),
        (";;q=z", "Sign in"),
    ):
        page = await console.stranger().get("/sign-in", headers={"Accept-Language": header})
        assert words in page.text


async def test_old_attempts_are_forgotten(console: Console) -> None:
    visit = console.stranger()
    await try_password(visit, "wrong", 403)
    console.office.clock.move(timedelta(days=2))
    await try_password(visit, "wrong", 403)
    async with console.office.database.reading() as session:
        assert (await session.exec(select(func.count()).select_from(SignInAttempt))).one() == 1
