"""Is each trouble said in English with what it names, and is why a radio is away told from what its link says?"""

import pytest

from hub.troubles import ENGLISH, Cause, Trouble, Troubled, cause_of, english


@pytest.mark.parametrize("what", Trouble)
def test_every_trouble_has_english_words_that_name_what_it_is_about(what: Trouble) -> None:
    said = english(Troubled(what, "Birch Lane"))

    assert said.endswith((".", "apply", "doctor"))
    assert ("Birch Lane" in said) == ("{}" in ENGLISH[what])


@pytest.mark.parametrize(
    ("sentence", "cause"),
    [
        ("the radio has not answered yet", Cause.NO_ANSWER_YET),
        ("no radio is plugged in", Cause.NOT_PLUGGED_IN),
        ("there is no /dev/ttyACM0; is the radio plugged in?", Cause.NOT_PLUGGED_IN),
        ("several radios are plugged in: /dev/ttyACM0, /dev/ttyACM1; name one of them", Cause.SEVERAL_RADIOS),
        ("this user may not open /dev/ttyACM0; it must be in the group dialout", Cause.NOT_ALLOWED),
        ("another program uses /dev/ttyACM0", Cause.IN_USE),
        ("this radio lacks the network's channel; type: porchlight radio apply", Cause.NEEDS_SETTINGS),
        ("this radio's firmware is 2.6.0, which has known holes; 2.7.15 or later is needed", Cause.FIRMWARE),
        ("nothing answers at 127.0.0.1:4403", Cause.NO_ANSWER),
        ("/dev/ttyACM0 opened, but no Meshtastic radio answers there", Cause.NO_ANSWER),
        ("the radio closed the connection: it starts anew, or another program took its place", Cause.STARTED_ANEW),
        ("10.0.0.9 cannot be reached (No route to host)", Cause.NOT_OPENED),
        ("the connection to the radio ended", Cause.ENDED),
        ("the card is full", Cause.CARD_FULL),
        ("the card could not be read or written: Input/output error", Cause.CARD_FAILS),
        ("something that nobody foresaw", Cause.OTHER),
    ],
)
def test_a_cause_is_told_from_the_sentence_of_a_link_or_the_store(sentence: str, cause: Cause) -> None:
    assert cause_of(sentence) is cause
