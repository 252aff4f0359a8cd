"""The web process, put together: Twilio's routes, the JSON API, the console, and what operators ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from callback.office import open_office, set_up_logging
from callback.runtime import Runtime
from callback.settings import Settings
from webhooks import health
from webhooks.api.problems import add_problem_handlers
from webhooks.api.router import router as api
from webhooks.console.router import router as console
from webhooks.messaging import incoming as messaging
from webhooks.messaging import receipts
from webhooks.pages import call_me, callback_page, rendering
from webhooks.voice import (
    agent_leg,
    incoming,
    leaving,
    noting,
    returning,
    status,
    supervisor_leg,
    survey,
    trial,
    waiting,
)


def create_app(runtime: Runtime | None = None) -> FastAPI:
    """Return the application; without a `runtime` one is made from the settings when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if runtime is not None:
            app.state.runtime = runtime
            yield
            return
        settings = Settings()
        set_up_logging(settings.log_level, settings.secret_key.get_secret_value())
        async with open_office(settings, patient=False) as office:
            app.state.runtime = office
            yield

    app = FastAPI(title="Callback", lifespan=lifespan, docs_url=None, redoc_url=None)
    if runtime is not None:
        app.state.runtime = runtime
    for stage in (
        incoming,
        waiting,
        leaving,
        agent_leg,
        returning,
        supervisor_leg,
        status,
        messaging,
        receipts,
        survey,
        trial,
    ):
        app.include_router(stage.router, include_in_schema=False)
    for router in (noting.router, noting.told, noting.heard):
        app.include_router(router, include_in_schema=False)
    for pages in (rendering, callback_page, call_me):
        app.include_router(pages.router, include_in_schema=False)
    app.include_router(api)
    app.include_router(health.router)
    app.include_router(console)
    add_problem_handlers(app)
    return app
