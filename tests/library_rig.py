"""A portal before a hub with a library, and documents for it, honest and hostile ones."""

import io
import zipfile
from pathlib import Path

from keeper_rig import PHRASE
from portal_rig import Here, portal_settings
from rig import HubInAFolder

from captive_portal.app import create_app
from hub.keyring import Keyring
from hub.library.document import About, Document
from hub.library.shelf import Library

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)
CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def library_in(folder: HubInAFolder) -> Library:
    return Library(folder.folder / "library", folder.time.unix_s)


def here_with_library(folder: HubInAFolder, **settings: object) -> tuple[Here, Library]:
    Keyring.open(folder.folder).save_coordinator(PHRASE, lambda count: b"\7" * count)
    hub, library = folder.start(), library_in(folder)
    app = create_app(hub, portal=portal_settings(library=library, **settings), clock=folder.time)
    return Here(hub, app, folder.time), library


def put_in(library: Library, raw: bytes, name: str, tmp_path: Path, **about: str) -> Document:
    path = tmp_path / "source"
    path.write_bytes(raw)
    added = library.add(path, About(name=name, **about))  # type: ignore[arg-type]
    assert isinstance(added, Document), added
    library.read_new()
    return added


def pdf(words: str) -> bytes:
    from fpdf import FPDF  # noqa: PLC0415

    made = FPDF()
    made.add_page()
    made.set_font("helvetica", size=12)
    made.multi_cell(0, text=words)
    return bytes(made.output())


def epub(chapters: list[str], **more: bytes) -> bytes:
    """A small honest book; `more` are further files of it."""
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    order = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>First aid</dc:title>'
        f"<dc:language>en</dc:language></metadata><manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    return packed(
        {
            "META-INF/container.xml": CONTAINER.encode(),
            "OEBPS/book.opf": package.encode(),
            **{f"OEBPS/c{n}.xhtml": chapter.encode() for n, chapter in enumerate(chapters)},
            **more,
        }
    )


def packed(entries: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for name, raw in entries.items():
            book.writestr(name, raw)
    return made.getvalue()
