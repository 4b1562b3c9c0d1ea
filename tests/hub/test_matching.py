"""A need finds the offers that could meet it, and the reverse, with reasons a neighbour understands."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from rig import need

from hub.matching import MATCHES_SHOWN, Because, Marks, Reason, matches
from hub.similar import similar
from hub.text_marks import content_words, place_words
from hub.views import Audience, Category, Means, Post, PostKind

HOUR_S = 3_600


def post(title: str, kind: PostKind = PostKind.OFFER, **changes: object) -> Post:
    made = {
        "id": f"{abs(hash((title, kind))) % 2**64:016x}",
        "home": "Alder",
        "is_home": True,
        "kind": kind,
        "category": Category.OTHER,
        "title": title,
        "details": "",
        "place": "",
        "audience": Audience.THIS_HUB,
        "made_s": 0,
        "until_s": 100 * HOUR_S,
        "claims": 0,
        "closed": False,
    }
    return Post(**(made | changes))  # type: ignore[arg-type]


def test_the_same_category_and_street_stand_first_and_say_why() -> None:
    asked = post("Insulin kept cold", PostKind.NEED, category=Category.MEDICINE, place="near Oak and 3rd")
    near = post("A fridge that runs", category=Category.MEDICINE, place="Oak Street, by the mill")
    far = post("First aid box", category=Category.MEDICINE, place="Birch Lane")

    found = matches(asked, (far, near), Marks())

    assert [match.post for match in found] == [near, far]
    assert found[0].because[:2] == (Because(Reason.CATEGORY), Because(Reason.STREET, ("oak",)))


def test_words_in_common_match_across_categories_but_one_alone_does_not() -> None:
    asked = post("Generator for a fridge", PostKind.NEED, category=Category.POWER)
    both = post("I lend my generator and a small fridge", category=Category.TOOLS)
    one = post("A box of fridge magnets", category=Category.COMPANY)

    (found,) = matches(asked, (both, one), Marks())

    assert found.post == both
    assert Because(Reason.WORDS, ("fridge", "generator")) in found.because


def test_the_category_other_says_nothing_and_a_notice_meets_nothing() -> None:
    assert matches(post("Something", PostKind.NEED), (post("Whatever"),), Marks()) == ()
    assert matches(post("School is closed", PostKind.INFORMATION), (post("School"),), Marks()) == ()


def test_spelling_accents_plurals_and_the_arabic_article_do_not_part_what_goes_together() -> None:
    assert content_words("Mantas y COLCHÓN") == content_words("manta, colchon")
    assert content_words("مولد الكهرباء") == content_words("مولّد كهرباء")
    assert place_words("near Oak and 3rd") == place_words("OAK street, 3rd")


def test_a_reported_post_matches_nothing_and_a_skill_goes_before_a_thing_when_one_is_asked() -> None:
    asked = post("Mend my roof", PostKind.NEED, category=Category.TOOLS, means=Means.SKILLS)
    thing = post("A ladder", category=Category.TOOLS)
    skill = post("Roofer", category=Category.TOOLS, means=Means.SKILLS)

    found = matches(asked, (thing, skill, replace(skill, id="0" * 16, folded=True)), Marks())

    assert [match.post for match in found] == [skill, thing]


def test_an_open_post_that_looks_like_the_same_one_is_found() -> None:
    draft = need("Drinking water for a baby", category=Category.WATER, place="Oak and 3rd")
    same = post("drinking water, for the baby", PostKind.NEED, category=Category.WATER)
    elsewhere = replace(same, id="1" * 16, place="Birch Lane")
    other = post("Firewood", PostKind.NEED, category=Category.WATER)

    assert similar(draft, (other, elsewhere, same), Marks()) == (same, elsewhere)


@given(
    titles=st.lists(st.text(max_size=40), max_size=12),
    places=st.text(max_size=20),
    category=st.sampled_from(Category),
)
def test_matching_goes_both_ways_for_any_words(titles: list[str], places: str, category: Category) -> None:
    asked = post("Water and a roof", PostKind.NEED, category=category, place=places)
    offers = [
        post(title, id=f"{at:016x}", category=category, place=places, means=Means.THINGS)
        for at, title in enumerate(titles)
    ]

    found = matches(asked, offers, Marks())

    assert len(found) <= MATCHES_SHOWN
    for match in found:
        (back,) = matches(match.post, (asked,), Marks())
        reasons = [one for one in match.because if one.reason is not Reason.TIME]
        assert [one for one in back.because if one.reason is not Reason.TIME] == reasons
