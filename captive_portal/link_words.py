"""What does a page say of the link in use? What protects what is typed, and where a phrase is taken instead.

Each sentence says against whom: never "secure". Two of a kind differ where the link does.
"""

from typing import Any

from captive_portal.languages import gettext, lazy_gettext
from captive_portal.links import LinkInUse, Reached
from captive_portal.portal import Portal

LINK: dict[LinkInUse, Any] = {
    LinkInUse.LOOPBACK: lazy_gettext("You are at the hub itself: nothing goes through the air on its way to it."),
    LinkInUse.WIRE: lazy_gettext("You are connected by wire: nobody near can listen."),
    LinkInUse.OPEN: lazy_gettext("This Wi-Fi is open: anyone near can read what you send."),
    LinkInUse.OWE: lazy_gettext(
        "This Wi-Fi has no password, and yet nobody can simply listen. But anyone may join,"
        " or put up a false hub with the same name."
    ),
    LinkInUse.POSTER: lazy_gettext("All who know the password from the poster can read what you send."),
    LinkInUse.WPA3: lazy_gettext(
        "Others who know this Wi-Fi's password cannot simply listen. But they could put up a false hub"
        " with the same name and password."
    ),
    LinkInUse.POD: lazy_gettext("You joined with a pod's own Wi-Fi password: only those who have that one can listen."),
    LinkInUse.COORDINATORS: lazy_gettext(
        "You joined with the Wi-Fi password of those who keep this hub: only they can listen."
    ),
    LinkInUse.UNKNOWN: lazy_gettext(
        "This hub does not know how its Wi-Fi is protected. Think of it as open: anyone near may read what you send."
    ),
}


def link_words(reached: Reached) -> str:
    """What protects what is typed on this page."""
    if not reached.is_settled:
        return gettext(
            "This hub cannot tell just now which Wi-Fi password you used."
            " Think of it as open: anyone near may read what you send."
        )
    return str(LINK[reached.link])


def pod_words_elsewhere(here: Portal) -> tuple[str, ...]:
    """Why a member's six words are not taken over this link, and where they are."""
    reason = gettext(
        "Not over this connection. %(link)s And your six words open all that your pod says.",
        link=link_words(here.reached()),
    )
    return reason, *_wait(here), *_pods_wifi(here), _at_the_hub()


def keeper_words_elsewhere(here: Portal) -> tuple[str, ...]:
    """Why the coordinator's six words are not taken over this link, and where they are."""
    reason = gettext(
        "Not over this connection. %(link)s And these six words open this hub.", link=link_words(here.reached())
    )
    return reason, *_wait(here), *_keepers_wifi(here), _at_the_hub()


def _wait(here: Portal) -> tuple[str, ...]:
    if here.reached().is_settled:
        return ()
    return (gettext("If you just joined, try again in a minute."),)


def _pods_wifi(here: Portal) -> tuple[str, ...]:
    if not here.settings.wifi_has_several_passwords:
        return ()
    return (
        gettext(
            "Your pod's card has a Wi-Fi password. Let your phone forget the Wi-Fi %(wifi)s."
            " Then join it again with that password.",
            wifi=here.settings.wifi_name,
        ),
    )


def _keepers_wifi(here: Portal) -> tuple[str, ...]:
    if not here.settings.wifi_has_several_passwords:
        return ()
    return (
        gettext(
            "Whoever keeps this hub has a Wi-Fi password for it. Let your phone forget the Wi-Fi %(wifi)s."
            " Then join it again with that password.",
            wifi=here.settings.wifi_name,
        ),
    )


def _at_the_hub() -> str:
    return gettext(
        "You can always log in at the hub itself, or by a wire that whoever keeps it has marked."
        " To read the board and to post you need no log-in."
    )
