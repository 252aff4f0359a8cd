"""The web process as it is, with two routes more.

One checks a signature and answers a fixed document; the other tells the processor time spent so far.
"""

from __future__ import annotations

import time

from fastapi import FastAPI, Request, Response
from twilio.request_validator import RequestValidator

from callback.settings import Settings
from webhooks.app import create_app

BARE = "/bare"
PROCESSOR = "/processor"
FIXED = '<?xml version="1.0" encoding="UTF-8"?><Response><Pause length="20"/></Response>'


def create() -> FastAPI:
    """Return our application and, on the same server, the baseline."""
    settings = Settings()
    validator = RequestValidator(settings.twilio_auth_token[0].get_secret_value())
    url = f"{settings.public_base_url}{BARE}"
    app = create_app()

    @app.post(BARE)
    async def bare(request: Request) -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        good = validator.validate(url, await request.form(), signature)
        return Response(FIXED, 200 if good else 403, media_type="text/xml")

    @app.post(PROCESSOR)
    async def processor() -> Response:
        return Response(str(time.process_time()))

    return app
