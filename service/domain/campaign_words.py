"""Words of which people speak when they speak of the campaign, the match or the world, and not of our texts."""

from collections.abc import Sequence

from service.domain.spelling import phrase

# Beginnings of words, as `spelling` gives them: a word that begins so speaks of something else than our texts.
_ENGLISH = """
tortur jail prison arrest detain detention crackdown repress oppress regime dictator govern presiden minister aliyev ilham putin erdogan
lukashenko netanyahu trump starmer tory tories labour azerbaijan azeri baku england english britain british armenia karabakh nagorno artsakh
ukrain russia gaza palestin israel iran china qatar saudi uefa fifa football footie soccer match matches game games goal goals player players playing
team teams referee var penalt offside season league cup final kickoff stadium stadia wembley fan fans ball kane bellingham saka tuchel
score scoring scored racis sexis homophob discriminat hate violen kill killi kille murder death dying war wars bomb weapon arms army soldier
genocide invasion attack abuse abusing corrupt brib sportswash greenwash censor propagand lies lying liar injustice justice rights
freedom free journalist reporter blogger activist protest petition campaign campaigning campaigner fight fighting demonstrat rally march
vote voting election elections trial trials court judge police cops lawyer oil gas fossil climate pollution fracking plastic poverty hunger slavery
cruelty suffering persecut silenc intimidat imprison execut hang disappear beat beating beatings kidnap people child children women
men girls boys families refugee migrant boats boat country nation world europe parliament mp mps politician politic leader king
singing cheering supporting believing hoping dreaming booing diving
bullying train bus coach tram taxi car traffic station airport hotel pub beer bar
rain snow rumour rumours deal sponsor funding trade sanction boycott ban tackle defend attackers defence keeper
bombi bombed press hypocri brexit crime infantino blatter pickford mbappe henderson passing conceding concede dribbl shooting heading clearing hs2 ulez nhs
flight farm farms farming whale fox hunting hunger clock picking truth blind covering hiding rewarding turning
fa happening ignor evil madness insanity cycle spread silence blackout nuclear sale selling deport extradit whistleblow union strike cuts
ban banned host hosting tournament qualifier friendly fixture kit shirt manager coaches squad captain scotland wales ireland
"""
_OTHER_LANGUAGES = """
пыток التعذيب gol
tortura torturom torture folter iskence iskenc isgenc muharib oorlog guerr oorlogen marteli folteri пытк катуван мучен tortury shkenj marteling kankinim kankinima arrestation emprison prision carcel prigion
liberez liberad liberen libertem liberate befreit uvolnite uwolni освободи звільні gefangnis wiezien wiezni zatrzyma hapis mehbus mehbes habs həbs узник заключен тюрьм арест репресс войн убив виjн вiйн війн
алиев алијев азерба английск баку футбол матч гол игр игра зрад игры режим гуерра guerre guerra krieg wojn wojna wojne wojny wojnie krig krigen kriget savas savasi mubariz
violencia violence violenza gewalt przemoc siddet zorakili корруп насили репрес насилл partido partida partie match spiel mecz mac maci oyun oyunu futbol futebol calcio
fussball fuss pilka pilke oprima dictad diktatur dyktat regim rejim gobierno governo gouvernement regierung rzad hukumet huukum правительств
journalist journaliste periodist jornalist giornalist dziennikarz gazeteci jurnalist журналист justicia justice justica giustizia sprawiedliwosc
adalet edalet свобод liberte libertad liberdade liberta freiheit wolnosc ozgurluk azadliq право права
represi repres detencion arrest arresto injustic abuso abus censur asesinat asesino meurtr assassin emprison aresztow arest zabija niesprawied cenzur wiezi
baski tutukla haksiz sansur zulm katliam linjustic zulmu zulmun hebsler убийств adaletsiz hebs senzur tezyiq represiy repressiy zulum несправедлив цензур произвол преследов
القمع العنف الرقابه الانتهاكات الاعتقالات احتجاز جبر گرفتاري ناانصافي قتل derechos droits diritti direitos rechte prawa insan haqq
eux vida vivre lluvia lluvi muerte mort morte tod smierc olum olumu смерт rasism racism racisme razzismo rasizm rassismus расизм irkcilig
زندان شكنجه سركوب تعذيب سجن سجناء الاعتقال صحفيين الصحفيين القتل الحرب حرب حكومه الحكومه ازادي جنگ مباراه بازي فوتبال كره الظلم ظلم تشدد جيل فلسطين
अत्याचार जेल यातना हिंसा युद्ध मैच सरकार पत्रकार নির্যাতন জেল যুদ্ধ ম্যাচ সরকার হত্যা ਤਸੀਹੇ ਜੇਲ੍ਹ ਜ਼ੁਲਮ ਜੰਗ ਮੈਚ ਸਰਕਾਰ ત્રાસ જેલ યુદ્ધ મેચ સરકાર
சித்திரவதை சிறை போர் அரசு jirdil dagaal xabsi dulmi artaith rhyfel carchar gem llywodraeth cespai оруж зброю зброя зброi израил россию украин waffen wapens vapen armas armes armi silah bron broni frieden журналіст valku valce novinar ujsagir haboru
"""
_IDEOGRAMS = "酷 刑 战 戰 争 爭 杀 殺 迫 害 比 赛 賽 政 府 监 監 狱 獄 暴 力 侵 略 拷 問 試 合 記 者 屠"
BEGINNINGS = tuple(dict.fromkeys((_ENGLISH + _OTHER_LANGUAGES).split()))
IDEOGRAMS = frozenset(_IDEOGRAMS.split())


def _is_short(word: str) -> bool:
    return len(word) <= (4 if word.isascii() else 2)


_FOLDED = tuple(dict.fromkeys(said for entry in BEGINNINGS if (said := phrase(entry))))
# A short beginning would take half the dictionary with it ("war" in "warm"); so it counts as a word, or its plural.
_EXACT = frozenset(form for said in _FOLDED if _is_short(said) for form in (said, f"{said}s"))
_STEMS = tuple(said for said in _FOLDED if not _is_short(said))


# "in March": a month, and no march.
_BEFORE_A_MONTH = frozenset({"in", "last", "since", "of", "early", "late", "mid", "until", "till", "by"})


def speaks_of_the_campaign(words: Sequence[str]) -> bool:
    """Whether any word is one of these."""
    return any(
        (word in _EXACT or word.startswith(_STEMS) or word in IDEOGRAMS)
        and not (word == "march" and at > 0 and words[at - 1] in _BEFORE_A_MONTH)
        for at, word in enumerate(words)
    )
