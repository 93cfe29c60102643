"""How people write "stop texting me" in Latin letters, in languages that have a script of their own."""

from service.domain.opt_out_table import Words

_SOUTH_ASIAN_THINGS = "message|messages|massage|msg|msgs|sms|text|texts|mesej|sandesh|paigham|number|nambar"

LANGUAGES = {
    "Hindi and Urdu in Latin letters": Words(
        alone=(
            "band kro|bnd kro|bnd karo|band krdo|band kar dijiye|band kijiye|band karna|rok do|roko|rok dijiye|bas karo|bas kro|bas karein|mat karo|mat kro"
            "|mat bhejna|mat bhejiye|nahi bhejo|nahin chahiye|nahi chahiye|mujhe nahi chahiye|hata do|hatao|mujhe hata do|mera number hatao"
            "|mera number hata do|mera number delete karo|pareshan mat karo|tang mat karo|peecha chhodo|khatam karo|khatm karo"
        ),
        never=(
            "message mat|massage mat|msg mat|sms mat|text mat|message na karo|message na kro|msg na kro|sms na karo|message na bhejo|message nahi chahiye"
            "|messages nahi chahiye|msg nahi chahiye|sms nahi chahiye|sandesh mat|paigham na"
        ),
        verbs="band karo|band kro|bnd kro|bnd karo|band karein|band kar|band krdo|roko|rok do|rokein|khatam karo|hatao|hata do|mat bhejo|mat karo",
        things=_SOUTH_ASIAN_THINGS,
        courtesies="mujhe|muje|mujhko|humein|hame|ye|yeh|ab|aap|bhai|yaar|ji|kripya|meharbani|shukriya|dhanyavad|please",
    ),
    "Punjabi in Latin letters": Words(
        alone="band karo ji|band kardo|bas karo ji|rok deo|na bhejo ji|mainu na bhejo|mainu nahi chahide|hatao mainu",
        never="message na|msg na|sms na karo|nahi chahide message|message nahi chahide|msg nahi chahide",
        verbs="band karo|band kardo|rok deo|roko|nahi chahide",
        things=_SOUTH_ASIAN_THINGS,
        courtesies="mainu|menu|ji|hun|meharbani|kirpa karke|veere|paaji",
    ),
    "Bengali and Sylheti in Latin letters": Words(
        alone=(
            "bondho koren|bondho kor|bondo koro|bondo koren|off koro|off koren|thamen|thaman|ar na|ar diyen na|ar dien na|ar pathaben na|diyen na|dien na"
            "|patayen na|pathayen na|bad den|amare bad den|amake bad den|lagbe na|amar lagbe na|virokto koren na|birokto koben na|birokto korben na"
        ),
        never=(
            "message diyen na|message dien na|msg diyen na|msg dien na|sms diyen na|sms diben na|message pathayen na|sms pathaben na|text diyen na"
            "|message lagbe na|message chai na|ar message na"
        ),
        verbs="bondho koro|bondho koren|bondho korun|bondo koro|bond koro|bond koroin|off koro|thamao|thaman|lagbe na|chai na",
        things=_SOUTH_ASIAN_THINGS,
        courtesies="amake|amare|apnara|ar|r|doya kore|plz|bhai|dhonnobad|ei|egula",
    ),
    "Gujarati, Tamil, Nepali in Latin letters": Words(
        alone="bandh kari do|mokalso nahi|mokalta nahi|na mokalso|mane nathi joitu|nathi joita|anuppadhinga|anupaadheenga|venam|vendaam|rokno|roknus|band garnus|pathaunu pardaina",
        never="message na mokalso|message mokalsho nahi|message nathi joita|message anuppadhinga|message venam|message napathau|message napathaunus",
        verbs="bandh karo|bandh kari do|niruthu|niruthunga|venam|band gara|band garnus",
        things=_SOUTH_ASIAN_THINGS,
        courtesies="mane|have|enakku|kripaya|malai",
    ),
    "Russian and Ukrainian in Latin letters": Words(
        alone=(
            "otpisat|otpisatsia|otpishite|otpiska pozhaluysta|otmena|otmenit|otkaz|otkazyvayus|hvatit|khvatit|prekratite|prekrati|ostanovite|ostanovites"
            "|udalite menya|udalite moy nomer|uberite menya|ne nado|bolshe ne nado|ne nado bolshe|ne hochu|ne khochu|ne interesno|otstan|otvalite|dostali"
            "|ne bespokoyte|ne bespokoite|ne pishi|ne pishi mne|ne prisylayte|ne shlite|ne zvonite|ne pyshit|ne pyshit meni|vidpyshit|vidpyshit mene|dosyt|prypynit"
        ),
        never="ne pishite|ne pishi mne|ne prisylayte|ne prisylaite|ne shlite|ne otpravlyayte|ne nado pisat|ne hochu poluchat|ne khochu poluchat|ne pyshit|ne nadsylaite",
        verbs="hvatit|khvatit|prekratite|perestante|perestan|ostanovite|udalite|uberite|otpishite",
        things="soobshcheniya|soobsheniya|smski|sms|rassylku|rassylki|pisat|slat|prisylat|nomer|spiska",
        courtesies="pozhaluysta|pozhaluista|pojaluista|pzh|spasibo|bolshe|mne|menya|uzhe|budte dobry|bud laska",
    ),
    "Bulgarian, Serbian and Macedonian in Latin letters": Words(
        alone="spri|sprete|otkaji|otkazhi|otpishete me|ne mi pishete|ne pishete|stiga|mahnete me|premahnete me|ne iskam|ne zhelaya|ne jelaya",
        never="ne mi pishete|ne mi prashtayte|ne mi prashtaite|ne izprashtayte|ne iskam saobshtenia|ne iskam sms",
        verbs="sprete|spri|stiga|ne iskam",
        things="saobshtenia|saobshteniya|sms|nomera|spisaka|pishete|prashtate",
        courtesies="molya|blagodarya|poveche|mi",
    ),
    "Greek in Latin letters": Words(
        alone="stamata|stamatiste|stamatiste parakalo|diagrafi|diagrapste me|akirosi|arketa|ftanei|min stelnete|mi stelnete|den thelo|den thelw",
        never="min stelnete|mi stelnete|mi mou stelnete|min mou stelnete|den thelo minimata|den thelw minimata|oxi alla minimata",
        verbs="stamatiste|stamata|diagrapste|den thelo|den thelw",
        things="minimata|minima|mhnymata|sms|arithmo|lista",
        courtesies="parakalo|parakalw|efxaristo|euxaristw|pia|mou|alla",
    ),
    "Arabic and Persian in Latin letters": Words(
        alone=(
            "tawaqaf|tawaqqaf|tawakaf|wa2ef|wa2fo|wa2efo|wagef|wagfo|la tersel|la tersil|la trasilni|la tirsil|la tirsilu|la tab3at|la teb3at|ma tab3at|ma teb3atou"
            "|khalas la tab3at|khalas la teb3at|elgha|ilgha|ilgha al ishtirak|imsa7 raqmi|e7thif raqmi|ma abi|ma biddi|ma bidi|mish 3ayez|mesh 3ayez|kfaya|kifaya"
            "|laghv|lagv|ghat konid|nafrest|nafrestid|payam nadid|payam nade|nemikham|nemikhaham|hazf|hazfam konid|bas kon|bas konid"
        ),
        never="la tersel|la tersil|la tirsil|la tab3at|la teb3at|ma tab3atou|ma biddi rasa2el|ma abi rasayel|payam nafrest|payam nafrestid|payam nadid|payamak nafrestid|sms nafrestid",
        verbs="wa2ef|wa2fo|wagfo|tawaqaf|ma biddi|ma abi|mish 3ayez|mesh 3ayez|nafrestid|nafrest|hazf|laghv|nemikham",
        things="rasa2el|rasayel|rasael|rasail|risala|messages|sms|raqmi|ra2mi|payam|payamak|shomare|list",
        courtesies="min fadlak|min fadlik|law sama7t|lw sama7t|shukran|ya3ni|lotfan|mamnoon|merci|dige",
    ),
    "Maltese": Words(
        alone="ieqaf|waqqfu|neħħuni mil-lista|tibgħatulix",
        never="tibgħatux|tibgħatulix messaġġi|ma rridx messaġġi",
        verbs="waqqfu|tibgħatux|neħħu",
        things="messaġġi|messaġġ|sms|numru|lista",
        courtesies="jekk jogħġbok|grazzi|aktar",
    ),
    "Basque": Words(
        alone="gelditu mesedez|utzi bakean|kendu nire zenbakia",
        never="ez bidali|ez idatzi niri",
        verbs="gelditu|utzi|kendu",
        things="mezu|mezuak|mezurik|sms|zenbakia|zerrendatik",
        courtesies="mesedez|eskerrik asko|gehiago",
    ),
    "Afrikaans": Words(
        alone="hou op|los my uit|verwyder my|teken my uit",
        never="moenie vir my stuur|moenie my stuur|moenie vir my boodskappe",
        verbs="moenie|hou op|verwyder|geen",
        things="boodskappe|boodskap|sms|nommer|lys",
        courtesies="asseblief|dankie|meer",
    ),
}
