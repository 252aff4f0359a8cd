"""How Twilio signs what it sends, written from the published algorithm alone.

The application checks signatures with Twilio's own library. Computing them here with that same library
would let a mistake on one side hide a mistake on the other.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit


def signed_url(url: str, *, voice: bool) -> str:
    """Return the URL that enters the signature.

    The fragment and any user name and password never do. A voice request over HTTPS also loses its port;
    messages and plain HTTP keep theirs.
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if voice and parts.scheme == "https" and parts.port is not None:
        host = host.rpartition(":")[0]
    return urlunsplit((parts.scheme, host, parts.path, parts.query, ""))


def sign(token: str, url: str, form: Iterable[tuple[str, str]] = ()) -> str:
    """Return the value of `X-Twilio-Signature` for a URL and the form that is posted to it."""
    text = url + "".join([name + value for name, value in sorted(form)])
    digest = hmac.digest(token.encode(), text.encode(), "sha1")
    return base64.b64encode(digest).decode()
