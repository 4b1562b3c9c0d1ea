"""What is worth a visit on an ordinary day? Offers of the week, new documents, needs met as a number: no names."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.clock import DAY_S
from hub.library.document import Document
from hub.views import Means, Post, PostKind, View

WEEK_S = 7 * DAY_S
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Ordinary:
    """A week at this hub."""

    things: int  # on offer now
    skills: int
    new_offers: tuple[Post, ...]  # of this week, newest first
    new_documents: tuple[Document, ...]  # of this week, newest first; not what came with the project
    documents: int
    needs_met: int  # of the last month, as far as this hub still remembers them

    @property
    def is_worth_it(self) -> bool:
        return bool(self.things or self.skills or self.documents or self.needs_met)


def this_week(view: View, documents: Iterable[Document], needs_met: int = 0) -> Ordinary:
    since_s = view.status.now_s - WEEK_S
    offers = [post for post in view.posts if post.kind is PostKind.OFFER and not (post.folded or post.closed)]
    known = tuple(documents)
    new = sorted((one for one in known if not one.is_guide and one.added_s >= since_s), key=lambda one: -one.added_s)
    return Ordinary(
        things=sum(post.means is Means.THINGS for post in offers),
        skills=sum(post.means is Means.SKILLS for post in offers),
        new_offers=tuple([post for post in offers if post.made_s >= since_s][:SHOWN]),
        new_documents=tuple(new[:SHOWN]),
        documents=len(known),
        needs_met=needs_met,
    )
