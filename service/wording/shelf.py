"""Where templates lie, and the Jinja that reads them: ours only, never a manager's."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


JINJA = Environment(
    loader=FileSystemLoader([TEMPLATES / "email"]),
    autoescape=select_autoescape(enabled_extensions=("mjml", "mjml.j2"), default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=False,
)
