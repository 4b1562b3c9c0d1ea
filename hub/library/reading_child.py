"""The process that reads one document: it limits itself first, then reads, and says what it found as JSON.

A hostile document can at most make this process die; the hub then has no words to search, and still the file.
"""

import json
import re
import resource
import sys
from pathlib import Path

MEMORY_BYTES_MAX = 400 * 1024 * 1024  # of address space
CPU_S_MAX = 20
PDF_PAGES_MAX = 2_000
HANDLES_MAX = 32


def main(arguments: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file, ever
    resource.setrlimit(resource.RLIMIT_NOFILE, (HANDLES_MAX, HANDLES_MAX))
    kind, path = arguments
    from hub.library.html_text import Unreadable  # noqa: PLC0415  # after the limits

    try:
        words = read(kind, Path(path))
    except (Unreadable, MemoryError, RecursionError) as problem:
        sys.stderr.write(f"{type(problem).__name__} {problem}\n")
        return 2
    json.dump(words, sys.stdout)
    return 0


def read(kind: str, path: Path) -> dict[str, str]:
    from hub.library.epub_text import read_epub  # noqa: PLC0415
    from hub.library.html_text import HIDDEN, TEXT_CHARS_MAX, read_html  # noqa: PLC0415

    match kind:
        case "html":
            words = read_html(path.read_bytes())
        case "epub":
            words = read_epub(path.read_bytes())
        case "pdf":
            return read_pdf(path)
        case _:
            with path.open(encoding="utf-8", errors="replace") as opened:
                return {"text": HIDDEN.sub("", opened.read(TEXT_CHARS_MAX)), "title": "", "language": ""}
    return {"text": words.text, "title": words.title, "language": words.language}


def read_pdf(path: Path) -> dict[str, str]:
    """The words of a PDF as far as they come; a page that cannot be read ends it."""
    import logging  # noqa: PLC0415

    from pypdf import PdfReader  # noqa: PLC0415
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    from hub.library.html_text import HIDDEN, TEXT_CHARS_MAX, Unreadable, squeezed  # noqa: PLC0415

    logging.disable()
    broken = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError)
    parts: list[str] = []
    title, left = "", TEXT_CHARS_MAX
    try:
        pdf = PdfReader(path, strict=False)
        title = squeezed(str(pdf.metadata.title if pdf.metadata and pdf.metadata.title else ""))[:200]
        for page in pdf.pages[:PDF_PAGES_MAX]:
            part = re.sub(r"\n{3,}", "\n\n", HIDDEN.sub("", page.extract_text()))[:left]
            parts.append(part)
            left -= len(part)
            if left <= 0:
                break
    except broken:
        if not any(parts):
            raise Unreadable("shape") from None
    return {"text": "\n\n".join(parts).strip("\n"), "title": title, "language": ""}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
