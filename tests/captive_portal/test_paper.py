"""The sheets themselves: what stands on them, in both directions, whatever the words; and what makes them."""

import io
import shutil
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pypdf
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from captive_portal.paper.board_list import draw_board
from captive_portal.paper.child import MEMORY_BYTES_MAX
from captive_portal.paper.drawn import draw
from captive_portal.paper.poster import draw_poster
from captive_portal.paper.press import NotMade, Press
from captive_portal.paper.sheets import (
    BoardList,
    Entry,
    Paper,
    Poster,
    PosterWords,
    Section,
    Slips,
    SlipWords,
    decode,
    encode,
)
from captive_portal.paper.slips import A_PAGE, draw_slips

WIFI = r"WIFI:T:WPA;S:Porch\;light;P:warm porch 24;;"
ENGLISH = PosterWords("en", "ltr", "Neighbours help each other here.", ("Join the Wi-Fi.", "Open the address."))
ARABIC = PosterWords("ar", "rtl", "الجيران يساعدون بعضهم هنا.", ("انضم إلى شبكة Porchlight.", "افتح العنوان."))
POSTER = Poster(
    paper=Paper.A4,
    hub="Alder",
    wifi_name="Porch;light",
    wifi_password="warm porch 24",
    wifi_code=WIFI,
    address="http://10.42.0.1",
    address_code="http://10.42.0.1/",
    words=(ENGLISH, ARABIC),
)
INSULIN = Entry("Need", "Insulin kept cold until Friday", "near Oak and 3rd · until Friday", "Two pens.")
BOARD = BoardList(
    paper=Paper.LETTER,
    language="en",
    direction="ltr",
    heading="The board of Alder",
    printed="Printed today 13:40",
    told=("1 post is open.",),
    alerts=("Danger: boil your water",),
    sections=(Section("Medicine", (INSULIN,)),),
    page="Page",
    end="That is all.",
)
SLIP_WORDS = SlipWords(
    hub="Alder",
    slip="Slip",
    kinds=("I need help", "I can help"),
    what="What?",
    about="Ring one:",
    categories="Water · Food · Medicine",
    where="Where?",
    until="Until when?",
    audiences=("This hub only", "Also nearby hubs"),
    caution="Everybody will read this.",
    keep="Keep this part.",
    words="Your four words:",
)
HOSTILE = st.text(max_size=200) | st.sampled_from(
    [
        "{nb}",
        "**bold** __u__ --s-- ~~x~~",
        "%s%d",
        "x" * 900,
        "a\u202eb",
        "\ud7ff\ufffe",
        "(\\) endstream",
        "中文 🙂",
        "\n\n\n",
    ]
)
some = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def sizes_of(pdf: bytes) -> list[tuple[int, int]]:
    return [
        (round(page.mediabox.width), round(page.mediabox.height)) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
    ]


def test_a_poster_is_one_page_with_the_wifi_and_the_address() -> None:
    pdf = draw_poster(POSTER)

    assert sizes_of(pdf) == [(595, 842)]
    for words in ("Alder", "Porch;light", "warm porch 24", "http://10.42.0.1", "Neighbours help each other here."):
        assert words in text_of(pdf)


def test_a_poster_with_the_longest_names_and_many_words_is_still_one_page() -> None:
    loud = PosterWords("en", "ltr", "W" * 80, ("M" * 150, "W " * 120, "M" * 100))
    pdf = draw_poster(
        msgspec.structs.replace(POSTER, hub="W" * 24, wifi_name="W" * 32, wifi_password="M" * 63, words=(loud,) * 3)
    )

    assert len(sizes_of(pdf)) == 1


def test_the_board_says_what_is_open_and_when_it_was_printed() -> None:
    pdf = draw_board(BOARD)

    assert sizes_of(pdf) == [(612, 792)]
    assert "Insulin kept cold until Friday" in text_of(pdf)
    assert "Danger: boil your water" in text_of(pdf)
    assert "Page 1 · Printed today 13:40" in text_of(pdf)


def test_a_long_board_has_no_heading_at_the_foot_of_a_page() -> None:
    sections = tuple(Section(f"Heading {number}", (INSULIN,) * 4) for number in range(12))
    reader = pypdf.PdfReader(io.BytesIO(draw_board(msgspec.structs.replace(BOARD, sections=sections))))

    assert len(reader.pages) > 2
    for page in reader.pages:
        lines = [line for line in page.extract_text().splitlines() if line.strip()]
        assert not lines[-2].startswith("Heading"), lines[-3:]  # the last is the foot


def test_each_slip_has_its_number_twice_and_a_page_holds_six() -> None:
    numbers = tuple(f"4071{number:02}" for number in range(1, 9))
    pdf = draw_slips(Slips(Paper.A4, "en", "ltr", SLIP_WORDS, numbers))

    assert len(sizes_of(pdf)) == 2 and A_PAGE == 6
    assert all(text_of(pdf).count(number) == 2 for number in numbers)


@given(title=HOSTILE, facts=HOSTILE, details=HOSTILE, direction=st.sampled_from(["ltr", "rtl"]))
@some
def test_no_words_of_a_person_stop_the_printing(title: str, facts: str, details: str, direction: str) -> None:
    entry = Entry("Need", title, facts, details)
    board = msgspec.structs.replace(BOARD, direction=direction, sections=(Section("Other", (entry, INSULIN)),))

    assert "Insulin kept cold until Friday" in text_of(draw_board(board))


