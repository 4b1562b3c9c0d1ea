"""Is what is wrong with a hub said in the reader's language, with why as far as it is known?"""

import pytest
from flask_babel import force_locale
from portal_rig import Here

from captive_portal.trouble_words import trouble_words
from hub.troubles import Cause, Trouble, Troubled, cause_of

NO_RADIO = "no radio is plugged in"
NAMED = frozenset({Trouble.KEY_TWICE, Trouble.WIFI_AWAY})


@pytest.mark.parametrize("what", Trouble)
@pytest.mark.parametrize("language", ["es", "ar"])
def test_every_trouble_is_said_in_every_language(here: Here, what: Trouble, language: str) -> None:
    troubled = Troubled(what, "Birch" if what in NAMED else NO_RADIO)
    with here.app.test_request_context():
        english = trouble_words(troubled)
        with force_locale(language):
            said = trouble_words(troubled)

    assert said != english
    assert NO_RADIO not in said
    assert ("Birch" in said) == (what in NAMED)


def test_why_the_radio_is_away_is_said_first(here: Here) -> None:
    with here.app.test_request_context():
        known = trouble_words(Troubled(Trouble.RADIO_AWAY, NO_RADIO))
        unknown = trouble_words(Troubled(Trouble.RADIO_AWAY, "a sentence that nobody foresaw"))

    assert known == "No radio is plugged in. The radio is away. Look at its cable and its power."
    assert unknown == "The radio is away. Look at its cable and its power."
    assert cause_of("a sentence that nobody foresaw") is Cause.OTHER
