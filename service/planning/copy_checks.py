"""Whether words can be sent as they are: asked before they are kept, wherever they come from."""

from service.domain.channel import Channel
from service.domain.lengths import LINE, too_long
from service.sending.freeze import Words
from service.wording.checks import Kind, find_mistakes


def mistakes_in(words: Words) -> list[str]:
    """What is wrong with one channel's words, each with its place; empty where nothing is."""
    if words.channel is Channel.SMS:
        return [str(wrong) for wrong in find_mistakes(words.body, Kind.TEXT)]
    lines = (("subject", words.subject), ("preheader", words.preheader))
    return [
        *(f"{name}: {why}" for name, line in lines if (why := too_long(line, LINE))),
        *(
            f"{name}, column {wrong.column}: {wrong.reason}"
            for name, line in lines
            for wrong in find_mistakes(line, Kind.LINE)
        ),
        *(str(wrong) for wrong in find_mistakes(words.body, Kind.EMAIL)),
    ]
