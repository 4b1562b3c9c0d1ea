"""What do the sheets say? The board and the hub's settings, put into words of the reader's language."""

import secrets
from collections.abc import Sequence

from babel.dates import format_skeleton
from flask_babel import force_locale

from captive_portal import digits, post_words, words
from captive_portal.card_words import join_code
from captive_portal.languages import gettext, languages, locale, ngettext
from captive_portal.paper.sheets import BoardList, Entry, Paper, Poster, PosterWords, Section, Slips, SlipWords
from captive_portal.portal import PortalSettings, board_view
from captive_portal.text import clean_line
from captive_portal.times import clock_time, local
from hub.views import Alert, Category, Post, Urgency, View

POSTS_ON_PAPER_MAX = 400  # some sixteen pages; the slowest Pi takes half a minute for them
DETAILS_ON_PAPER_MAX = 300
ALERTS_ON_PAPER_MAX = 5
SLIPS_MAX = 96
BATCH_LEAST, BATCHES = 1_000, 9_000  # a printing's own four digits; two for the slip follow
MORE = "…"
SHORT_DATE = "MMMEd"  # "Fri, Dec 4"; CLDR orders its parts for each language

URGENCY_ORDER = {Urgency.NOW: 0, Urgency.SOON: 1, Urgency.CAN_WAIT: 2}


def direction() -> str:
    return str(locale().text_direction)


def poster(settings: PortalSettings, paper: Paper, asked: Sequence[str]) -> Poster:
    """asked: the languages that it speaks, of those that we have; all of them if none is named."""
    chosen = [language for language in languages() if language in asked] or list(languages())
    said = []
    for language in chosen:
        with force_locale(language):
            said.append(PosterWords(language, direction(), _poster_heading(), _poster_steps(settings)))
    return Poster(
        paper=paper,
        hub=clean_line(settings.hub_name),
        wifi_name=settings.wifi_name,
        wifi_password=settings.wifi_password,
        wifi_code=wifi_code(settings) if settings.wifi_name else "",
        address=settings.home_address,
        address_code=f"{settings.home_address}/",
        words=tuple(said),
    )


def wifi_code(settings: PortalSettings) -> str:
    """What phones read from the poster to join the Wi-Fi."""
    return join_code(settings.wifi_name, settings.wifi_password, hidden=settings.wifi_hidden)


def _poster_heading() -> str:
    return gettext("Neighbours help each other here, also without the internet.")


def _poster_steps(settings: PortalSettings) -> tuple[str, ...]:
    join: tuple[str, ...] = ()
    if settings.wifi_name and settings.wifi_password:
        join = (
            gettext(
                "Join the Wi-Fi %(wifi)s with the password %(password)s.",
                wifi=settings.wifi_name,
                password=settings.wifi_password,
            ),
        )
    elif settings.wifi_name:
        join = (gettext("Join the Wi-Fi %(wifi)s. It has no password.", wifi=settings.wifi_name),)
    return (
        *join,
        gettext("Open %(address)s in a browser.", address=settings.home_address),
        gettext("Say what you need, or what you can give. Nobody asks who you are."),
    )


def board_list(paper: Paper) -> BoardList:
    """The open posts as everybody may see them; the most urgent ones if there are too many for paper."""
    view = board_view()
    shown = _most_urgent(view)
    return BoardList(
        paper=paper,
        language=str(locale()),
        direction=direction(),
        heading=gettext("The board of %(hub)s", hub=clean_line(view.status.hub)),
        printed=gettext("Printed %(time)s", time=_at(view.status.now_s, "yMMMMEEEEd")),
        told=tuple(_told(view, len(shown))),
        alerts=tuple(_alert(alert) for alert in view.alerts if alert.words)[:ALERTS_ON_PAPER_MAX],
        sections=tuple(_sections(shown)),
        page=gettext("Page"),
        end=gettext("That is all. Whoever wrote a post can take it off with its four words, at the hub."),
    )


