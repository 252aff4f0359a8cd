"""The simulator's web application: Twilio's REST API, the control API, and a page to look at, in one."""

from __future__ import annotations

from starlette.applications import Starlette

from callback.simulator.control import Control
from callback.simulator.exchange import Exchange
from callback.simulator.pages import page_routes
from callback.simulator.rest.routes import rest_routes
from callback.simulator.views import Views


def create_app(exchange: Exchange) -> Starlette:
    """Return the application around an exchange; whoever made the exchange closes it."""
    routes = [
        *page_routes(),
        *Control(exchange).routes(),
        *Views(exchange).routes(),
        *rest_routes(exchange),
    ]
    return Starlette(routes=routes)
