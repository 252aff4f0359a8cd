"""Signed links to a person's own page: whoever holds one may see, move and cancel one callback, for a while.

A link names its callback and its last minute in 20 bytes, and is signed with SECRET_KEY (HMAC-SHA256). Nothing
of it is stored, so a database that leaks leaks none but those in texts that were written.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from callback.errors import NotAllowed

PAGE = "/c/{token}"
_ID_BYTES = 16


class Links:
    """Makes and reads links below `base_url`; without a `secret` there are none."""

    def __init__(self, base_url: str, secret: str) -> None:
        self._base = base_url.rstrip("/")
        self._secret = secret

    def page(self, callback_id: str, until: datetime) -> str | None:
        """Return the address of a callback's page that opens until an instant; None without a secret."""
        if not self._secret:
            return None
        return self._base + PAGE.format(token=self.token(callback_id, until))

    def token(self, callback_id: str, until: datetime) -> str:
        """Return the signed part of a link."""
        minutes = int(until.timestamp() // 60)
        content = bytes.fromhex(callback_id) + minutes.to_bytes(4, "big")
        return self._signer().sign(base64_encode(content)).decode()

    def read(self, token: str) -> tuple[str, datetime]:
        """Return the callback that a token names, and until when it may be opened.

        Raises:
            NotAllowed: it was not signed here.

        """
        if not self._secret:
            raise NotAllowed("links need a SECRET_KEY")
        try:
            content = base64_decode(self._signer().unsign(token))
        except BadData as error:
            raise NotAllowed("the link was not made here") from error
        until = datetime.fromtimestamp(int.from_bytes(content[_ID_BYTES:], "big") * 60, UTC)
        return content[:_ID_BYTES].hex(), until

    def _signer(self) -> Signer:
        return Signer(self._secret, salt="callback.page", digest_method=hashlib.sha256)
