"""Is this an Ed25519 public key that we may rely on, and what is its X25519 form?

The group that Ed25519 signs in (RFC 8032) and the one that X25519 multiplies in (RFC 7748) are the same curve in two
coordinates: u = (1 + y) / (1 - y). Public values only: nothing here needs to run in constant time. Agrees with
libsodium's `crypto_sign_ed25519_pk_to_curve25519`, which tests compare through PyNaCl.
"""

from mesh.refused import Refused

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]  # x, y, z, t with x = X/Z, y = Y/Z, x*y = T/Z (RFC 8032, 5.1.4)
NEUTRAL: Point = (0, 1, 1, 0)


def x25519_public_of(ed25519_public: bytes) -> bytes:
    """The X25519 form (32 bytes) of an Ed25519 public key. Refused("shape") for whatever `check_public` refuses."""
    check_public(ed25519_public)
    y = int.from_bytes(ed25519_public, "little") & (2**255 - 1)
    u = (1 + y) * pow(1 - y, -1, P) % P
    return u.to_bytes(32, "little")


def check_public(ed25519_public: bytes) -> None:
    """Refused("shape") unless these 32 bytes are a point of the main subgroup, written in the one canonical way.

    A point of small order would let one signature fit many texts, and its X25519 form would share no secret at all.
    """
    point = _decompress(ed25519_public)
    if point is None or _is_neutral(point) or not _is_neutral(_times(ORDER, point)):
        raise Refused("shape")


def _decompress(raw: bytes) -> Point | None:
    """RFC 8032, 5.1.3; None where no point has this encoding."""
    if len(raw) != 32:
        return None
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * SQRT_MINUS_1 % P
    if x * x % P != square or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _add(p: Point, q: Point) -> Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(factor: int, point: Point) -> Point:
    total = NEUTRAL
    while factor:
        if factor & 1:
            total = _add(total, point)
        point = _add(point, point)
        factor >>= 1
    return total


def _is_neutral(point: Point) -> bool:
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0
