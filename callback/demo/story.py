"""The simulator's journal told line by line: every webhook and every REST request, as people can read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring
from zoneinfo import ZoneInfo

from rich.text import Text

TELLING = (
    *("From", "To", "CallStatus", "Digits", "QueueResult", "QueuePosition", "QueueTime"),
    *("AnsweredBy", "Status", "Url", "StatusCallbackEvent", "ConferenceStatus", "FriendlyName"),
    *("DialCallStatus", "Beep", "Muted"),
)
SHOWN_CHARACTERS = 70
IDENTIFIER = re.compile(r"([A-Z]{0,2})[0-9a-f]{28}([0-9a-f]{4})")
KINDS = {"webhook": ("Twilio", "Callback", "cyan"), "rest": ("Callback", "Twilio", "magenta")}


def short(value: str) -> str:
    """Return a value fit for one line: the path of an address, the beginning of anything long."""
    if value.startswith(("http://", "https://")):
        parts = urlsplit(value)
        value = parts.path + (f"?{parts.query}" if parts.query else "")
    value = identifiers_shortened(value)
    return value if len(value) <= SHOWN_CHARACTERS else f"{value[: SHOWN_CHARACTERS - 1]}…"


def identifiers_shortened(text: str) -> str:
    """Return a text with its long identifiers cut down to what tells them apart."""
    return IDENTIFIER.sub(lambda found: f"{found[1]}…{found[2]}", text)


def told_params(params: Mapping[str, Any]) -> str:
    """Return the parameters that tell something, in a fixed order."""
    return "  ".join(f"{name}={short(str(params[name]))}" for name in TELLING if params.get(name))


def twiml_in_words(body: str) -> list[str]:
    """Return what a TwiML document does, a verb a line; nothing for what is no such document."""
    try:
        root = fromstring(body.strip().encode())  # noqa: S314 - our own TwiML, on loopback
    except (ParseError, ValueError):
        return []
    return list(_verbs(root, 0)) if root.tag == "Response" else []


def _verbs(parent: Element, depth: int) -> Iterator[str]:
    for verb in parent:
        words = " ".join("".join(verb.itertext()).split()) if len(verb) == 0 else ""
        target = next(
            (verb.attrib[name] for name in ("action", "waitUrl", "url") if name in verb.attrib), ""
        )
        yield "  " * depth + " ".join(
            filter(
                None,
                [
                    verb.tag,
                    f"“{short(words)}”" if words else "",
                    f"→ {short(target)}" if target else "",
                ],
            )
        )
        yield from _verbs(verb, depth + 1)


def tell(item: Mapping[str, Any], zone: ZoneInfo) -> Text:
    """Return one entry of the journal, with what was answered."""
    who, whom, colour = KINDS.get(item["kind"], ("?", "?", "white"))
    at = datetime.fromisoformat(item["at"]).astimezone(zone)
    status = "no answer" if item["status"] is None else str(item["status"])
    text = Text(f"{at:%H:%M:%S} ")
    text.append(f"{who} → {whom}  ", style=colour)
    text.append(f"{item['method']} {short(item['url'])}", style="bold")
    text.append(f"  {status}, {item['took_ms']:.0f} ms", style="dim")
    params = told_params(item["params"])
    if params:
        text.append(f"\n           {params}")
    for line in twiml_in_words(item.get("body") or "") if item["kind"] == "webhook" else ():
        text.append(f"\n             {line}", style="green")
    return text


def transcript(
    lines: Sequence[Mapping[str, Any]], already: int, who: str, zone: ZoneInfo
) -> list[Text]:
    """Return what happened on a call after `already` lines; requests are the journal's business."""
    spoken = (line for line in lines[already:] if line["kind"] not in ("requested", "replied"))
    return [heard(line, who, zone) for line in spoken]


def heard(line: Mapping[str, Any], who: str, zone: ZoneInfo) -> Text:
    """Return one line of a call's transcript."""
    at = datetime.fromisoformat(line["at"]).astimezone(zone)
    text = Text(f"{at:%H:%M:%S} ")
    text.append(f"{who}: {line['kind']} {identifiers_shortened(line['text'])}", style="yellow")
    return text