def _day(at_s: float, skeleton: str) -> str:
    """A day by its date: "tomorrow" would be wrong on a wall."""
    date = digits.in_digits(format_skeleton(skeleton, local(at_s), locale=locale()), locale())
    return gettext("%(named_day)s", named_day=date)


def _at(at_s: float, skeleton: str) -> str:
    return gettext("%(day)s %(time)s", day=_day(at_s, skeleton), time=clock_time(at_s))


def _most_urgent(view: View) -> list[Post]:
    open_posts = [post for post in view.posts if not post.folded]
    open_posts.sort(key=lambda post: (not post.pinned, URGENCY_ORDER[post.urgency], -post.made_s))
    return open_posts[:POSTS_ON_PAPER_MAX]


def _told(view: View, shown: int) -> list[str]:
    count = sum(1 for post in view.posts if not post.folded)
    if not count:
        return [gettext("Nothing on the board yet.")]
    if shown == count:
        return [ngettext("%(num)d post is open.", "%(num)d posts are open.", count)]
    return [
        gettext(
            "%(count)d posts are open. The %(shown)d most urgent are on this paper; the others are at the hub.",
            count=count,
            shown=shown,
        )
    ]


def _alert(alert: Alert) -> str:
    severity = words.SEVERITY[alert.severity]
    if alert.drill:
        severity = gettext("A drill; nothing has happened")
    return f"{severity}: {clean_line(alert.words)} ({alert.home}, {_at(alert.made_s, SHORT_DATE)})"


def _sections(posts: list[Post]) -> list[Section]:
    found = []
    for category in Category:
        entries = tuple(_entry(post) for post in posts if post.category is category)
        if entries:
            found.append(Section(str(words.CATEGORY[category]), entries))
    return found


def _entry(post: Post) -> Entry:
    details = clean_line(post.details)
    if len(details) > DETAILS_ON_PAPER_MAX:
        details = details[:DETAILS_ON_PAPER_MAX].rstrip() + MORE
    return Entry(str(post_words.KIND[post.kind]), clean_line(post.title), " · ".join(_facts(post)), details)


def _facts(post: Post) -> list[str]:
    facts = [
        str(post_words.URGENCY[post.urgency]) if post.urgency is Urgency.NOW else "",
        gettext("how many: %(num)s", num=digits.number(post.quantity, locale())) if post.quantity else "",
        clean_line(post.place),
        gettext("until %(day)s", day=_day(post.until_s, SHORT_DATE)),
        post_words.answered(post),
        post_words.progress(post),
        "" if post.is_home else gettext("from %(hub)s", hub=clean_line(post.home)),
    ]
    return [fact for fact in facts if fact]


def slips(paper: Paper, count: int, batch: int) -> Slips:
    """Blank slips. batch: the first four digits of their numbers, so that two printings do not give the same."""
    said = SlipWords(
        hub=clean_line(board_view().status.hub),
        slip=gettext("Slip"),
        kinds=(gettext("I need help"), gettext("I can help")),
        what=gettext("What, and how much?"),
        about=gettext("Ring one:"),
        categories=" · ".join(str(name) for name in words.CATEGORY.values()),
        where=gettext("Where? A crossing or a place; no house number."),
        until=gettext("Until when?"),
        audiences=(gettext("This hub only"), gettext("Also nearby hubs")),
        caution=gettext("Everybody will read this: write no names and no phone numbers."),
        keep=gettext("Keep this part."),
        words=gettext("Your four words, from the desk:"),
    )
    numbers = tuple(f"{batch:04}{number:02}" for number in range(1, count + 1))
    return Slips(paper, str(locale()), direction(), said, numbers)


def new_batch() -> int:
    """Drawn at each printing: nothing need be kept. Two of twenty printings share one once in fifty times."""
    return BATCH_LEAST + secrets.randbelow(BATCHES)
