"""Passwords, invitation tokens and one-time codes: how they are made, kept and compared. Keeps nothing itself."""

import hashlib
import secrets
from functools import cache

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 200
ISSUER = "hamreg"


def is_too_weak(password: str, name: str) -> bool:
    """Whether a password is too short, too long, of too few characters, or holds the user's own name.

    Source: NIST SP 800-63B asks for length and against what is guessed first, not for digits and signs.
    """
    is_long_enough = MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS
    return not is_long_enough or len(set(password)) < 5 or name.lower() in password.lower()


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its parameters and salt."""
    return str(_hasher().hash(password))


def is_password(known_hash: str, password: str) -> bool:
    """Whether the password is the one behind the hash. Takes as long for an empty hash, which none is behind."""
    from argon2.exceptions import VerificationError

    try:
        return _hasher().verify(known_hash or _nobodys_hash(), password) and bool(known_hash)
    except VerificationError:
        return False


def make_token() -> str:
    """A token for a link: 256 random bits."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is kept of a token: whoever reads the store cannot make the link."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_totp_secret() -> str:
    """A new secret for one-time codes (RFC 6238)."""
    import pyotp

    return pyotp.random_base32()


def totp_address(secret: str, name: str) -> str:
    """What an authenticator app reads from the picture."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def totp_step(secret: str, code: str, at: float) -> int | None:
    """The time step whose code this is, now or one step to either side; None where it is none of them."""
    import pyotp

    totp = pyotp.TOTP(secret)
    steps = (int(at // totp.interval) + offset for offset in (0, -1, 1))
    return next((step for step in steps if secrets.compare_digest(totp.generate_otp(step), code.strip())), None)


@cache
def _hasher():  # type: ignore[no-untyped-def] # argon2 loads only where somebody signs in
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return hash_password(make_token())
