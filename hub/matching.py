"""Which open offers could meet a need, and which needs an offer? Found here, by plain rules, each with its reasons.

A match is of the other kind, and shares the category or enough words. The street, more words in common and a longer
time in which both stand bring it further up. Nothing is learned, and nothing leaves the hub.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from hub.text_marks import TextMarks, marks_of
from hub.views import Category, Post, PostKind

MATCHES_SHOWN = 3
CANDIDATES_MAX = 400  # the newest of the other kind; a street has fewer
MARKS_KEPT = 2_000
OTHER_KIND = {PostKind.NEED: PostKind.OFFER, PostKind.OFFER: PostKind.NEED}
HOUR_S = 3_600


class Reason(StrEnum):
    """Why two posts could go together."""

    CATEGORY = "category"
    STREET = "street"
    WORDS = "words"
    TIME = "time"  # both stand as long as the one that was asked for


@dataclass(frozen=True, slots=True)
class Because:
    """One reason, and the words that it rests on."""

    reason: Reason
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    post: Post
    because: tuple[Because, ...]


class Marks:
    """The marks of posts that were compared lately; the one not asked for longest is forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int], TextMarks] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, post: Post) -> TextMarks:
        key = (post.id, len(post.details))  # details may come after the rest
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
                return found
        made = marks_of(post.title, post.details, post.place)
        with self._lock:
            self._known[key] = made
            while len(self._known) > MARKS_KEPT:
                self._known.popitem(last=False)
        return made


def matches(post: Post, posts: Iterable[Post], marks: Marks, most: int = MATCHES_SHOWN) -> tuple[Match, ...]:
    """The best of `posts` (newest first) that could meet `post`, or be met by it."""
    wanted = OTHER_KIND.get(post.kind)
    if wanted is None:
        return ()
    own = marks.of(post)
    scored = []
    for age, other in enumerate(_newest(posts, wanted)):
        match = compare(post, own, other, marks.of(other))
        if match is not None:
            scored.append((-_score(match, post), age, match))
    return tuple(match for _, _, match in sorted(scored, key=lambda one: one[:2])[:most])


def _newest(posts: Iterable[Post], kind: PostKind) -> Iterator[Post]:
    left = CANDIDATES_MAX
    for post in posts:
        if post.kind is not kind or post.folded:
            continue
        yield post
        left -= 1
        if not left:
            return


def compare(post: Post, own: TextMarks, other: Post, others: TextMarks) -> Match | None:
    """Whether two posts of opposite kinds could go together, and why."""
    because = []
    same_category = post.category is other.category and post.category is not Category.OTHER
    if same_category:
        because.append(Because(Reason.CATEGORY))
    street = own.place & others.place
    if street:
        because.append(Because(Reason.STREET, tuple(sorted(street))))
    words = (own.words & others.words) - street
    if words:
        because.append(Because(Reason.WORDS, tuple(sorted(words))))
    if not same_category and len(words) + bool(street) < 2:
        return None
    if not words and not same_category:
        return None
    if other.until_s >= post.until_s:
        because.append(Because(Reason.TIME))
    return Match(other, tuple(because))


def _score(match: Match, post: Post) -> float:
    points = {Reason.CATEGORY: 3.0, Reason.STREET: 2.0, Reason.WORDS: 0.0, Reason.TIME: 0.25}
    score = sum(points[one.reason] for one in match.because)
    score += sum(2.0 * min(len(one.words), 3) for one in match.because if one.reason is Reason.WORDS)
    score += 0.5 if match.post.means is post.means else 0.0
    together_s = min(match.post.until_s, post.until_s) - max(match.post.made_s, post.made_s)
    return score + min(max(together_s, 0) / (24 * HOUR_S), 1.0) * 0.25
