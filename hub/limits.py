"""How long may a thing be? The limits of forms, in characters; what crosses the mesh is bounded in bytes as well."""

TITLE_CHARS_MAX = 90
DETAILS_CHARS_MAX = 1000
PLACE_CHARS_MAX = 60
NAME_CHARS_MAX = 40
CONTACT_CHARS_MAX = 80
ALERT_CHARS_MAX = 200
POST_DAYS_MAX = 31
POST_DAYS_DEFAULT = 7
ALERT_HOURS_MAX = 48
ALERT_HOURS_DEFAULT = 12

POSTS_MAX = 20_000  # open posts that one hub shows; a street has hundreds
ALERTS_MAX = 500
CLAIMS_A_POST_MAX = 20
CODE_TRIES = 5  # wrong codes a post before a wait
CODE_WAIT_S = 120
PODS_MAX = 200
POD_MEMBERS_MAX = 15
CONFIRMATIONS_AN_ALERT_MAX = 200
