"""The journal as an HTTP archive that browsers and proxies can open: HAR 1.2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit


def as_har(entries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return journal entries as one archive; sizes and phases that are not known are -1, as HAR asks."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "callback.simulator", "version": "1"},
            "entries": [_entry(entry) for entry in entries],
        }
    }


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    request_headers, response_headers = entry["headers"], entry["response_headers"]
    request: dict[str, Any] = {
        "method": entry["method"],
        "url": entry["url"],
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(request_headers),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(urlsplit(entry["url"]).query, keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": -1,
    }
    if entry["method"] != "GET":
        request["postData"] = {
            "mimeType": "application/x-www-form-urlencoded",
            "params": _pairs(entry["params"]),
        }
    return {
        "startedDateTime": entry["at"],
        "time": entry["took_ms"],
        "request": request,
        "response": {
            "status": entry["status"] or 0,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(response_headers),
            "content": {
                "size": len(entry["body"]),
                "mimeType": response_headers.get("content-type", ""),
                "text": entry["body"],
            },
            "redirectURL": response_headers.get("location", ""),
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": entry["took_ms"], "receive": 0},
        "comment": entry["kind"],
    }


def _pairs(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return a mapping as HAR writes it; a name with several values comes several times."""
    return [
        {"name": name, "value": str(each)}
        for name, value in values.items()
        for each in (value if isinstance(value, list) else [value])
    ]
