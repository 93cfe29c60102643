"""The GSM-7 alphabet, and what to write instead of the typographic signs it lacks."""

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these travels as an escape and a second septet: it costs two.
EXTENSION = "\f^{}\\[~]|€"

_LOOKALIKES = {
    '"': "«»“”ʺˮ‟„❝❞〝〞＂″‶",
    "'": "‘’ʻˈʼʽʹ‛＇´ˊ`ˋ❛❜︐︑｀′‵",
    "/": "÷⧸⁄∕／",
    "1/4": "¼",
    "1/2": "½",
    "3/4": "¾",
    "\\": "⧹⧵﹨＼",
    "_": "＿‗",
    "|": "∣｜⎸⎹⏐⎜⎟",
    "-": "⎼⎽―﹣－‐⁃—–•\u2011\u2012−﹘⸺⸻",
    "@": "﹫＠",
    "$": "﹩＄",
    "!": "ǃ︕﹗！",
    "#": "﹟＃",
    "%": "﹪％",
    "&": "﹠＆",
    ",": "‚﹐﹑，､、",
    "(": "❨❪﹙（⟮⦅",
    ")": "❩❫﹚）⟯⦆",
    "*": "⁎∗⊛✢✣✤✥✱✲✳✺✻✼✽❃❉❊❋⧆﹡＊",
    "+": "˖﹢＋",
    ".": "。﹒．｡․",
    ":": "ː˸⦂꞉︓：",
    ";": "⁏︔﹔；",
    "<": "﹤＜‹",
    "=": "꞊﹦＝",
    ">": "﹥＞›",
    "?": "︖﹖？",
    "^": "ˆ＾",
    "{": "❴﹛｛",
    "}": "❵﹜｝",
    "[": "［",
    "]": "］",
    "~": "˜˷∼～〜⁓",
    "!!": "‼",
    "...": "…",
    "..": "‥",
    "??": "⁇",
    # What is copied from a PDF comes with its letters joined.
    "ff": "ﬀ",
    "fi": "ﬁ",
    "fl": "ﬂ",
    "ffi": "ﬃ",
    "ffl": "ﬄ",
}
_FULL_WIDTH = {chr(code + 0xFEE0): chr(code) for code in range(ord("!"), ord("~") + 1)}

# Every single sign a GSM-7 text can carry some other way, and that way.
STAND_INS: dict[str, str] = _FULL_WIDTH | {sign: instead for instead, signs in _LOOKALIKES.items() for sign in signs}
