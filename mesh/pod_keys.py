"""What can a pod's key do? Seal and open the inner layer of a block, make the bell secret, be wrapped for a member."""

import hmac
import unicodedata
from hashlib import sha256

from mesh import labels
from mesh.keys import SECRET_BYTES, RandomBytes, derive, open_sealed, seal_to, siv_key, siv_open, siv_seal
from mesh.refused import Refused

POD_LAYER_BYTES = 16  # what the layer adds to its text
DAILY_TAG_BYTES = 4
VOICE_ID_BYTES = 4
POD_CODE_LETTERS = 7  # 35 bits
WRAPPED_KEY_BYTES = 80
# Crockford's base 32: no I, L, O or U; what is read as one of them is taken for 1, 1, 0 and V.
POD_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("ILOU", "110V")


def pod_layer_seal(pod_key: bytes, plain: bytes, associated: bytes) -> bytes:
    """`plain` for the pod alone: AES-256-SIV, 16 bytes more.

    associated: says which record this is (its id of 8 bytes), so that nothing sealed can be moved into another, and two
    records with the same words do not look alike.
    """
    return siv_seal(siv_key(pod_key, labels.POD_LAYER_KEY), plain, labels.POD_LAYER + associated)


def pod_layer_open(pod_key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """The inverse of `pod_layer_seal`. Refused("seal") for anything else, such as another pod's words."""
    return siv_open(siv_key(pod_key, labels.POD_LAYER_KEY), sealed, labels.POD_LAYER + associated)


def bell_secret(pod_key: bytes) -> bytes:
    """What a pod's hub keeps when no member is there: 32 bytes that recognise the pod's daily tag and open nothing."""
    return derive(pod_key, labels.POD_BELL, SECRET_BYTES)


def daily_tag(bell: bytes, day: int) -> bytes:
    """How a block says on `day` for which pod it is: 4 bytes, of which a hub without the bell secret learns "some pod".

    Two pods may share a tag by chance (1 in 4 billion pairs): it rings, it proves nothing.
    """
    return hmac.digest(bell, labels.POD_DAILY_TAG + day.to_bytes(4), "sha256")[:DAILY_TAG_BYTES]


def wrap_pod_key(pod_key: bytes, pod_id: bytes, member_box_public: bytes, random_bytes: RandomBytes) -> bytes:
    """The pod's key for one member: 80 bytes that may lie on any hub. Refused("shape") for an unusable public key."""
    return seal_to(member_box_public, pod_key, labels.POD_KEY_WRAP + pod_id, random_bytes)


def unwrap_pod_key(wrapped: bytes, pod_id: bytes, member_box_private: bytes) -> bytes:
    """The pod's key, 32 bytes. Refused("seal") if it was wrapped for another member or pod."""
    if len(wrapped) != WRAPPED_KEY_BYTES:
        raise Refused("seal")
    return open_sealed(member_box_private, wrapped, labels.POD_KEY_WRAP + pod_id)


def voice_id(voice_public: bytes) -> bytes:
    """How an alert names the pod whose voice it is: 4 bytes of the voice's public key. A name, not a proof."""
    return sha256(labels.VOICE_ID + voice_public).digest()[:VOICE_ID_BYTES]


def pod_code(pod_id: bytes) -> str:
    """What is printed for a pod and typed at a log-in: 7 letters and digits. Public, as the pod's id is."""
    number = int.from_bytes(sha256(labels.POD_CODE + pod_id).digest()[:5]) >> 5
    return "".join(POD_CODE_ALPHABET[number >> shift & 31] for shift in range(30, -1, -5))


def read_pod_code(text: str) -> str:
    """A pod code as `pod_code` writes it, from what a person typed: case, spaces, hyphens, lookalikes do not count."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in plain if c.isalnum()).translate(_READ_AS)
