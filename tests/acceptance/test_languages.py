"""A language chosen by key, or by the number called, stays with the callback."""

from __future__ import annotations

from tests.acceptance.town import CALLER, LINE, Town

SPANISH = [
    {"hears": "continuar en español", "presses": "2"},
    {"hears": "devolvamos la llamada", "presses": "1"},
    {"hears": "confirmar este número", "presses": "1"},
]
ANSWERS_IN_SPANISH = {"choices": [{"hears": "comunicarse ahora", "presses": "1"}], "talk_s": 10}


async def full_house(town: Town, **line: object) -> None:
    await town.open(**line)
    await town.agent()
    town.call("+14155550121", talk_s=900)
    await town.play(minutes=0.5)


async def test_a_language_chosen_by_key_is_kept_to_the_end(town: Town) -> None:
    await full_house(town, languages=["en", "es"])
    sid = town.call(choices=SPANISH)
    town.person(CALLER, **ANSWERS_IN_SPANISH)
    await town.play(minutes=1)
    heard = town.heard(sid)
    assert "Press 1 to go on in English. Oprima 2 para continuar en español." in heard
    assert "Tiene nuestra palabra. Le llamaremos al 4 1 5, 5 5 5, 0 1 1 1" in heard
    assert (await town.only_callback())["language"] == "es"
    await town.play(minutes=20)
    assert (
        "usted nos pidió hoy a las 10:00 que le devolviéramos la llamada."
        in (town.heard_at(CALLER)[0])
    )
    assert (await town.only_callback())["status"] == "completed"
    await town.all_over()
    town.no_problems()


async def test_who_presses_nothing_goes_on_in_the_first_language(town: Town) -> None:
    await full_house(town, languages=["de", "en"])
    sid = town.call(patience_s=30)
    await town.play(minutes=1)
    heard = town.heard(sid)
    assert "Drücken Sie 1, um auf Deutsch fortzufahren. Press 2 to go on in English." in heard
    assert "Ihre Wartezeit beträgt" in heard


async def test_a_number_of_its_own_language_asks_for_none(town: Town) -> None:
    await full_house(town, languages=["en", "fr"], number_languages={LINE: "fr"})
    sid = town.call(patience_s=20)
    await town.play(minutes=1)
    heard = town.heard(sid)
    assert heard.startswith("Merci d'appeler Support. Votre attente")
    assert "go on in English" not in heard
