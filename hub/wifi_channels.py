"""Which Wi-Fi channels may an access point use in a country? The kernel's table, without those that watch for radar.

Taken from Debian's wireless-regdb 2026.05.30 (regulatory.db): a channel stands here if its 20 MHz lie whole within one
rule that has neither NO-IR nor DFS. The kernel has the last word when hostapd starts; this table says it earlier and
in words. Togo's rules ask for radar watch even at 2.4 GHz, where there is no radar: those channels stand here too.
"""

_LOW = tuple(range(1, 14))
_LOW_11 = tuple(range(1, 12))
_UNII_1 = (36, 40, 44, 48)
_UNII_3 = (149, 153, 157, 161)
_RADAR = (100, 104, 108, 112, 116, 120, 124, 128, 132, 136, 140)  # free of radar rules in a few countries only

# (the countries, their channels)
_GROUPS: tuple[tuple[str, tuple[int, ...]], ...] = (
    (
        "AF AI AN AW AZ BL BT BW BY DZ EG ET FO GE GF GI GL GP IM IR JP KE KH KW LK LS MA MF MQ MR MW NA OM PF PM QA "
        "RE SA SM SR SX TD TN TR TZ UZ VA VC WF WS YT ZW",
        (*_LOW, *_UNII_1),
    ),
    (
        "AE AR BB BF BN BR BS CF CI CL CN CO CX GB GH GY HK HN JM KR KZ LB MN MO MU MV MX NP PE PG PH PY RW SG SN SV "
        "TC TH TT TW UA UG UY VE VN VU",
        (*_LOW, *_UNII_1, *_UNII_3, 165),
    ),
    (
        "AD AL AT BA BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IE IL IN IS IT JO KY LI LT LU LV MC MD ME MK MT MY NL "
        "NO NZ PL PT RO SE SI SK",
        (*_LOW, *_UNII_1, *_UNII_3, 165, 169, 173),
    ),
    ("AS BM DM DO FM GD GU HT MH MP NI PR PW US VI", (*_LOW_11, *_UNII_1, *_UNII_3, 165)),
    ("BD BO BZ CU EC NG", (*_LOW, *_UNII_3, 165)),
    ("AM BH TG YE", _LOW),
    ("KN KP LC", (*_LOW, *_UNII_1, *_UNII_3)),
    ("CA CR", (*_LOW, *_UNII_1, *_UNII_3, 165, 173, 177)),
    ("GT PA", (*_LOW, *_UNII_1, 52, 56, 60, 64, *_RADAR, *_UNII_3, 165)),
    ("RS SY", (*_LOW, *_UNII_1, 173)),
    ("AU", (*_LOW, *_UNII_1, *_UNII_3, 165, 173)),
    ("ID", (*_LOW, *_UNII_1, 52, 56, 60, 64, *_UNII_3)),
    ("PK", (*_LOW, *_UNII_3, 165, 169, 173)),
    ("RU", (*_LOW, *_UNII_1, 52, 56, 60, 64, 132, 136, 140, 144, *_UNII_3, 165)),
    ("ZA", (*_LOW, *_UNII_1, *_RADAR)),
)

CHANNELS_BY_COUNTRY: dict[str, tuple[int, ...]] = {
    country: channels for countries, channels in _GROUPS for country in countries.split()
}


def is_channel(number: int) -> bool:
    """Whether Wi-Fi has such a channel of 20 MHz anywhere, at 2.4 or 5 GHz."""
    return number in range(1, 14) or number in (*range(36, 65, 4), *range(100, 145, 4), *range(149, 178, 4))


def needs_radar_watch(country: str, channel: int) -> bool:
    """Whether it is a 5 GHz channel on which an access point must give way to radar, as in most countries."""
    return channel in range(52, 145) and channel not in CHANNELS_BY_COUNTRY.get(country, ())
