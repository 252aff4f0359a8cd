from __future__ import annotations

import pytest
from twilio.request_validator import RequestValidator

from callback.simulator.signature import sign, signed_url

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675310",
    "Digits": "1234",
    "From": "+14158675310",
    "To": "+18005551212",
}


def test_the_vector_that_twilio_prints() -> None:
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert sign("12345", url, FORM.items()) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_a_second_vector_computed_with_the_library() -> None:
    other = {**FORM, "Caller": "+12349013030", "From": "+12349013030"}
    assert sign("12345", URL, other.items()) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_order_of_the_form_does_not_matter_but_case_and_blanks_do() -> None:
    assert sign("t", URL, FORM.items()) == sign("t", URL, reversed(FORM.items()))
    assert sign("t", URL, [("a", "b ")]) != sign("t", URL, [("a", "b")])
    assert sign("t", URL, [("B", "1"), ("a", "2")]) == sign("t", URL + "B1a2")


@pytest.mark.parametrize("empty", ["", " "])
def test_empty_values_are_part_of_it(empty: str) -> None:
    form = {"ToCity": empty, "CallSid": "CA1"}
    assert RequestValidator("t").validate(URL, form, sign("t", URL, form.items()))


@pytest.mark.parametrize(
    ("url", "voice", "expected"),
    [
        ("https://a.example:8443/x?y=1#rc=2", True, "https://a.example/x?y=1"),
        ("https://a.example:8443/x", False, "https://a.example:8443/x"),
        ("http://a.example:8080/x", True, "http://a.example:8080/x"),
        ("http://a.example:8080/x", False, "http://a.example:8080/x"),
        ("https://me:secret@a.example/x", True, "https://a.example/x"),
        ("https://me:secret@a.example:1/x", True, "https://a.example/x"),
        ("http://me:secret@a.example:1/x", True, "http://a.example:1/x"),
        ("https://a.example/a%2Bb?c=%20", True, "https://a.example/a%2Bb?c=%20"),
    ],
)
def test_which_parts_of_the_url_are_signed(url: str, voice: bool, expected: str) -> None:
    assert signed_url(url, voice=voice) == expected
