"""Everything that can go wrong in the domain, as facts.

    CallbackError
    ├── NotFound                    no such line, agent, callback ...
    ├── InvalidInput                a value that cannot be used; names the field
    ├── IllegalTransition           this state does not know that event
    ├── PromiseRefused              a promise that could not be kept, or may not be given; names the rule
    ├── NoLongerWaiting             the caller was already taken, or has gone
    ├── NotAllowed                  the key or user may not do this
    ├── SetupError                  settings or environment cannot work; says what to do
    └── TelephonyError
        ├── TelephonyUnavailable    surely not carried out; may be tried again
        ├── TelephonyUncertain      may have been carried out; ask before trying again
        ├── TelephonyRefused        refused for good: number, permission, account
        └── CallGone                the call has ended or left its queue

Errors keep their data as attributes; `error_id` is stable and is what logs and the JSON API show. HTTP
codes, TwiML and pages are the edges' business.
"""

from __future__ import annotations


class CallbackError(Exception):
    """The root: something this project knows about went wrong."""

    error_id = "callback-error"


class NotFound(CallbackError):
    """Nothing with that identifier exists."""

    error_id = "not-found"

    def __init__(self, what: str, key: str) -> None:
        self.what = what
        self.key = key
        super().__init__(f"no {what} {key!r}")


class InvalidInput(CallbackError):
    """A value cannot be used; `field` names it and `reason` says what would do."""

    error_id = "invalid-input"

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


class IllegalTransition(CallbackError):
    """The life-cycle does not know this event in this state."""

    error_id = "illegal-transition"

    def __init__(self, subject: str, status: str, event: str) -> None:
        self.subject = subject
        self.status = status
        self.event = event
        super().__init__(f"a {subject} that is {status} cannot {event}")


class PromiseRefused(CallbackError):
    """A promise that could not be kept, or may not be given; `rule` names why."""

    error_id = "promise-refused"

    def __init__(self, rule: str, reason: str) -> None:
        self.rule = rule
        self.reason = reason
        super().__init__(f"{rule}: {reason}")


class NoLongerWaiting(CallbackError):
    """The caller has been taken by an agent, or has gone, before the promise could be written."""

    error_id = "no-longer-waiting"


class NotAllowed(CallbackError):
    """The caller of the API has no right to do this."""

    error_id = "not-allowed"


class SetupError(CallbackError):
    """Settings or environment cannot work; the message says what to do."""

    error_id = "setup-error"


class TelephonyError(CallbackError):
    """The telephone company did not do what was asked; `code` is its own number, where it gave one."""

    error_id = "telephony-error"

    def __init__(self, message: str, code: int | None = None) -> None:
        self.code = code
        super().__init__(message)


class TelephonyUnavailable(TelephonyError):
    """Surely not carried out: no connection, or turned away before processing."""

    error_id = "telephony-unavailable"


class TelephonyUncertain(TelephonyError):
    """The request may have been carried out: it was sent, and no usable answer came."""

    error_id = "telephony-uncertain"


class TelephonyRefused(TelephonyError):
    """Refused for good; trying again would be refused again."""

    error_id = "telephony-refused"


class CallGone(TelephonyError):
    """The call has ended, or has left the queue in which it was looked for."""

    error_id = "call-gone"
