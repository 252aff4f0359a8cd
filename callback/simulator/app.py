"""The simulator's web application: Twilio's REST API and the control API, in one."""

from __future__ import annotations

from starlette.applications import Starlette

from callback.simulator.control import Control
from callback.simulator.exchange import Exchange
from callback.simulator.rest.routes import rest_routes


def create_app(exchange: Exchange) -> Starlette:
    """Return the application around an exchange; whoever made the exchange closes it."""
    return Starlette(routes=[*Control(exchange).routes(), *rest_routes(exchange)])
