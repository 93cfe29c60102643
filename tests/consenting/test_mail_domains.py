"""Mistyped mail domains are asked about; true ones never are."""

import pytest

from service.consenting.mail_domains import suggest_email


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("gmial.com", "gmail.com"), ("gmail.con", "gmail.com"), ("gamil.co", "gmail.com"), ("gmail.om", "gmail.com")),
        *(("hotmial.co.uk", "hotmail.co.uk"), ("hotmail.co.ku", "hotmail.co.uk"), ("btintenet.com", "btinternet.com")),
        *(("yahooo.com", "yahoo.com"), ("yaho.co.uk", "yahoo.co.uk"), ("outlok.com", "outlook.com")),
        *(("iclod.com", "icloud.com"), ("mai.ru", "mail.ru"), ("yadex.ru", "yandex.ru"), ("orang.fr", "orange.fr")),
        *(("gmail.co.uk", "gmail.com"), ("gmail.org", "gmail.com"), ("googlemail.de", "googlemail.com")),
        *(("gmx.d", "gmx.de"), ("web.d", "web.de"), ("gmx.con", "gmx.com"), ("amnesty.ogr", "amnesty.org")),
    ],
)
def test_a_mistyped_domain_is_asked_about(typed: str, meant: str) -> None:
    assert suggest_email(f"ana.li@{typed}") == f"ana.li@{meant}"


@pytest.mark.parametrize(
    "domain",
    [
        *("gmail.com", "googlemail.com", "gmx.com", "gmx.de", "ymail.com", "mail.com", "email.com", "me.com", "web.de"),
        *("yahoo.fr", "yahoo.com.ng", "hotmail.hu", "gmail.ru", "outlook.ie", "live.com", "love.com", "horizon.net"),
        *("example.org", "amnesty.org", "bbc.co.uk", "mail.example.org", "students.gmial.example", "never.com"),
    ],
)
def test_a_domain_that_may_be_true_is_never_asked_about(domain: str) -> None:
    assert suggest_email(f"ana@{domain}") is None
