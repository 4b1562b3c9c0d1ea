"""Does an open post look like the one that somebody is about to write? So that a street does not ask twice."""

from collections.abc import Iterable

from hub.matching import Marks
from hub.text_marks import TextMarks, marks_of
from hub.views import Category, Post, PostDraft

SIMILAR_SHOWN = 3
CANDIDATES_MAX = 400
SHARE_MIN = 0.6  # of the title's words, all counted
WORDS_MIN = 2  # in common, where categories differ


def similar(draft: PostDraft, posts: Iterable[Post], marks: Marks) -> tuple[Post, ...]:
    """The open posts of the same kind that look like the same one, the most alike first."""
    own = marks_of(draft.title, draft.details, draft.place)
    found = []
    looked_at = 0
    for post in posts:
        if post.kind is not draft.kind or post.folded:
            continue
        looked_at += 1
        if looked_at > CANDIDATES_MAX:
            break
        share = _likeness(own, marks.of(post))
        common = len(own.title & marks.of(post).title)
        same_category = draft.category is post.category or Category.OTHER in (draft.category, post.category)
        if share >= SHARE_MIN and (same_category or common >= WORDS_MIN):
            found.append((-share, looked_at, post))
    return tuple(post for _, _, post in sorted(found, key=lambda one: one[:2])[:SIMILAR_SHOWN])


def _likeness(own: TextMarks, others: TextMarks) -> float:
    """How much of both titles is the same, 0 to 1; another place makes it less likely to be the same one."""
    every = own.title | others.title
    if not every:
        return 0.0
    share = len(own.title & others.title) / len(every)
    elsewhere = bool(own.place and others.place) and not own.place & others.place
    return share * 0.7 if elsewhere else share
