"""Which documents are there? One small file, replaced as a whole; a broken one is set aside, never guessed at."""

import logging
from pathlib import Path

import msgspec

from hub.library.document import Document
from hub.store.files import DISK, Files

LOG = logging.getLogger(__name__)
CATALOGUE = "catalogue.json"
CATALOGUE_BYTES_MAX = 4 * 1024 * 1024
DOCUMENTS_MAX = 2_000


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    documents: tuple[Document, ...] = ()
    guide: dict[str, str] = {}  # a Struct copies it: what of the guide was put in, by name and checksum


def read_catalogue(folder: Path) -> Catalogue:
    path = folder / CATALOGUE
    try:
        if path.stat().st_size > CATALOGUE_BYTES_MAX:
            raise ValueError("too large")
        catalogue = msgspec.json.decode(path.read_bytes(), type=Catalogue)
    except FileNotFoundError:
        return Catalogue()
    except (ValueError, RecursionError) as problem:  # msgspec's errors are ValueErrors
        LOG.error("the library's catalogue cannot be read (%s); it is kept as %s.broken", problem, CATALOGUE)
        path.replace(path.with_name(f"{CATALOGUE}.broken"))
        return Catalogue()
    return catalogue


def write_catalogue(folder: Path, catalogue: Catalogue, files: Files = DISK) -> None:
    files.replace(folder / CATALOGUE, msgspec.json.format(msgspec.json.encode(catalogue)) + b"\n")
