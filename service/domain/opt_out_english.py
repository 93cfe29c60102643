"""The English of leaving: what asks us to stop, what only speaks of stopping, and what leaves a doubt.

Words are compared as `spelling` gives them: small letters, no apostrophes ("dont"), single spaces, courtesies left out.
A name in capitals stands for the alternatives of that name.
"""

import re

_CLASSES = {
    "SENDING": "texting|txting|texing|textin|txtin|textn|txtn|textng|messageing|text|messaging|messagin|msging|message|sending|sendin|contacting|contactin"
    "|bothering|spamming|spaming|asking|begging|harassing|harrassing|pestering|writing to|writing|bugging|annoying|hassling|disturbing"
    "|calling|ringing|phoning|pinging|smsing|nagging|badgering|hounding|mithering|bombarding|dming|disturbing",
    "TELL": "text|txt|message|msg|contact|sms|send|write to|write|call|ring|phone|bother|disturb|spam|harass|pester|hassle|ping",
    "TOLD": "texted|txted|messaged|contacted|bothered|spammed|written to|disturbed|called|pestered|on (?:the|your|this|any) list",
    "MESSAGES": "texts?|txts?|messages?|msgs?|smss?|smses|texting|messaging|updates|alerts?|notifications?|spam|junk|marketing"
    "|communications?|correspondence|subscription|membership|mailing list|mailings?|reminders?|newsletters?|briefings?|bulletins?",
    "THINGS": "texts?|txts?|messages?|msgs?|smss?|smses|texting|messaging|updates?|alerts?|notifications?|crap|rubbish|spam|junk"
    "|communications?|marketing|correspondence|subscription|membership|mailing list|mailings?|reminders?|newsletters?|news"
    "|briefings?|contact|bulletins?|nonsense|stuff|shit|shite|bollocks|propaganda|links?|petitions?|requests?|tripe|garbage",
    "THEM": "all|these|those|this|em|it|any|anything|everything|more|any more|all of it|all of these|all of this|all this",
    "LIST": "phone|mobile|tps|list|lists|mailing list|texting list|contact list|contacts|database|system|group|chat|distribution|records|files?"
    "|books|thread|service|register|phone book|address book|campaign|broadcast|it|this|here|everything"
    "|(?:text|texting|messaging) (?:thing|group|list|service|chat)|thing",
    "WHICH": "petition|links|the|these|those|this|that|my|your|ur|yr|yer|dis|mor|any|all|of|more|further|sending|getting|receiving|such|me|us|so many|from|"
    "political|unwanted|unsolicited|campaign|football|stupid|silly|endless|constant|pointless|random|any more|other|future|annoying|irritating|pestering|daily|weekly|boring|daft|awful|horrible|irrelevant",
    "NUMBER": "(?:my|our|this|her|his|their)(?: (?:phone|mobile|mob|cell|contact|telephone|tel|own|name and|number and|details and))? "
    "(?:number|numbers|no|num|name|details|data|info|information|phone|mobile|contact|entry|account)|\\d{5,13}(?: \\d{3,7})?",
    "FAMILY": "(?:my|our) (?:late )?(?:mum|mother|mam|dad|father|nan|gran|grandad|wife|husband|partner|son|daughter|child|kid|brother"
    "|sister|friend|mums|dads|sons|daughters|wifes|husbands)(?: number| phone)?",
    "END": "(?=$| (?:to|from|coming|or|i|im|ive|ill|and|because|cos|cause|as|being|until|we|you|u|if|for me|that|which|before"
    "|anymore|any|again|altogether|ever|its|it|this|that|thats|immediately|forever|completely|permanently|whatsoever|my|off|at|on|after"
    "|so|every|about|during|while|late|who|stop|unsubscribe|then|with|by|over|via|through)\\b)",
    "ME": "me|us|my \\w+|this number|this phone|this mobile|here|to me",
}


def _rule(words: str) -> re.Pattern[str]:
    for name, alternatives in _CLASSES.items():
        words = words.replace(name, alternatives if name == "END" else f"(?:{alternatives})")
    return re.compile(rf"\b(?:{words})")


