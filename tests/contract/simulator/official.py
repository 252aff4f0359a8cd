"""Twilio's own library as the client, and Twilio's own API description as the judge."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response

ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"


def patched(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the part of the description that is simulated, with three repairs.

    Arrays in forms are repeated parameters, which it forgets to say; filters on time are documented as
    dates, which it forbids; and the reason why a conference ended is null until it has, says its text.
    """
    served = (
        "Calls",
        "Queues",
        "Conferences",
        "Messages",
        "IncomingPhoneNumbers",
        "Recordings",
    )
    spec["paths"] = {
        path: operations
        for path, operations in spec["paths"].items()
        if path.startswith(tuple(f"{ACCOUNT}/{name}" for name in served))
    }
    reason = spec["components"]["schemas"]["conference_enum_reason_conference_ended"]
    reason["nullable"] = True
    reason["enum"].append(None)
    for path in spec["paths"].values():
        for operation in path.values():
            if not isinstance(operation, dict):
                continue
            _repeat_arrays(operation)
            for parameter in operation.get("parameters", ()):
                if parameter["schema"].get("format") in ("date-time", "phone-number"):
                    del parameter["schema"]["format"]
    return spec


def _repeat_arrays(operation: dict[str, Any]) -> None:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        properties = content["schema"].get("properties", {})
        arrays = {name for name, schema in properties.items() if schema.get("type") == "array"}
        if arrays:
            content["encoding"] = {name: {"style": "form", "explode": True} for name in arrays}


def _fits(template: str, path: str) -> bool:
    """Tell whether a path is one of those that a template like `/Calls/{Sid}.json` stands for."""
    parts = re.split(r"\{\w+\}", template)
    return re.fullmatch("[^/]+".join(re.escape(part) for part in parts), path) is not None


class Judge:
    """Holds every request and response against the description."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._api = OpenAPI.from_dict(spec)
        self._spec = spec
        self.judged: set[tuple[str, str]] = set()

    def judge(self, sent: httpx.Request, answer: httpx.Response) -> list[str]:
        """Return what is wrong with one exchange; refusals have no description and are only requests."""
        parts = urlsplit(str(sent.url))
        request = MockRequest(
            "https://api.twilio.com",
            sent.method,
            parts.path,
            args=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=dict(sent.headers),
            data=sent.content,
            content_type="application/x-www-form-urlencoded",
        )
        if answer.status_code >= 400:
            return []
        wrong = [repr(each) for each in self._api.unmarshal_request(request).errors]
        wrong += [f"unknown parameter {name}" for name in self._unknown(sent, parts.path)]
        response = MockResponse(
            answer.content or b"",
            answer.status_code,
            content_type=answer.headers.get("content-type", ""),
        )
        if answer.status_code != 204:
            judged = self._api.unmarshal_response(request, response)
            wrong += [f"{each!r}: {each.__cause__!r}" for each in judged.errors]
        self.judged.add((sent.method, parts.path))
        return wrong

    def _unknown(self, sent: httpx.Request, path: str) -> list[str]:
        """Return the parameters that the description does not know; the validator lets them pass."""
        operation = next(
            operations[sent.method.lower()]
            for template, operations in self._spec["paths"].items()
            if _fits(template, path) and sent.method.lower() in operations
        )
        known = {each["name"] for each in operation.get("parameters", ())} | {"Page", "PageToken"}
        for content in operation.get("requestBody", {}).get("content", {}).values():
            known |= set(content["schema"].get("properties", {}))
        query = parse_qsl(str(sent.url.query, "ascii"), keep_blank_values=True)
        form = parse_qsl(sent.content.decode(), keep_blank_values=True)
        return sorted({name for name, _ in (*query, *form)} - known)


class InProcess(AsyncTwilioHttpClient):
    """Carries the library's requests to the simulator's application without a network."""

    def __init__(self, client: httpx.AsyncClient, judge: Judge | None) -> None:
        super().__init__(pool_connections=False)
        self._client = client
        self._judge = judge
        self.wrong: list[str] = []

    async def request(self, method: str, uri: str, **given: Any) -> Response:
        """Send as the library's own client does."""
        data = given.get("data")
        answer = await self._client.request(
            method,
            uri,
            params=given.get("params"),
            content=urlencode(data, doseq=True) if data else None,
            headers=given.get("headers"),
            auth=given.get("auth"),
        )
        if self._judge is not None:
            self.wrong += self._judge.judge(answer.request, answer)
        return Response(answer.status_code, answer.text, answer.headers)


def load(text: str) -> dict[str, Any]:
    """Read and repair the description."""
    return patched(json.loads(text))
