"""Who changed what: written with the change, read by administrators, on the page and over the API."""

from __future__ import annotations

from sqlmodel import col, select

from callback.audit import COMMAND_LINE, AuditEntry, AuditEvent
from callback.keys import Role
from tests.console.conftest import Console


async def written(console: Console) -> set[tuple[str, AuditEvent, str, str]]:
    async with console.office.database.reading() as session:
        found = (await session.exec(select(AuditEntry))).all()
    entries = {(each.by, each.event, each.subject, each.detail) for each in found}
    assert len(entries) == len(found)
    return {each for each in entries if each[0] != COMMAND_LINE}


async def test_what_an_administrator_does_with_users_is_written_down(console: Console) -> None:
    visit = await console.signed_in(Role.ADMIN)
    await visit.post("/users", 200, email="eve@example.com", name="Eve", role="agent")
    await visit.post(f"/users/{console.users[Role.AGENT].id}", role="supervisor")
    await visit.post(f"/users/{console.users[Role.AGENT].id}", role="supervisor")
    await visit.post(f"/users/{console.users[Role.MANAGER].id}/disable")
    await visit.post(f"/users/{console.users[Role.MANAGER].id}/enable")
    assert await written(console) == {
        ("Admin", AuditEvent.USER_CREATED, "eve@example.com", "agent"),
        ("Admin", AuditEvent.USER_INVITED, "eve@example.com", ""),
        ("Admin", AuditEvent.USER_CHANGED, "agent@example.com", "agent → supervisor"),
        ("Admin", AuditEvent.USER_DISABLED, "manager@example.com", ""),
        ("Admin", AuditEvent.USER_ENABLED, "manager@example.com", ""),
    }


async def test_what_did_not_come_about_is_not_written_down(console: Console) -> None:
    visit = await console.signed_in(Role.ADMIN)
    before = await written(console)
    await visit.post(f"/users/{console.users[Role.ADMIN].id}/disable", 409)
    assert await written(console) == before


async def test_lines_and_callbacks_are_told_of_without_a_persons_number(console: Console) -> None:
    admin = await console.signed_in(Role.ADMIN)
    number = "+14155550188"
    await admin.post("/lines", name="Help", number=number, time_zone="UTC")
    owed = await console.office.owed(await console.office.line())
    supervisor = await console.signed_in(Role.SUPERVISOR)
    for action in ("dial_now", "reassign", "revoke_link", "cancel"):
        await supervisor.post("/callbacks/change", action=action, ids=owed.id)
    await supervisor.post("/callbacks/change", 409, action="cancel", ids=owed.id)
    assert await written(console) == {
        ("Admin", AuditEvent.LINE_CREATED, "Help", number),
        ("Supervisor", AuditEvent.CALLBACK_HURRIED, owed.id, ""),
        ("Supervisor", AuditEvent.CALLBACK_REASSIGNED, owed.id, ""),
        ("Supervisor", AuditEvent.LINK_REVOKED, owed.id, ""),
        ("Supervisor", AuditEvent.CALLBACK_CANCELED, owed.id, ""),
    }
    text = (await admin.get("/audit")).text
    assert owed.phone_number not in text
    assert f'href="/callbacks/{owed.id}"' in text
    assert "revoked the links to a page" in text


async def test_older_entries_are_on_the_next_page_and_the_api_lists_all(console: Console) -> None:
    visit = await console.signed_in(Role.ADMIN)
    async with console.office.database.reading() as session:
        known = (await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))).all()
    listed = (await visit.web.get("/api/v1/audit?limit=2")).json()
    assert [each["id"] for each in listed["items"]] == [each.id for each in known[:2]]
    assert listed["next"] == known[1].id
    oldest = await visit.get(f"/audit?before={known[0].id}")
    assert "Nothing was changed yet." in oldest.text
    manager = await console.signed_in(Role.MANAGER)
    assert (await manager.web.get("/api/v1/audit")).status_code == 403