# Asks whose object is us, our messages, our list or their number: obeyed wherever they stand, unless denied.
ASKS = tuple(
    _rule(words)
    for words in (
        r"(?:stop|quit|cease|finish|end|halt|give up) SENDING(?: (?:ME|FAMILY)\b|$| THEM END| (?:WHICH ){1,5}THINGS END| THINGS END)",
        r"(?:stop|quit|cease|halt|end) (?:getting|receiving|having|sending|doing|with) (?:me )?(?:THEM|them|that)END",
        r"(?:stop|cease|halt|no need for|enough of|enough|sick of)(?: it)?(?: with)? (?:WHICH ){0,5}MESSAGESEND",
        r"(?:cancel|end|quit|leave|exit|terminate|discontinue|deactivate|disable|switch off|turn off)"
        r" (?:me$|NUMBER$|(?:WHICH ){0,5}(?:MESSAGES|group|list|lists|chat|conversation|thread|subscriptions)END)",
        r"(?:unsubscribe|unsub|desubscribe|un subscribe|un sub|un subcribe)\b(?! from\b(?! (?:WHICH ){0,4}(?:MESSAGES|LIST|THEM|you)\b))",
        r"(?:opt|opting|optin|opts|option)(?: (?:ME|NUMBER))? (?:out|our|oit|uot)\b(?! of\b(?! (?:WHICH ){0,4}(?:MESSAGES|LIST|THEM)\b))|optout\b",
        r"(?:remove|delete|erase|unlist|wipe|disconnect|deregister|unregister|detach|purge)"
        r" (?:me|us|NUMBER|FAMILY)\b",
        r"(?:remove|delete|erase) (?:him|her|them|it|this) (?:from|off) (?:WHICH ){0,3}LIST\b",
        r"(?:take|get|cross|strike|scratch|knock|keep|leave|want|have|pull|kick) (?:me|us|NUMBER|FAMILY)"
        r" (?:off|out of|from)(?:$| (?:(?:of|from|WHICH) ){0,4}(?:LIST|MESSAGES)END)",
        # "take him off" alone is said of a player.
        r"(?:take|get|cross|strike|scratch|knock|keep|leave|want|have|pull) (?:him|her|it|this|these) (?:off|out of|from)"
        r" (?:(?:of|from|WHICH) ){0,4}(?:LIST|MESSAGES)END",
        r"^(?:can|could|may) (?:i|we) (?:get|come|be|be taken|get taken) (?:off|out of|from)"
        r"(?:$| (?:(?:of|from|WHICH) ){0,4}(?:LIST|MESSAGES|THEM)END)",
        r"\b(?:number|phone|mobile)\b.{1,60} (?:remove|delete|erase|unsubscribe) it$",
        # Real words one slip away from "stop", whose object gives away what was meant.
        r"^(?:stoop|step|sop|spot|strop|stow|stops|shop|top|swop) SENDING ME\b",
        r"\b(?:he|she|FAMILY) (?:doesnt|does not|dont) (?:want|need|wish)(?: (?:to|get|getting|receive|receiving|have|be|any|more)){0,4}"
        r"(?: (?:WHICH ){0,3}MESSAGESEND| TOLD\b)",
        r"\b(?:nobody|no one|noone)(?: here| in this house)? (?:wants?|needs?|asked for|reads?) (?:any of )?(?:your|these|those|this) "
        r"(?:WHICH ){0,3}MESSAGESEND",
        r"\b(?:which|what) (?:part|bit) of (?:stop|no|unsubscribe|leave me alone) (?:dont|do|did|didnt|cant)\b",
        r"\b(?:you|u|youve|uve)(?: \w+){0,2} been (?:told|asked)(?: \w+){0,2} stop$",
        r"(?:take|get|cross|strike) (?:me|us|NUMBER|FAMILY) off$",
        r"(?:lose|forget|bin|destroy|shred|scrap|get rid of|chuck) (?:NUMBER)\b",
        r"sign (?:me|us) (?:off|out)\b|log me (?:off|out)\b|count me out\b",
        r"no (?:more|further) (?:WHICH ){0,3}MESSAGESEND(?! from me\b)|^(?:\w+ )?no (?:WHICH ){0,3}(?:texts|txts|messages|msgs|sms|spam)$|no more (?:THINGS)$|no more (?:of )?(?:THEM|thanks)$|no more from you\b",
        r"(?<!\bthey )(?<!\bi )(?<!\bwe )(?<!\byou )(?<!\bhe )(?<!\bshe )(?<!\bpeople )(?<!\bmum )(?:do not|dont|do nt|don t|never|not to|didnt ask you to|refrain from|desist from|must not|stop you)(?: (?:ever|you|u|dare|even))* (?:TELL|SENDING)"
        r"(?: (?:me|us|here|NUMBER|FAMILY)\b|$| THEM?END| (?:WHICH ){0,5}THINGSEND| again| anymore| any more)",
        r"(?:do not|dont|no longer|didnt|dun|never|not) (?:\w+ )?(?:want|wish|need|wanna|consent|asked|ask)"
        r"(?: (?:you|u|to|for|be|get|getting|receive|receiving|have|having|in|hearing|hear|at all|nothing|anything|owt|any|more)){0,4}"
        r"(?: (?:WHICH ){0,5}THINGSEND| TOLD\b| (?:from|of) (?:you|u|ya|this|these)\b| (?:contact|SENDING|TELL)(?: ME)?END"
        r"| (?:any of )?(?:THEM)(?:$|(?= any| no more)))",
        r"(?:if|that) you (?:removed|deleted|took|stopped|unsubscribed) (?:me|my|us|texting|sending|messaging|contacting|this number)\b",
        r"(?:i|ive|i have|already) (?:\w+ )?(?:texted|sent|said|typed|replied) stop\b(?! (?:the|this|a)\b)",
        r"mind not SENDING(?: ME\b|$)|(?:cease|end|stop) (?:all |any |further )*contact\b|(?:want|like|have) (?:it|this|them|NUMBER) (?:removed|deleted|taken off)",
        r"(?:rather|prefer|appreciate it if you|wish) (?:\w+ ){0,3}(?:didnt|did not|not|wouldnt)(?: to)?(?: (?:get|receive|be))?"
        r" (?:TELL|TOLD|(?:THEM (?:of )?)?THEM$|(?:WHICH ){0,5}THINGS)",
        r"(?<!\bno )(?:want|wanna|would like|id like|d like|wish|need|like|ask|asked|asking|prefer|trying|request|demand|decided)(?: you)?"
        r" (?:to|for|2) (?:be )?(?:stop|leave|unsubscribe|opt out|quit|withdraw|cancel|(?:removed|taken|deleted) ?(?:off|from)?"
        r"|come off|get off|be off|be out|off)(?:$| (?:WHICH ){0,4}(?:LIST|THINGS|THEM)END)",
        r"(?:want|wanna|would like|id like|wants) (?:out|off)(?:$| (?:of )?(?:WHICH ){0,3}LISTEND)",
        r"(?:to be|be|get|am|being) (?:removed|taken off|deleted|unsubscribed|taken out|struck off)"
        r"(?:$| (?:(?:of|from|off|WHICH) ){0,5}(?:LIST|THINGS)END)",
        r"(?:have|get|getting) (?:me|us|NUMBER) (?:removed|taken off|deleted|unsubscribed|taken out)\b",
        r"(?:withdraw|withdrawing|revoke|revoking|retract) (?:my )?(?:consent|permission|agreement)\b",
        r"do not (?:give|have) (?:you )?(?:my )?(?:consent|permission)\b|dont have my (?:consent|permission)\b",
        r"leave (?:me|us|this number|FAMILY) (?:alone|be|in peace|out of (?:it|this))\b",
        r"(?:got|have|this is|its|is|think|sent to|texting|texted|sorry|must be|be)(?: \w+){0,2}"
        r" wrong (?:number|person|phone|guy|woman|man|lady|bloke|no|num)\b(?! of )|^wrong (?:number|person|no|num|guy|lady|bloke)\b(?! of )",
        r"(?:reply|replying|text|texting|send|sending|say|saying|type|said|write|i say|typing)(?: you)? stop$",
        r"stop(?: texts?)? (?:to|2|and) (?:end|stop|opt|optout|unsubscribe|quit|leave|cancel)\b",
        r"(?:please|pls|just|now|kindly|me) leave me$|get lost$",
    )
)

