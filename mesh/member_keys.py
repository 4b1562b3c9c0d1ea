"""Which keys does a person hold who remembers words? Argon2id makes them, the same on every hub, from phrase or code.

Slow on purpose: 19 MiB and 2 passes a try, so that a thief with a copy of the card pays for each guess. One derivation
at a time is the caller's rule. The parameters are part of the protocol: change one, and nobody can log in.
"""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from mesh import labels
from mesh.keys import SECRET_BYTES, BoxKeys, RandomBytes, derive
from mesh.words import normalise

ARGON2_MEMORY_KIB = 19_456
ARGON2_PASSES = 2
ARGON2_LANES = 1
SALT_BYTES = 16
POD_ID_BYTES = 8
POST_ID_BYTES = 8
VERIFIER_BYTES = SALT_BYTES + SECRET_BYTES


@dataclass(frozen=True, slots=True)
class MemberKeys:
    """A member's two pairs in one pod: one to open what is sealed to them, one to sign in their own name."""

    box: BoxKeys
    sign_seed: bytes = field(repr=False)
    sign_public: bytes

    def sign(self, message: bytes) -> bytes:
        """64 bytes (Ed25519). The caller puts a label of its own in front of what is signed."""
        return Ed25519PrivateKey.from_private_bytes(self.sign_seed).sign(message)


def member_keys(phrase: str, pod_id: bytes) -> MemberKeys:
    """The keys of the member of a pod (its id, 8 bytes) who has this phrase. A wrong phrase gives keys of nobody."""
    if len(pod_id) != POD_ID_BYTES:
        raise ValueError("a pod's id is 8 bytes")
    secret = _stretched(phrase, _salt(labels.MEMBER_SALT, pod_id))
    seed = derive(secret, labels.MEMBER_SIGNING, SECRET_BYTES)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return MemberKeys(BoxKeys.of(derive(secret, labels.MEMBER_BOX, SECRET_BYTES)), seed, public)


def code_keys(code: str, post_id: bytes) -> BoxKeys:
    """The pair that a post's claims are sealed to, from its code and its id (hub id and record id, 8 bytes).

    The public half lies at the post's hub; the code itself does not.
    """
    if len(post_id) != POST_ID_BYTES:
        raise ValueError("a post's id is 8 bytes")
    return BoxKeys.of(derive(_stretched(code, _salt(labels.CODE_SALT, post_id)), labels.CODE_BOX, SECRET_BYTES))


def phrase_verifier(phrase: str, random_bytes: RandomBytes) -> bytes:
    """What a hub keeps to know its coordinator's phrase again: 48 bytes, a random salt (16), the phrase stretched."""
    salt = random_bytes(SALT_BYTES)
    return salt + _stretched(phrase, _salt(labels.COORDINATOR_SALT, salt))


def phrase_matches(verifier: bytes, phrase: str) -> bool:
    """Is this the phrase that `verifier` was made of? Takes as long for a wrong one."""
    if len(verifier) != VERIFIER_BYTES:
        raise ValueError("a verifier is 48 bytes")
    salt, kept = verifier[:SALT_BYTES], verifier[SALT_BYTES:]
    return hmac.compare_digest(kept, _stretched(phrase, _salt(labels.COORDINATOR_SALT, salt)))


def _salt(label: bytes, what: bytes) -> bytes:
    """16 bytes from an id: a pod and a post that happen to share an id still get salts of their own."""
    return sha256(label + what).digest()[:SALT_BYTES]


def _stretched(words: str, salt: bytes) -> bytes:
    argon2 = Argon2id(
        salt=salt,
        length=SECRET_BYTES,
        iterations=ARGON2_PASSES,
        lanes=ARGON2_LANES,
        memory_cost=ARGON2_MEMORY_KIB,
    )
    return argon2.derive(normalise(words).encode())
