"""How do a document's words become a page? In parts of a few screens, block by block; markup never passes through."""

from dataclasses import dataclass

from hub.library.kinds import Kind

PART_CHARS = 12_000
PART_CHARS_MAX = 20_000  # of one paragraph that has no end


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or the items of a list."""

    kind: str  # "heading", "paragraph", "list"
    lines: tuple[str, ...]


def parts(text: str) -> list[str]:
    """The text in parts that make pages of little weight; cut between paragraphs where there are any."""
    done: list[str] = []
    part = ""
    for paragraph in text.split("\n\n"):
        if part and len(part) + len(paragraph) > PART_CHARS:
            done.append(part)
            part = ""
        part = f"{part}\n\n{paragraph}" if part else paragraph
        while len(part) > PART_CHARS_MAX:
            done.append(part[:PART_CHARS_MAX])
            part = part[PART_CHARS_MAX:]
    return [*done, part] if part.strip() else done


def blocks(part: str, kind: Kind, title: str) -> list[Block]:
    marked = kind in (Kind.HTML, Kind.EPUB)  # our own marks; in a plain text they are the writer's
    found: list[Block] = []
    for paragraph in part.split("\n\n"):
        lines = tuple(line for line in paragraph.split("\n") if line.strip())
        if not lines:
            continue
        if not marked:
            found.append(Block("paragraph", lines))
            continue
        found.extend(_marked(lines))
    if found and found[0] == Block("heading", (title,)):
        found.pop(0)
    return found


def _marked(lines: tuple[str, ...]) -> list[Block]:
    found: list[Block] = []
    for line in lines:
        if line.startswith("# "):
            found.append(Block("heading", (line[2:],)))
        elif line.startswith("- "):
            before = found.pop().lines if found and found[-1].kind == "list" else ()
            found.append(Block("list", (*before, line[2:])))
        else:
            found.append(Block("paragraph", (line,)))
    return found
