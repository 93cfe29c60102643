"""What an email address and a number look like in free words: logs and pages hide them by the same patterns."""

# An @ as it is written, and as it stands in an address of the web, in a letter, in JSON and in HTML.
AT = r"(?:@|%(?:25)*40|=40|\\u0040|\\x40|&#0*64;|&#x0*40;|&commat;|＠|﹫)"
# A name before the @ that is quoted, as RFC 5321 allows: spaces and all.
QUOTED = r'\\?"[^"\\\r\n]{1,64}\\?"'
DOTS = ".。．｡"
# What people put between the digits of a number, besides white space.
BETWEEN_DIGITS = r"().\-/_*,·•|~\u2010-\u2015"
