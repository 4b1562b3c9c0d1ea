"""How many needs and offers are open, by category? And which of them does a page of a list hold?"""

from collections import Counter
from dataclasses import dataclass

from hub.views import Category, Post, PostKind, View

PAGE_POSTS = 30


@dataclass(frozen=True, slots=True)
class Count:
    needs: int = 0
    offers: int = 0
    notices: int = 0

    def of(self, kind: PostKind) -> int:
        return {PostKind.NEED: self.needs, PostKind.OFFER: self.offers, PostKind.INFORMATION: self.notices}[kind]


def count_board(view: View) -> dict[Category | None, Count]:
    """The counts of each category, and of all under None."""
    found = Counter((post.kind, post.category) for post in view.posts)
    counts: dict[Category | None, Count] = {
        category: Count(*(found[kind, category] for kind in PostKind)) for category in Category
    }
    counts[None] = Count(*(sum(count.of(kind) for count in counts.values()) for kind in PostKind))
    return counts


@dataclass(frozen=True, slots=True)
class ListPage:
    posts: tuple[Post, ...]
    number: int  # from 1
    pages: int


def list_page(view: View, kind: PostKind, category: Category | None, number: int) -> ListPage:
    """The posts of one kind, of one category or of all, newest first."""
    found = [post for post in view.posts if post.kind is kind and category in (None, post.category)]
    pages = max(1, -(-len(found) // PAGE_POSTS))
    number = min(max(1, number), pages)
    return ListPage(tuple(found[(number - 1) * PAGE_POSTS : number * PAGE_POSTS]), number, pages)
