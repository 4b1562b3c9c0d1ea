"""Our own icons: one set on a grid of 24, stroke 1.8. Always beside their word, so a screen reader skips them."""

# ruff: noqa: E501  # a path is one line

from markupsafe import Markup

PATHS: dict[str, str] = {
    "lamp": "M9.5 6.5a2.5 2.5 0 0 1 5 0M8 9h8l1.5 9h-11zM5.5 18h13v2.5h-13zM12 12v3M10.5 2.5h3M12 2.5V4",
    "water": "M12 3.5c3.4 4.2 5.4 7 5.4 9.8a5.4 5.4 0 0 1-10.8 0c0-2.8 2-5.6 5.4-9.8z",
    "food": "M3.5 12h17a8.5 8.5 0 0 1-5 7.2v1.3h-7v-1.3a8.5 8.5 0 0 1-5-7.2zM9 9c-1.2-1.5 1.2-2.5 0-4.5M13.5 9c-1.2-1.5 1.2-2.5 0-4.5",
    "medicine": "M4.5 7.5h15a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1zM9 7.5v-2a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v2M12 10.8v5.4M9.3 13.5h5.4",
    "power": "M8.5 3v5M15.5 3v5M6 8h12v3.5a6 6 0 0 1-12 0zM12 17.5V21",
    "shelter": "M3.5 11.5 12 4l8.5 7.5M5.5 10v10h13V10M10 20v-5.5h4V20",
    "transport": "M3.5 16.5v-4l2-1 1.7-4.2a1.5 1.5 0 0 1 1.4-.9h6.8a1.5 1.5 0 0 1 1.4.9l1.7 4.2 2 1v4zM5.5 11.5h13M7 16.5a1.5 1.5 0 0 0 3 0M14 16.5a1.5 1.5 0 0 0 3 0",
    "care": "M9 11a3.3 3.3 0 1 0 0-6.6A3.3 3.3 0 0 0 9 11zM3 19.5c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5M15.5 4.8a3.3 3.3 0 0 1 0 5.9M17.5 14.5c2.2.8 3.5 2.5 3.5 5",
    "tools": "M14.5 6.5a4 4 0 0 1 5-3l-2.3 2.6.4 1.7 1.7.4 2-2a4.2 4.2 0 0 1-5.6 4.9L8 19.3a2.2 2.2 0 0 1-3.2-3.1l8.5-7.5a4 4 0 0 1 1.2-2.2z",
    "information": "M4.5 5h15a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1h-8L7 20v-3.5H4.5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM12 10.5v3M12 8v.1",
    "company": "M5 9.5h11v5a4.5 4.5 0 0 1-4.5 4.5h-2A4.5 4.5 0 0 1 5 14.5zM16 11h1.5a2.5 2.5 0 0 1 0 5H16M8.5 6.5c-.8-1 .8-1.7 0-3M12.5 6.5c-.8-1 .8-1.7 0-3",
    "other": "M5.5 12h.1M12 12h.1M18.5 12h.1",
    "check": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12.3l2.8 2.8L16 9.5",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.2l3 1.8",
    "alert": "M12 4 2.8 20h18.4zM12 10v4.5M12 17.3v.1",
    "radio": "M12 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM12 13.5V21M8.2 8.2a5.4 5.4 0 0 0 0 7.6M15.8 8.2a5.4 5.4 0 0 1 0 7.6M5.4 5.4a9.3 9.3 0 0 0 0 13.2M18.6 5.4a9.3 9.3 0 0 1 0 13.2",
    "people": "M12 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 20c0-4 3-6 7-6s7 2 7 6",
    "pin": "M12 21c4-4.5 6.5-7.7 6.5-11a6.5 6.5 0 0 0-13 0c0 3.3 2.5 6.5 6.5 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
}


def icon(name: str, size: str = "") -> Markup:
    """The icon as inline SVG; the page needs no second request for it."""
    style = f"i {size}".rstrip()
    return Markup(f'<svg class="{style}" viewBox="0 0 24 24" aria-hidden="true"><path d="{PATHS[name]}"/></svg>')  # noqa: S704