def test_a_title_that_looks_like_the_number_of_pages_stays_as_it_is() -> None:
    entry = msgspec.structs.replace(INSULIN, title="{nb} boxes of **nails**")

    pdf = draw_board(msgspec.structs.replace(BOARD, sections=(Section("Tools", (entry,)),)))

    assert "{nb} boxes of **nails**" in text_of(pdf)


def test_a_sheet_is_the_same_after_its_way_to_the_child() -> None:
    for sheet in (POSTER, BOARD, Slips(Paper.A4, "en", "ltr", SLIP_WORDS, ("407101",))):
        assert decode(encode(sheet)) == sheet
        assert draw(sheet).startswith(b"%PDF-")


def test_the_press_makes_a_sheet_in_another_process_and_keeps_it() -> None:
    press = Press()
    pdf = press.make(BOARD)
    begun_s = time.monotonic()

    assert press.make(BOARD) == pdf
    assert time.monotonic() - begun_s < 0.05  # the second came from memory


def test_the_hub_itself_never_loads_what_draws() -> None:
    looked = "import sys, captive_portal.app; raise SystemExit('fpdf' in sys.modules or 'fontTools' in sys.modules)"

    subprocess.run([sys.executable, "-c", looked], check=True, timeout=60)


def test_a_child_that_takes_too_long_is_ended_and_told() -> None:
    press = Press((sys.executable, "-c", "import time; time.sleep(60)"), making_s_max=0.5)
    begun_s = time.monotonic()

    with pytest.raises(NotMade, match="too long"):
        press.make(BOARD)

    assert time.monotonic() - begun_s < 5


@pytest.mark.parametrize("says", ["import sys; sys.exit(3)", "print('no paper')", "raise MemoryError"])
def test_a_child_that_fails_is_told(says: str) -> None:
    with pytest.raises(NotMade, match="failed"):
        Press((sys.executable, "-c", says)).make(BOARD)


def test_a_child_cannot_take_the_memory_of_the_hub() -> None:
    greedy = (
        "import captive_portal.paper.child as child, captive_portal.paper.drawn as drawn\n"
        f"drawn.draw = lambda sheet: bytes({MEMORY_BYTES_MAX})\n"
        "raise SystemExit(child.main())"
    )
    with pytest.raises(NotMade, match="failed"):
        Press((sys.executable, "-c", greedy)).make(BOARD)


def test_a_sheet_that_is_too_large_is_refused_by_the_child() -> None:
    entry = msgspec.structs.replace(INSULIN, details="x" * 10_000)
    too_much = msgspec.structs.replace(BOARD, sections=(Section("Other", (entry,) * 300),))

    with pytest.raises(NotMade, match="failed"):
        Press().make(too_much)


def pictures_of(pdf: bytes, folder: Path, dots_an_inch: int) -> list[Path]:
    """The pages as a printer would see them; not the slightest fault is forgiven."""
    file = folder / "sheet.pdf"
    file.write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dots_an_inch), "-png", str(file), str(folder / "page")]
    told = subprocess.run(command, check=True, timeout=60, capture_output=True)
    assert told.stderr == b"", told.stderr
    return sorted(folder.glob("page*.png"))


needs_poppler = pytest.mark.skipif(
    shutil.which("pdftoppm") is None, reason="NO POPPLER HERE: as root, type scripts/install-debian-packages"
)


@pytest.mark.system
@needs_poppler
@pytest.mark.parametrize("paper", list(Paper))
def test_a_phone_reads_both_codes_from_the_printed_poster(paper: Paper, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")

    pages = pictures_of(draw_poster(msgspec.structs.replace(POSTER, paper=paper)), tmp_path, 100)
    found = {code.text for code in zxingcpp.read_barcodes(image.open(pages[0]))}

    assert found == {WIFI, "http://10.42.0.1/"}


@pytest.mark.system
@needs_poppler
def test_lines_of_two_scripts_in_any_order_are_a_pdf_without_fault(tmp_path: Path) -> None:
    lines = ("Need", "حاجة", "Oak قرب", "قرب Oak", "12", "", "حاجة " * 60, "word " * 60, "🙂")
    entries = tuple(Entry("حاجة", details[:8], facts, details) for details in lines for facts in lines)
    for direction in ("ltr", "rtl"):
        sections = (Section("الدواء", entries),)
        board = msgspec.structs.replace(BOARD, direction=direction, printed="طُبع اليوم", told=lines, sections=sections)
        assert pictures_of(draw_board(board), tmp_path, 10)


@pytest.mark.system
@needs_poppler
def test_an_arabic_page_begins_on_the_right(tmp_path: Path) -> None:
    image, statistics = pytest.importorskip("PIL.Image"), pytest.importorskip("PIL.ImageStat")
    entry = Entry("حاجة", "إنسولين مبرّد حتى الجمعة", "قرب Oak and 3rd", "")
    arabic = msgspec.structs.replace(BOARD, language="ar", direction="rtl", sections=(Section("الدواء", (entry,)),))

    page = image.open(pictures_of(draw_board(arabic), tmp_path, 50)[0]).convert("L")

    def ink(left: int, right: int) -> int:
        half = page.crop((left, 0, right, page.height))
        return 255 * half.width * half.height - int(statistics.Stat(half).sum[0])

    assert ink(page.width // 2, page.width) > 1.3 * ink(0, page.width // 2)
