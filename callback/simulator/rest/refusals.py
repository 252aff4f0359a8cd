"""Errors of the REST API, in Twilio's words and codes."""

from __future__ import annotations

from typing import Any, Final

WORDS: Final[dict[int, str]] = {
    10004: "Call concurrency limit exceeded",
    20001: "Invalid parameter",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20409: "The resource is in a state that does not allow this",
    20429: "Too many requests",
    20503: "Service unavailable",
    21201: "No 'To' number is specified",
    21205: "Url parameter is required or invalid",
    21206: "Invalid SendDigits",
    21208: "Invalid Timeout",
    21209: "Invalid Method",
    21210: "'From' phone number not verified or owned by the account",
    21211: "Invalid 'To' phone number",
    21212: "Invalid 'From' phone number",
    21213: "'From' phone number is required",
    21214: "'To' phone number cannot be reached",
    21215: "Account not authorized to call this number; check the geographic permissions",
    21216: "Account not allowed to call this number",
    21217: "Phone number does not appear to be valid",
    21218: "Invalid ApplicationSid",
    21220: "Call is not in-progress. Cannot redirect.",
    21234: "Invalid machine detection parameter",
    21263: "AsyncAmd is not supported here",
    21421: "PhoneNumber is invalid",
    21422: "PhoneNumber is not available",
    21452: "No phone numbers found in area code",
    21408: "Permission to send an SMS has not been enabled for the region",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' phone number is not a valid, SMS-capable number of the account",
    21609: "Invalid 'StatusCallback' URL",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "The 'From' number has exceeded the maximum number of queued messages",
    21612: "The 'To' phone number is not reachable by SMS",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    22003: "Queue max size is out of range",
    32018: "Twiml exceeds 4000 characters",
}


class Refusal(Exception):
    """A request that Twilio would turn down."""

    def __init__(self, code: int, status: int = 400, detail: str = "") -> None:
        words = WORDS.get(code, "")
        self.message = f"{words}: {detail}" if words and detail else words or detail
        super().__init__(self.message)
        self.code = code
        self.status = status

    def as_json(self) -> dict[str, Any]:
        """Return the body that Twilio answers."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def not_found(what: str) -> Refusal:
    """Return the refusal of an unknown resource."""
    return Refusal(20404, 404, what)
