"""Signs nobody sees: where they are a part of a name, and where they are nothing in one."""

import re

_JOINERS = "\u200c\u200d"
_FIRST_FLAG_SIGN, _LAST_FLAG_SIGN = "\U000e0020", "\U000e007f"
# Between letters of Persian, Hindi or Bengali a joiner is spelling, and between emoji it makes one of two; elsewhere it
# is nothing a name has.
_STRAY_JOINER = re.compile(
    "(?<![\u0300-\u1fff\u2c00-\U0010ffff])[\u200c\u200d]|[\u200c\u200d](?![\u0300-\u1fff\u2c00-\U0010ffff])"
)
# The flags of England, Scotland and Wales are spelt out in such signs; elsewhere they are nothing.
_STRAY_FLAG_SIGNS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)|[\U000e0020-\U000e007f]")


def may_belong(sign: str) -> bool:
    """Whether a sign that cannot be seen may be a part of a letter or a flag."""
    return sign in _JOINERS or _FIRST_FLAG_SIGN <= sign <= _LAST_FLAG_SIGN


def without_stray(text: str) -> str:
    """A text with such signs where they belong to what can be seen, and nowhere else."""
    return _STRAY_JOINER.sub("", _STRAY_FLAG_SIGNS.sub(r"\1", text))
