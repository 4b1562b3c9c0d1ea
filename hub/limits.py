"""How long may a thing be? The limits of forms, in characters; what crosses the mesh is bounded in bytes as well."""

TITLE_CHARS_MAX = 90
DETAILS_CHARS_MAX = 1000
PLACE_CHARS_MAX = 60
NAME_CHARS_MAX = 40
CONTACT_CHARS_MAX = 80
ALERT_CHARS_MAX = 200
POST_DAYS_MAX = 31
POST_DAYS_DEFAULT = 7
REMIND_S = 86_400  # on its last day a post says so, and can be kept longer
QUANTITY_MAX = 9_999
SLIP_DIGITS_MAX = 6  # of the number printed on a paper slip
ALERT_HOURS_MAX = 48
ALERT_HOURS_DEFAULT = 12

POSTS_MAX = 20_000  # open posts that one hub shows of its own people, and as many of all other hubs
POSTS_A_HUB_MAX = 2_000  # of one other hub; a street has hundreds
ALERTS_MAX = 500  # of all other hubs
ALERTS_A_HUB_MAX = 50
CLAIMS_A_POST_MAX = 20  # not turned down
CLAIMS_KEPT_MAX = 60  # a post, with those that were turned down
REPORTS_A_POST_MAX = 20
VERDICTS_A_POST_MAX = 200  # members of all pods
VOICES_TO_MODERATE = 2
FRESH_LOG_IN_S = 86_400  # who moderates has typed their phrase within this
CODE_TRIES = 5  # wrong codes a post before a wait
CODE_WAIT_S = 120
PODS_MAX = 200
PODS_A_HUB_MAX = 50
POD_MEMBERS_MAX = 15
CONFIRMATIONS_AN_ALERT_MAX = 200  # from one hub
