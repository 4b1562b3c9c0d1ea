"""Why were bytes from outside refused? One exception for every parser of this room; its reason names a counter."""

from typing import Literal, get_args

Reason = Literal[
    "length",  # truncated, or larger than what fits
    "type",  # a kind of frame that this version does not know
    "lane",  # a lane that does not exist
    "stranger",  # no hub of the roster has this id
    "signature",  # the signature does not check
    "seal",  # the seal does not open with the key of that day
    "epoch",  # an epoch whose key we do not hold
    "expired",  # its day is over, or its key is gone
    "far",  # it claims to live longer than its lane allows
    "number",  # another block stands under this number: two cards speak with one key
    "replay",  # a control frame with a counter that was heard already
    "shape",  # opened, but not what an honest hub writes
    "inflate",  # a text that inflates beyond its cap
]
REASONS: tuple[Reason, ...] = get_args(Reason)


class Refused(Exception):
    """Bytes that no honest hub of this network sends now. Never reaches a person: the hub counts it by `reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
