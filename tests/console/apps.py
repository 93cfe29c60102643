"""An authenticator app of the tests: it is shown the page, as a phone is, and says codes."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pyotp
import time_machine

from service.clock import now
from tests.console.conftest import Browser, words

STEP = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class App:
    """What it was shown."""

    secret: str

    def code(self, steps: int = 0) -> str:
        """The code of this step, or of one before or after it."""
        return pyotp.TOTP(self.secret).at(now() + steps * STEP)


def set_up(browser: Browser) -> tuple[App, list[str]]:
    """Set the second step up as a person does; the app, and the recovery codes that were shown."""
    page = browser.press("/console/second-factor")
    shown = re.search(r'<pre class="plain" id="secret">([A-Z2-7 ]+)</pre>', page.text)
    assert shown, words(page)
    app = App(shown[1].replace(" ", ""))
    done = browser.press("/console/second-factor/confirm", {"code": app.code()})
    codes = re.findall(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b", done.text)
    assert len(codes) == 10, words(done)
    return app, codes


def next_step(clock: time_machine.Traveller) -> None:
    """Half a minute later, when the app shows another code."""
    clock.shift(STEP)