# A bare word of leaving, with nothing beside it but courtesies, numbers and itself.
_BARE_VERBS = (
    "stop|stopall|unsubscribe|unsubscribed|unsub|optout|opt out|opted out|opting out|cancel|end|quit|revoke|leave|exit"
    "|remove|delete|halt|cease|desist|discontinue|terminate"
)
BARE = re.compile(
    r"(?:(?:(?:can|could|would|will|wont|cant) (?:you|u)|(?:any chance )?(?:you|u) (?:can|may)|(?:any |is there any |is there a )?chance (?:you|u) (?:can|could|would)|(?:can|could|may) i|(?:i |we |i have |ive )?(?:said|say|want|wanna|wish|need|would like|id like|asked|told|asking)"
    r"(?: you| u)?(?: to| 2)?|yes|no|all|me|to|you|u|i|id like to|would you mind|(?:good |best of )?luck|great|nice|for me|oh do|do|oh|right) )?"
    rf"(?:(?:{_BARE_VERBS}|it|this|that|dis|dat|these|those|all|everything|all this|all of this|\d{{1,12}}|me|doing|the lot|forever|everything"
    rf"|immediately|and|or|off|means stop)(?: |$)){{1,14}}"
)
HAS_BARE_VERB = re.compile(rf"\b(?:{_BARE_VERBS})\b")
# Short ways of saying so without any of these words, as the whole of a clause.
GO_AWAY = re.compile(
    r"(?:you |u |just |can you |will you |oh |all |sorry |im |i am |we are |am |were |really |definitely )*"
    r"(?:go away|get lost|do one|jog on|naff off|bog off|bugger off|sod off|piss off|fuck off|f off|eff off|fk off|feck off|fuck you"
    r"|forget me|forget about me|not interested|no longer interested|uninterested|not interested in (?:this|these|it|any of this|your \w+|these \w+)"
    r"|no more|never again|wrong number(?! of )|wrong person|im out|nomore|leave off"
    r"|let me out(?: of (?:this|it|here|the (?:group|list|chat)))?|pack it in|give over|knock it off|give it a rest)"
    r"(?: you| your| idiots?| lot| all| muppets?| spammers?| will you| of you)*"
)
# "stop i hate these", "stop who is this": the sentence begins anew after the word.
STOP_THEN = re.compile(
    r"(?:stop|unsubscribe|optout) (?:\d+ )?(?:or|before|because|cos|cause|as|since|i|im|ive|ill|id|you|youre|u|who|what|why|how"
    r"|where|when|this|its|it is|thats|that is|wrong|sent from|your (?=annoying|doing|getting|being|so|a|an|the|really)|not|never|leave|enough|we|dont|do not|go|is|are|have)\b"
)
THEN_STOP = re.compile(
    r"(?:(?:.{0,160} )?but|(?:who|what) (?:is|are|r) \w+|(?:whos|whats) (?:this|that)|wrong (?:number|person)|not interested|(?:my|this) number|leave me alone|go away"
    r"|no (?:thanks|more)|spam|texts|messages|hate this|sick of this|fed up|annoying|interested|anymore|any more"
    r"|football|for me|you|to|me|said|can you|enough|i want you to|if you could) (?:stop|unsubscribe)"
)

