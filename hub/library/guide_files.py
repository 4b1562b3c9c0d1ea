"""Which documents come with the project? Its field guide: put into a new library, renewed when there is a newer one.

What a coordinator took out stays out.
"""

import hashlib
from pathlib import Path

from hub.library.document import About, Document
from hub.library.shelf import Library
from hub.views import Category

GUIDE = Path(__file__).parent / "guide"
SOURCE = "Porchlight"
SUBJECTS = {
    "first-hour": Category.POWER,
    "water": Category.WATER,
    "check-in": Category.CARE,
    "phone-tree": Category.INFORMATION,
    "begin-a-hub": Category.TOOLS,
    "privacy": Category.INFORMATION,
    "next-hub": Category.TOOLS,
    "start-a-hub": Category.TOOLS,
}


def put_guide_in(library: Library, guide: Path = GUIDE) -> int:
    """The number of pages that were put in."""
    installed, put = library.guide_installed(), 0
    for path in sorted(guide.glob("*/*.html")):
        language, name = path.parent.name, f"{path.stem}-{path.parent.name}.html"
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if installed.get(name) == sha256:
            continue
        subject = SUBJECTS.get(path.stem, Category.OTHER)
        added = library.add(path, About(name, "", language, SOURCE, "", subject), is_guide=True)
        if isinstance(added, Document):
            if name in installed:
                library.remove(installed[name][:16])
            installed[name], put = sha256, put + 1
    library.note_guide(installed)
    return put
