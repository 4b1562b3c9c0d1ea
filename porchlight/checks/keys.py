"""Are the hub's keys there, whole, and nobody else's to read?"""

import os
from collections.abc import Iterator

from hub.keyring import FOLDER, Keyring, KeyringRefused
from porchlight.checks.case import Case
from porchlight.checks.finding import Finding, Unseen, Well, Wrong

ABOUT = "keys"


def check_keys(case: Case) -> Iterator[Finding]:
    folder = case.settings.data_folder / FOLDER
    try:
        closed = folder.exists() and not os.access(folder, os.R_OK | os.X_OK)
    except PermissionError:  # the folders above it are closed to this user already
        closed = True
    if closed and not case.machine.is_root:
        yield Unseen(ABOUT, f"{folder} is closed to this user", case.as_root)
        return
    try:
        keyring = Keyring.open(case.settings.data_folder)
    except KeyringRefused as refused:
        mend = refused.hint.removeprefix("type: ").removeprefix("to make a hub, type: ")
        yield Wrong(ABOUT, _sentence(refused.words), "", mend or f"ls -lR {folder}")
        return
    if not keyring.has_coordinator:
        yield Wrong(ABOUT, "Nobody keeps this hub yet: it has no coordinator's phrase.", "",
                    "by cable, or on this machine, open /keeper/first of its pages: it shows one")  # fmt: skip
        return
    yield Well(ABOUT, "they are there, and closed to others")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + "."
