"""The account's debugger webhook: every warning and error, told as it happens."""

from __future__ import annotations

import json

from callback.simulator.account import Account
from callback.simulator.errors import Problem
from callback.simulator.ids import Ids
from callback.simulator.postbox import Postbox
from callback.simulator.webhooks import Webhook


class Debugger:
    """Posts problems to the account's debugger URL, if it has one, but none about that URL itself."""

    def __init__(self, account: Account, ids: Ids, postbox: Postbox) -> None:
        self._account = account
        self._ids = ids
        self._postbox = postbox

    def tell(self, problem: Problem) -> None:
        """Post one problem; code 0 is a fault of the simulator, which Twilio knows nothing of."""
        url = self._account.debugger_url
        if not url or not problem.code or problem.url == url.partition("#")[0]:
            return
        payload = {
            "resource_sid": problem.call_sid,
            "service_sid": None,
            "error_code": str(problem.code),
            "more_info": {"Msg": problem.message, "url": problem.url},
        }
        params = (
            ("AccountSid", self._account.sid),
            ("Level", problem.level.capitalize()),
            ("ParentAccountSid", ""),
            ("Payload", json.dumps(payload)),
            ("PayloadType", "application/json"),
            ("Sid", self._ids.sid("NO")),
            ("Timestamp", problem.at),
        )
        self._postbox.put(Webhook(url, params, voice=False))
