"""All pages, in one place. A new file of pages is added to `FILES`, and to the navigation."""

from __future__ import annotations

from fastapi import APIRouter

from webhooks.console import (
    account,
    audit,
    board,
    callback_changes,
    callback_story,
    callbacks,
    company,
    desk,
    imports,
    lines,
    live,
    peak_hours,
    pictures,
    setup,
    signing_in,
    static_files,
    users,
)
from webhooks.console.pages import Right

FILES = (
    signing_in,
    company,
    desk,
    board,
    callbacks,
    callback_changes,
    callback_story,
    account,
    peak_hours,
    pictures,
    imports,
    lines,
    setup,
    users,
    audit,
    live,
    static_files,
)

router = APIRouter()
for file in FILES:
    router.include_router(file.pages.router)

RIGHTS: tuple[Right, ...] = tuple(right for file in FILES for right in file.pages.rights)
