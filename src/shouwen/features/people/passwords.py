"""argon2id, with constant work for unknown users so that names cannot be found by timing.

Every hash is made and compared on a thread: it takes tens of milliseconds, in which the event loop serves others.
"""

import asyncio
import re
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from shouwen.kernel.errors import BadInput

MIN_CHARS = 10
MAX_CHARS = 200
FEWEST_KINDS_OF_CHARS = 5

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's second recommended setting
# what guessers try first, whatever stands before or after it
_COMMON = (
    "password", "passw0rd", "p@ssw0rd", "qwerty", "qwertyuiop", "asdfgh", "zxcvbn", "letmein", "welcome", "admin",
    "iloveyou", "woaini", "abc123", "shouwen", "1qaz2wsx", "qazwsx", "5201314", "888888", "666666", "147258", "112233",
)  # fmt: skip
_ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The PHC string to store. Takes tens of milliseconds: on an event loop call `new_hash`."""
    return _HASHER.hash(password)


def check_password(stored: str | None, password: str) -> bool:
    """Whether `password` fits; with no stored hash the same work is done and the answer is no."""
    try:
        return _HASHER.verify(stored or _nobody(), password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


async def new_hash(password: str) -> str:
    """`hash_password` beside the event loop."""
    return await asyncio.to_thread(hash_password, password)


async def fits(stored: str | None, password: str) -> bool:
    """`check_password` beside the event loop."""
    return await asyncio.to_thread(check_password, stored, password)


def check_strength(password: str, login: str, name: str) -> None:
    """BadInput that says why a chosen password is too short or too easily guessed."""
    if len(password) < MIN_CHARS:
        raise _weak(f"密码太短：至少 {MIN_CHARS} 个字符", f"the password needs at least {MIN_CHARS} characters")
    plain = password.casefold()
    if login.casefold() in plain or (name and name.casefold() in plain):
        raise _weak("密码里有您的账号或姓名", "the password holds your log-in name or your name")
    if len(set(plain)) < FEWEST_KINDS_OF_CHARS:
        raise _weak("密码里重复的字符太多", "the password repeats too few characters")
    left = plain
    for word in _COMMON:
        left = left.replace(word, "")
    letters = re.sub(r"[^0-9a-z]", "", left)
    if len(left) < MIN_CHARS - 4 or _is_run(letters):
        raise _weak("这个密码很容易被猜到", "this password is easily guessed")


def _is_run(text: str) -> bool:
    """`12345678`, `fedcba`, `asdfgh` and pieces of them, one after another."""
    rows = [row for ahead in _ROWS for row in (ahead, ahead[::-1])]
    pieces = [text[at : at + 4] for at in range(0, len(text), 4)]
    return bool(text) and all(any(piece in row for row in rows) for piece in pieces)


def _weak(zh: str, en: str) -> BadInput:
    return BadInput(
        "new_password", zh, en, remedy_zh="可以用几个不相干的词连成一句话", remedy_en="a few unrelated words will do"
    )
