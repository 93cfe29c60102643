"""The colours of our emails, light and dark; a test holds every pair to a contrast of 4.5 to 1."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Each pair of ground and ink; `dark_…` where the mailbox shows a dark page."""

    page: str = "#edf1ee"
    card: str = "#ffffff"
    ink: str = "#1c2420"
    quiet: str = "#4b5750"
    link: str = "#0b5d3b"
    band: str = "#0f3d2c"
    band_ink: str = "#ffffff"
    band_quiet: str = "#cfe3d8"
    # The green of the site's own buttons.
    button: str = "#0b6b4a"
    button_ink: str = "#ffffff"
    dark_page: str = "#0e1310"
    dark_card: str = "#18201c"
    dark_ink: str = "#e9efeb"
    dark_quiet: str = "#aebab3"
    dark_link: str = "#86dbb0"


PALETTE = Palette()

CONTRASTING = (
    ("page", "quiet"),
    ("page", "link"),
    ("card", "ink"),
    ("card", "link"),
    ("card", "quiet"),
    ("band", "band_ink"),
    ("band", "band_quiet"),
    ("button", "button_ink"),
    ("dark_page", "dark_quiet"),
    ("dark_page", "dark_link"),
    ("dark_card", "dark_ink"),
    ("dark_card", "dark_link"),
    ("dark_card", "dark_quiet"),
)

_HEADING = f"margin:20px 0 8px;line-height:1.3;color:{PALETTE.ink};"
_STYLES = {
    "p": "margin:0 0 14px;",
    "a": f"color:{PALETTE.link};text-decoration:underline;",
    "ul": "margin:0 0 14px;padding-left:22px;",
    "ol": "margin:0 0 14px;padding-left:24px;",
    "li": "margin:0 0 6px;",
    "blockquote": f"margin:0 0 14px;padding:0 0 0 14px;border-left:3px solid {PALETTE.link};",
    "hr": f"border:0;border-top:1px solid {PALETTE.page};margin:18px 0;",
    **{f"h{level}": f"{_HEADING}font-size:{max(17, 24 - 2 * level)}px;" for level in range(1, 7)},
}
INLINE_STYLES = {tag: f'<{tag} style="{style}"' for tag, style in _STYLES.items()}
