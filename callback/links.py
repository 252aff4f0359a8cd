"""Signed links to a person's own page: whoever holds one may see, move and cancel one callback, for a while.

A link names its callback, its last minute and, from the second on, its generation in at most 22 bytes, and is
signed with SECRET_KEY (HMAC-SHA256). Nothing of it is stored, so a database that leaks leaks none but those in
texts that were written. The callback's row holds the generation that counts: with the next one every link made
before is void.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from callback.errors import NotAllowed

PAGE = "/c/{token}"
_ID_BYTES = 16
_MINUTE_BYTES = 4


@dataclass(frozen=True)
class Link:
    """What a link says: which callback, until when it opens, and of which generation it is."""

    callback_id: str
    until: datetime
    generation: int


class Links:
    """Makes and reads links below `base_url`; without a `secret` there are none."""

    def __init__(self, base_url: str, secret: str) -> None:
        self._base = base_url.rstrip("/")
        self._secret = secret

    def page(self, callback_id: str, until: datetime, generation: int) -> str | None:
        """Return the address of a callback's page that opens until an instant; None without a secret."""
        if not self._secret:
            return None
        return self._base + PAGE.format(token=self.token(callback_id, until, generation))

    def token(self, callback_id: str, until: datetime, generation: int) -> str:
        """Return the signed part of a link."""
        minutes = int(until.timestamp() // 60)
        content = bytes.fromhex(callback_id) + minutes.to_bytes(_MINUTE_BYTES, "big")
        # The first generation is left out, as in links from before there were others.
        if generation:
            content += generation.to_bytes(2, "big")
        return self._signer().sign(base64_encode(content)).decode()

    def read(self, token: str) -> Link:
        """Return what a token says; whether its generation still counts is for the callback's row to tell.

        Raises:
            NotAllowed: it was not signed here.

        """
        if not self._secret:
            raise NotAllowed("links need a SECRET_KEY")
        try:
            content = base64_decode(self._signer().unsign(token))
        except BadData as error:
            raise NotAllowed("the link was not made here") from error
        minutes = int.from_bytes(content[_ID_BYTES : _ID_BYTES + _MINUTE_BYTES], "big")
        return Link(
            content[:_ID_BYTES].hex(),
            datetime.fromtimestamp(minutes * 60, UTC),
            int.from_bytes(content[_ID_BYTES + _MINUTE_BYTES :], "big"),
        )

    def _signer(self) -> Signer:
        return Signer(self._secret, salt="callback.page", digest_method=hashlib.sha256)