# Somebody else is to stop, or nobody is.
_NEGATION = (
    "dont|do not|don t|never|not|wont|will not|cant|cannot|couldnt|didnt|did not|doesnt|wouldnt|shouldnt|havent|nobody|nothing"
    "|without|mustnt|must not|should not|rather than|did you|did u|have you"
)
DENIED = re.compile(
    rf"\b(?:{_NEGATION})(?: (?:ever|you|u|dare|want|wish|think|mean|intend|to|let|going|need|have|me|us|them|even|about|wanna|any|yet))*$"
)
COMPLAINT = re.compile(rf"\b(?:if|why|unless|because|cos|since|until|as|how come)(?: \w+){{0,2}} (?:{_NEGATION})\b")
OTHERS_BEFORE = re.compile(r"\b(?:they|we|he|she|people|fans|players|families|england|who|everyone)(?: \w+){0,3}$")
_MODAL = (
    "(?: (?:will|must|should|would|can|could|may|might|shall|to|not|never|ever|all|have|has|had|got|have to|has to|had to|need to|needs to|got to"
    "|ought to|going to|gonna|finally|eventually|wont|dont|cant|do|does|did|ever going to|both|is|are|was|were|be))"
)
OTHERS = re.compile(
    rf"\b(?:they|theyll|theyd|he|hell|she|itll|we|well|weve|lets|who|nobody|noone|none|everyone|everybody|someone|somebody|people"
    rf"|nothing|anybody|anyone|ill|il|country|world|england|players|fans|both|ref|police){_MODAL}{{0,5}} stop\b"
    rf"|\b(?:it|them|him|her|i|id|that|you all){_MODAL}{{1,5}} stop\b|\b(?:make|makes|made|let|help|see|watch|get|tell|ask|want|wish|hope|until|when)"
    rf" (?:it|them|him|her|that|people){_MODAL}{{0,3}} stop\b"
    rf"|\b(?!you |u |this |these |texts |messages |it |spam )\w+(?: (?:must|should|will|wont|would|cant|can|never|doesnt|didnt|has to|have to"
    r"|needs to|need to|had to))(?: (?:not|never|ever|be made to|all))? stop\b"
    r"|\b(?:will|does|did|do|would|can) (?!you |u |this |these |i )\w+(?: ever| not| all| finally)? stop\b"
    r"|^(?:\w+ )?stop them from \w+ing\b|\bhelp(?: us| them| me| to)* stop\b|\b(?:way|ways|how|fight|able|power|order|time|try|trying|tried|action|enough|work|working|want|call|pressure"
    r"|told|made|forced|campaign|campaigning)(?: us| them| him| her| people)?(?: to| can we| do we| do you| can you| could we)+ stop\b"
    r"|\b(?:wife|husband|boss|kids|mum|dad|police|mp|doctor|teacher|steward|stewards)(?: \w+){0,4} stop \w+"
)
SPEAKS_OF_THIS = re.compile(
    r"^make it stop$|\bhow (?:do|can|could) i (?:make|get) (?:it|this|these|(?:the|these|your) (?:texts|messages))(?: to)? stop\b|\b(?:this|that|these|texts|messages|spam)(?: all)?(?: (?:\w+ )?(?:must|has|have|needs|need|should|got|can|will|could|would|nonsense|madness)"
    r"(?: to| got to| not)?)? stop\b|\b(?:i|me) (?:want|wish|need|like)(?: you)? (?:to )?stop\b"
)
IDIOM = re.compile(
    r"\bstop (?:by|over|off at|in at|at|for a|for|sign|gap|and search|the war|funding|watch|press|light|start|laughing|crying|smiling|thinking|watching"
    r"|believing|scrolling|motion|worrying|caring|here for|there|short|reading|and (?:think|remember|look|pray))\b|\b(?:bus|train|full|pit|non|next|coach|door|tram|a|the|what|which|great|brilliant|amazing|super|nice|double|first|last|wrong|one|second|third|\d+|our|my|two|three) stops?\b"
)
# A restriction is not a farewell; a person reads it.
RESTRICTED = re.compile(
    r"\b(?:late(?! (?:husband|wife|mum|mother|dad|father|partner|son|daughter|nan))|night|nights|morning|mornings|early|during|until|till|til|while|whilst|today|tonight|much|many|often|every"
    r"|twice|except|unless|weekends?|sundays?|saturdays?|weekdays?|evenings?|mondays?|fridays?|work|works|am|pm|\d+am|\d+pm|midnight|day|days|week)\b"
)
ASKS_HOW = re.compile(
    r"\b(?:how|where) (?:do|to|can|could|would|should|does|is) (?:i|one|you|people|it|stop|unsub\w*|opt|we|my \w+)\b|\bwhat do i\b|\bwhich number\b|\bhow i\b|\bdo i (?:reply|text|send|just)\b|\bdid i\b"
    r"|\b(?:have|am) i\b|\bif i\b|\bi (?:already|had|did not|didnt|did) (?:unsub|opt|stop)|\b(?:unsub\w*|opt\w* out|stop)(?: \w+){0,2} by (?:mistake|accident)\b|\bwhat if\b|\bcan i still\b"
)
# Enough to hold back texts until somebody has looked.
DOUBTS = re.compile(
    r"\bwrong number of\b|\bunsubscribed\b(?! from (?!you|this|these|your))|\b(?:stop|unsubscribe|unsub|optout|opt out|opted out|opting out)\b|\bno longer \w+ (?:number|phone|mobile)\b"
    r"|\bthis (?:number|phone|mobile)(?: now)? (?:isnt|is not|is no longer|no longer|doesnt belong|does not belong|belongs|used to)\b"
    r"|\bnot \w+ (?:number|phone)\b|\bnew owner\b|\bthis is(?: not|nt) \w+$|\bnobody called\b|\bno \w+ here$"
    r"|\bis (?:this|that|it) spam\b|\bkeep (?:getting|receiving|sending me) (?:these|this|your|the same|texts|messages)\b|\bi get these (?:all|every)\b"
    r"|\b(?:fewer|less|not so many|how many more) (?:texts|messages|msgs|of (?:these|them|your))\b"
    r"|\b(?:texts?|messages?|these)(?: \w+){0,2} cost(?:s|ing)? me\b|\b(?:text|message|texting|messaging) (?:me |us )?(?:(?:so|this|that|too) )?(?:often|much|many)\b|\bonly (?:text|message|contact) (?:me|us)\b"
    r"|\b(?:dont|do not) (?:text|txt|message|msg|contact|ring|call) (?:at|before|after|during|until|so|in the|on)\b"
    r"|\bwhy am i (?:getting|receiving|on)\b|\b(?:your|these|the|so many) (?:texts|messages|msgs)(?: \w+){0,3} (?:annoying|irritating|a nuisance|a pain)\b"
    r"|\b(?:passed|has passed|sadly passed) away\b|\btake (?:it|this) off$"
    r"|\b(?:is|isnt this|its|just|just more|more|another|as|pure|total|bloody) spam\b|^spam$|\bspam(?:mers?|ming)\b|\bmore texts\b"
    r"|\bhow (?:do|can) i (?:leave|get out|get off|quit|cancel|come off)\b|^(?:reported|blocked|blocking|reporting|block|report|report spam|block and report|enough|enough already|thats enough|that is enough)$|(?<!he was )(?<!she was )(?<!were )(?<!they are )\bharass(?:ing|ment|ed)?\b|\breport(?:ing|ed)? (?:you|u|this|it)\b|\bblock(?:ing|ed)? (?:you|u|this|your)\b"
    r"|\bnever (?:signed up|subscribed|agreed|asked for|gave you|consented)\b|\b(?:didnt|did not|dont remember|dont recall)"
    r" (?:sign(?:ing)? up|subscrib\w+|agree\w*|ask for|consent|giv\w+ you)\b|\b(?:didnt|did not) sign(?: up)? (?:to|for) (?:this|these)\b"
    r"|\btoo many (?:texts|messages)\b|\b(?:come|came|get|be|am) (?:off|out of) (?:this|the list|it|your list)\b|\bmy solicitor\b"
    r"|\b(?:gdpr|ico|information commissioner|data protection|right to object|pecr)\b|\bnot interested\b|\bcease and desist\b"
    r"|\b(?:my|our) (?:husband|wife|mum|mother|dad|father|son|daughter|brother|sister|partner|nan|gran)(?: has| sadly| just)*"
    r" (?:died|passed)\b|\b(?:owner|person|customer|he|she)(?: \w+){0,3} (?:passed away|deceased)\b|\bdeceased\b"
    r"|\b(?:remove (?:me|my (?!signature)\w+)|(?:take|cross) (?:me|my (?!signature)\w+) (?:off|out|from))\b|\b(?:delete|remove) (?:it|this)$|\bget (?:me|my \w+) (?:off|out)\b|\b(?:want|wants|wanted) out\b|\bstopped? (?:texting|messaging|sending|contacting)\b"
    r"|\bfuck off\b|\bpiss off\b|\bleave me\b|\benough (?:texts|messages)\b|\bsign (?:off|out)\b|\bremoved? from (?:the|your|this) (?:list|texts)\b|\b(?:do|did) not (?:text|contact)\b"
    r"|(?<!they )(?<!i )(?<!we )(?<!you )(?<!he )(?<!she )\bdont (?:text|message|contact) (?:me|us|my)\b|\bemailing me\b|\b(?:stop|no more|cancel) (?:the |your |these |all |all the )*emails?\b"
)
COURTEOUS_PHRASES = re.compile(
    r"\b(?:thank you(?: very much| so much| anyway)?|many thanks|thanks a lot|for (?:gods|christs|goodness|fucks|petes|heavens|the love of god) ?"
    r"(?:sake)?|full stop|question mark|exclamation (?:mark|point)|at once|(?:right|straight) away|as soon as possible|once and for all|no offence"
    r"|with immediate effect|with respect|all the best|kind regards|best wishes|good (?:morning|evening|afternoon|day|night)|no thank(?:s| you)"
    r"|thank you|the hell|the fuck|the heck|if you (?:dont mind|would|could|can)|if possible|to whom it may concern|dear sir or madam"
    r"|i beg you|im begging you|begging you|have a nice day|god bless|bless you|with thanks)\b"
)
_COURTESIES_TABLE = """
please pls plz plse nah naw bruh man fam cuh tf thnx thanx tnx thankyou nope pleas plez ta thanks thank thx tx cheers immediately ok okay okey sorry soz hi hello hey hiya
dear mate bruv bro hun pal asap fgs ffs omg god gods sake x xx xxx xxxx xxxxx lol lmao wtf kindly just simply again
then so but sir madam guys folks fam really fucking fuckin fcking effing bloody damn damned frigging freaking
flipping goddamn well oh ah um uh er hmm honestly seriously pretty politely respectfully love darling sweetheart bye
goodbye ciao yeah yh yep alright also actually now already ppl regards always amen haha fs tbh urgently exclamation
comma
"""
COURTESIES = frozenset(_COURTESIES_TABLE.split())
NAMES_US = re.compile(
    r"\b(?:me|my|us|texts?|txts?|messages?|msgs?|sms|texting|txting|txtin|textin|texing|txtng|textn|txtn|smsing|messageing|msging|dming|messaging|unsubscribe|unsub|number|list|wrong|alone|spam|optout|alerts?|updates?"
    r"|consent|permission|mailing|subscription|your|ur)\b"
)
OR_ELSE = re.compile(r"^(?:or|before i|before we|because|cos|as|and|im|i|it|its|this|you)\b")
DENIED_STOP = re.compile(
    rf"\b(?:{_NEGATION}|no one can|will|cant ever)(?: (?:ever|you|u|dare|want|wish|to|let|going|gonna|be|able|them|anyone|anybody|us|even|now))* "
    r"(?:stop|unsubscribe|opt out|remove|delete)\b"
)
# "changed my mind stop": a sentence about oneself, and then the word.
TAIL_STOP = re.compile(
    r"(?:i|im|ive|my|ur|youre|changed|dont|not|no|sick|fed|tired|too|these|it|wrong|who|what|enough|had|new|please|this is(?= (?:my|a|an|our|the|not|her|his)\b))\b.{0,200} "
    r"(?!(?:to|not|never|wont|will|must|should|can|cant|says?|said|saying|reads?|a|the|this|that|they|it|we|he|she|them|i|you|does|do|did|ever|all"
    r"|and|or|for|word|at|would|could|dont|might|just|play|bus|about|of|with|was|is|on) stop(?: this| it)?$)\w+ stop(?: this| it)?$"
)
SAYS_STOP = re.compile(
    r"\b(?:says?|saying|reads|called|written|banner|badge|shirt|shirts|banners)(?: \w+){0,2} (?:stop|unsubscribe)$"
)
NOT_BARE = re.compile(r"(?:leave|exit|delete|remove|revoke) (?:it|that|this|those|these)$")
# "stop i dont care about azerbaijan": what follows is the sender's own matter, whatever it speaks of.
FIRST_PERSON_AFTER_STOP = re.compile(
    r"stop (?:my|you are|youre|texting|sending|messaging|contacting)\b|unsub|opt out(?! of)"
)
STILL_DOUBTFUL = re.compile(
    r"\b(?:only (?:text|message|contact) (?:me|us)|unsubscribe|unsub|opt out|optout|not interested|(?<!he was )(?<!she was )(?<!were )(?<!they are )\bharass\w*|never (?:signed up|subscribed|agreed|asked)|gdpr"
    r"|remove (?:me|my (?!name|signature)\w+)|take (?:me|my (?!name|signature)\w+) off|emailing me|stop(?:ped)? (?:texting|messaging)|spam)\b"
)
# "i dont care about football stop": the campaign is spoken of to say that it is not theirs.
NOT_MINE = re.compile(
    r"(?:i |we |im |am )?(?:really )?(?:dont|do not|couldnt|could not|hate|no interest|have no interest|sick|bored|fed)"
    r"(?: (?:care|follow|watch|like|give|in|of|up|with|about))+ .{1,120} (?:stop|unsubscribe|remove me)"
)
YOU_NEVER = re.compile(rf"\b(?:you|u) (?:just )?(?:{_NEGATION})\b")
STOP_I = re.compile(r"stop (?:or )?(?:i|im|ive|ill|id)\b(?! stop)")
BUT_STOP = re.compile(
    r"\b(?:but|so|then) (?:please |pls |just |now |can you please |kindly )?(?:can you |could you |i want to |will you )?(?:stop|no more|unsubscribe|remove me|opt out)(?: now| please| pls| thanks)?$"
)
EMPHATIC = ("STOP", "UNSUBSCRIBE")
# Somebody said "stop" to somebody.
REPORTED = re.compile(
    r"\b(?:he|she|they|ref|police|crowd|we all|mum|dad) (?:shouted|said|cried|screamed|yelled|shouts)\b|\b(?:he|she|they|ref|police) (?:asked|told|begged|ordered)(?: \w+){1,3} to stop\b|\bstop said\b|\bsaid (?:the|he|she)\b"
)
# "Dear FIFA, please stop": said to somebody else.
TO_OTHERS = re.compile(r"(?:a |my )?(?:message|memo|note|advice|word|dear|tell|to|oi|mr|president)\b")
# A name taken off the petition is no farewell.
OFF_THE_PETITION = re.compile(
    r"\b(?:name|signature)\b.*\bpetition\b|\b(?:my|the) signature\b|\boff (?:the|this|your) petition\b"
)
WEAK_VERBS_ONLY = re.compile(
    r"(?!.*\b(?:stop\w*|unsub\w*|opt\w*)\b).*\b(?:cancel|end|quit|leave|exit|remove|delete|halt|revoke|discontinue|terminate)\b.*"
)
NAMES_MESSAGES = re.compile(r"\b(?:texts?|messages?|number|list|everything|texting|database)\b")
POLITE = re.compile(r"\b(?:please|pls|plz|kindly|thanks|ta)\b")
POLITE_END = re.compile(r"\b(?:please|pls|plz|kindly) (?:remove|unsubscribe|delete|cancel)$")
