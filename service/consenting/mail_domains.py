"""Mistyped mail domains: what somebody most likely meant, found by rule among the mailbox providers people use."""

from functools import lru_cache

# Where most private mailboxes are, those of the UK's and of the campaign's communities first.
_POPULAR = (
    *("gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "hotmail.com", "hotmail.co.uk", "outlook.com"),
    *("live.co.uk", "live.com", "icloud.com", "btinternet.com", "sky.com", "virginmedia.com", "talktalk.net"),
    *("ntlworld.com", "blueyonder.co.uk", "tiscali.co.uk", "aol.com", "msn.com", "protonmail.com", "proton.me"),
    *("mail.ru", "yandex.ru", "yandex.com", "rambler.ru", "inbox.ru", "list.ru", "bk.ru", "ukr.net", "mail.az"),
    *("gmx.de", "gmx.net", "web.de", "t-online.de", "freenet.de", "yahoo.de", "hotmail.de", "outlook.de", "gmx.at"),
    *("orange.fr", "free.fr", "wanadoo.fr", "laposte.net", "sfr.fr", "hotmail.fr", "yahoo.fr", "outlook.fr"),
    *("libero.it", "virgilio.it", "tiscali.it", "alice.it", "hotmail.it", "yahoo.it", "yahoo.es", "hotmail.es"),
    *("outlook.es", "telefonica.net", "terra.com.br", "uol.com.br", "bol.com.br", "yahoo.com.br", "hotmail.com.br"),
    *("wp.pl", "onet.pl", "o2.pl", "interia.pl", "seznam.cz", "centrum.cz", "abv.bg", "mail.bg", "yahoo.ro"),
    *("mynet.com", "hotmail.com.tr", "yandex.com.tr", "naver.com", "hanmail.net", "qq.com", "163.com", "126.com"),
    *("rediffmail.com", "yahoo.co.in", "yahoo.in", "yahoo.com.au", "bigpond.com", "yahoo.ca", "rogers.com"),
    *("comcast.net", "verizon.net", "att.net", "sbcglobal.net", "cox.net", "fastmail.com", "tutanota.com"),
)
# Other people's true domains that are a slip away from one above; whoever types one of these means it.
_TRUE = frozenset(
    {
        *(
            "gmx.com",
            "gmx.ch",
            "gmx.co.uk",
            "gmx.fr",
            "gmx.us",
            "gmx.es",
            "mail.com",
            "email.com",
            "ymail.com",
            "fmail.com",
            "gmail.ru",
        ),
        *("rocketmail.com", "me.com", "mac.com", "hey.com", "pm.me", "tuta.com", "tuta.io", "tutamail.com", "zoho.com"),
        *("aim.com", "aol.co.uk", "aol.de", "aol.fr", "live.de", "live.fr", "live.nl", "live.it", "live.ca", "live.se"),
        *("live.ie", "live.no", "live.dk", "live.be", "live.at", "live.cn", "live.ru", "live.com.au", "live.com.mx"),
        *(
            "hotmail.be",
            "hotmail.nl",
            "hotmail.ca",
            "hotmail.se",
            "hotmail.ch",
            "hotmail.no",
            "hotmail.dk",
            "hotmail.gr",
        ),
        *(
            "hotmail.ru",
            "hotmail.at",
            "hotmail.co.jp",
            "hotmail.com.au",
            "hotmail.com.ar",
            "hotmail.co.nz",
            "hotmail.cz",
        ),
        *(
            "outlook.be",
            "outlook.ie",
            "outlook.at",
            "outlook.it",
            "outlook.dk",
            "outlook.pt",
            "outlook.cz",
            "outlook.jp",
        ),
        *(
            "outlook.co",
            "outlook.co.uk",
            "outlook.com.br",
            "outlook.com.tr",
            "outlook.com.au",
            "outlook.co.id",
            "outlook.sa",
        ),
        *("yahoo.ie", "yahoo.gr", "yahoo.se", "yahoo.no", "yahoo.dk", "yahoo.pl", "yahoo.nl", "yahoo.be", "yahoo.at"),
        *("yahoo.co.jp", "yahoo.co.id", "yahoo.co.nz", "yahoo.co.za", "yahoo.co.th", "yahoo.com.ar", "yahoo.com.mx"),
        *(
            "yahoo.com.sg",
            "yahoo.com.hk",
            "yahoo.com.tw",
            "yahoo.com.ph",
            "yahoo.com.vn",
            "yahoo.com.my",
            "yahoo.com.tr",
        ),
        *("yahoo.com.co", "yahoo.com.pe", "yahoo.pt", "yahoo.fi", "yahoo.hu", "yahoo.cz", "yahoo.co.kr", "yahoo.cn"),
        *(
            "yandex.by",
            "yandex.kz",
            "yandex.ua",
            "yandex.az",
            "yandex.uz",
            "yandex.fr",
            "yandex.net",
            "ya.ru",
            "internet.ru",
        ),
        *(
            "mail.ee",
            "mail.de",
            "mail.ch",
            "mail.fr",
            "mail.be",
            "mail.dk",
            "mail.kz",
            "mail.by",
            "mail.ua",
            "mail.uk",
            "mail.ro",
        ),
        *(
            "email.ru",
            "email.de",
            "email.it",
            "email.cz",
            "email.su",
            "inbox.com",
            "inbox.lv",
            "inbox.lt",
            "bk.com",
            "list.com",
        ),
        *(
            "web.com",
            "web.nl",
            "web.fr",
            "web.it",
            "wed.de",
            "free.com",
            "free.de",
            "free.uk",
            "fre.fr",
            "wp.com",
            "o2.com",
        ),
        *("o2.co.uk", "o2.uk", "o2.de", "o2.ie", "orange.net", "orange.com", "orange.es", "orange.pl", "orange.co.uk"),
        *(
            "orange.ro",
            "orange.sk",
            "orange.be",
            "wanadoo.co.uk",
            "wanadoo.es",
            "wanadoo.nl",
            "sfr.com",
            "sky.it",
            "sky.de",
        ),
        *("sky.uk", "sky.tv", "skynet.be", "bt.com", "btconnect.com", "btopenworld.com", "virgin.net", "virgin.com"),
        *("virginmedia.co.uk", "virginmedia.ie", "talk21.com", "talktalk.co.uk", "ntlworld.co.uk", "tiscali.fr"),
        *(
            "tiscali.de",
            "tiscali.net",
            "libero.com",
            "alice.de",
            "alice.com",
            "laposte.fr",
            "laposte.com",
            "t-online.hu",
        ),
        *("freenet.com", "freenet.at", "proton.com", "protonmail.ch", "att.com", "cox.com", "verizon.com", "rogers.ca"),
        *("qq.co", "163.net", "126.net", "139.com", "188.com", "189.cn", "136.com", "vip.qq.com", "vip.163.com"),
        *(
            "abv.com",
            "ukr.com",
            "rambler.ua",
            "rambler.com",
            "seznam.com",
            "centrum.sk",
            "onet.eu",
            "onet.com.pl",
            "interia.eu",
        ),
        *(
            "fastmail.fm",
            "fastmail.co.uk",
            "fastmail.net",
            "fastmail.in",
            "fastmail.com.au",
            "hushmail.com",
            "mailbox.org",
        ),
        *(
            "posteo.de",
            "posteo.net",
            "icloud.de",
            "mynet.com.tr",
            "naver.net",
            "daum.net",
            "terra.com",
            "terra.es",
            "uol.com",
        ),
        *(
            "bol.com",
            "hotmai.com.br",
            "global.co.uk",
            "gail.com",
            "sina.com",
            "sina.cn",
            "sohu.com",
            "rediff.com",
            "cs.com",
            "cock.li",
        ),
    }
)
# Ends that no domain has, by a slip of the thumb, for ends they have.
_ENDS = {
    **dict.fromkeys(("con", "cpm", "vom", "xom", "comm", "ocm", "cmo", "coom", "comn", "om", "cim", "con.uk"), "com"),
    **dict.fromkeys(("co.ku", "co.um", "couk", "co.ukk", "co.yk", "co.ik", "c.uk", "co.u", "cou.k", "co,uk"), "co.uk"),
    **dict.fromkeys(("nte", "ney", "ner", "nett", "bet"), "net"),
    **dict.fromkeys(("ogr", "orgg", "orh"), "org"),
}
# Ends that are some country's, and far more often a slip for com.
_HALF_ENDS = frozenset({"co", "cm", "om", "c", "cn", "m"})
# Providers that have no other domain, and are often given the country's.
_COM_ONLY = {"gmail": "gmail.com", "googlemail": "googlemail.com"}
_NAMES = frozenset(domain.partition(".")[0] for domain in _POPULAR)
# How many slips are believed: the shorter and rarer a name, the likelier its neighbour is somebody else's.
_WELL_KNOWN = frozenset(
    {"gmail", "yahoo", "yandex", "icloud", "orange", "wanadoo", "laposte", "talktalk", "rediffmail", "fastmail"}
)
_UNLIKE_ANY = frozenset({"hotmail", "outlook", "googlemail", "btinternet", "virginmedia", "blueyonder", "protonmail"})


def suggest_email(email: str) -> str | None:
    """The address its owner most likely meant, where the domain looks mistyped; None for any domain that may be true.

    Takes a normalised address. One slip (a letter missing, doubled, swapped or beside the right one) from a provider's
    domain, two in its longer ones; never a domain of the lists, nor a subdomain.
    """
    local, _, domain = email.rpartition("@")
    meant = _meant(domain)
    return f"{local}@{meant}" if meant else None


@lru_cache(maxsize=4096)
def _meant(domain: str) -> str | None:
    if domain in _POPULAR or domain in _TRUE:
        return None
    name, _, end = domain.partition(".")
    if end in _ENDS:
        # The end is wrong for certain; the name may be too.
        mended = f"{name}.{_ENDS[end]}"
        return mended if mended in _POPULAR or mended in _TRUE else _nearest(mended) or mended
    if name in _COM_ONLY:
        return _COM_ONLY[name]
    if end in _HALF_ENDS and (meant := f"{name}.com") in _POPULAR:
        return meant
    if name in _NAMES and len(end) == 2:
        # A provider's name with a country's end: it may well have one there.
        return None
    last = domain.rpartition(".")[2]
    found = _nearest(domain, least=1 if len(last) == 1 else 0)
    return found or (_nearest(f"{name}.com") if end in _HALF_ENDS else None)


def _nearest(domain: str, *, least: int = 0) -> str | None:
    """The most used provider within reach; the same number of slips from two providers is settled by use."""
    best: tuple[int, int] | None = None
    for place, known in enumerate(_POPULAR):
        slips = _slips(domain, known, most=max(least, _reach(known)))
        if slips is not None and (best is None or (slips, place) < best):
            best = slips, place
    return _POPULAR[best[1]] if best else None


def _reach(known: str) -> int:
    name = known.partition(".")[0]
    if name in _UNLIKE_ANY:
        return 2
    return 1 if name in _WELL_KNOWN or known == "mail.ru" or len(name) > 6 else 0


def _slips(typed: str, known: str, *, most: int) -> int | None:
    """How many letters were missed, added, changed or swapped with the next; None where more than `most`."""
    if abs(len(typed) - len(known)) > most:
        return None
    before: list[int] = []
    row = list(range(len(known) + 1))
    for i, letter in enumerate(typed, start=1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(known, start=1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == known[j - 2] and typed[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1] if row[-1] <= most else None
