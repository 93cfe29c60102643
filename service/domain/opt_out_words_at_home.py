"""How people say "stop texting me" in the languages of the UK and its communities."""

from service.domain.opt_out_table import Words

LANGUAGES = {
    "Welsh": Words(
        alone=(
            "stopio|stopiwch|stopia|peidiwch|peidiwch a tecstio|paid a tecstio|dad-danysgrifio|dad danysgrifio|datdanysgrifio|dim mwy|dim diolch stopiwch|canslo"
            "|gadewch lonydd i mi|tynnwch fi oddi ar y rhestr|optio allan|eithrio|rhowch y gorau iddi|rhowch y gorau i hyn|peidiwch â thecstio fi|paid â thecstio fi"
        ),
        never="dim mwy negeseuon|dim rhagor negeseuon|dim mwy tecsts",
        verbs="stopiwch|stopio|peidiwch|dim rhagor|tynnwch|dileu|dilewch|dim eisiau|stop|ddim eisiau|ddim isio",
        things="negeseuon|neges|tecstio|decstio|testun|negesu|rhestr|rhif|anfon|cysylltu|tecst|tecsts|danfon|thecstio|tecstiau",
        courtesies="os gwelwch yn dda|plis|diolch|nawr|rwan|o negeseuon",
    ),
    "Irish": Words(
        alone="stad|stad de|cuir stad|cuir stad leis|stop le do thoil|stadaigi|cealaigh|diliostail|na seol|bain me|na cuir teacs chugam|bain m uimhir den liosta",
        never="ná seol|ná cuir teachtaireacht|ná cuir téacs|ná bí ag téacsáil",
        verbs="stad|stadaigi|bain|na bi|stop|na bigi",
        things="teachtaireachtai|teachtaireacht|teacs|teacsanna|teacsail|liosta|chugam",
        courtesies="le do thoil|go raibh maith agat|go raibh maith agaibh",
    ),
    "Scottish Gaelic": Words(
        alone="stad|stadaibh|na cuir teachdaireachdan|sguir|sguiribh|sguir",
        verbs="stad|stadaibh|sguir",
        things="teachdaireachdan|teacs",
    ),
    "Polish": Words(
        alone=(
            "zaprzestanie|zaprzestac|zaprzestancie|wypisanie|usuniecie|wypisz|wypiszcie|wypisz mnie|wypisac|wypisac mnie|wypiszcie mnie|chce sie wypisac|rezygnuje|rezygnacja|anuluj|koniec|zakoncz|przestan|przestancie"
            "|przestac|dosc|usun|usun mnie|usuncie mnie|usun numer|wystarczy|prosze przestac|prosze nie pisac|nie pisz|nie piszcie|nie pisz do mnie"
            "|nie piszcie do mnie|odczepcie sie|odwal sie|zly numer|pomylka|wypisuje sie|skonczcie|nie dzwon|dajcie spokoj|dajcie mi spokoj|daj mi spokoj|zostawcie mnie"
            "|nie zycze sobie|prosze mnie wypisac|prosze mnie usunac|stop sms"
        ),
        never=(
            "nie wysyłajcie|nie wysyłaj|nie piszcie|nie pisz do|nie wysyłać|nie chcę dostawać|nie chcę otrzymywać|nie życzę sobie|nie kontaktujcie|proszę nie pisać"
            "|zadnych wiadomosci|żadnych sms|nie chcę waszych|nie przysyłajcie|nie chcę sms|nie chcę wiadomości"
        ),
        verbs=(
            "usunięcie|skreślenie|wypisanie|zaprzestanie|przestan|przestancie|przestac|nie chce|nie wysylaj|nie wysylajcie|nie wysylac|wypisz|wypiszcie|wypisac|usun|usuncie|usunac|koniec|nie zycze|nie pisz"
            "|nie piszcie|dosc|rezygnuje"
        ),
        things="sms|smsow|smsy|smsami|wiadomosci|wiadomosc|numer|numeru|listy|lista|pisac|wysylac|otrzymywac|dostawac|mnie wiecej|powiadomien|esemesow",
        courtesies="prosze o|prosze|dzieki|dziekuje|juz|natychmiast|wiecej|pan|panstwo|do mnie|bardzo|dzien dobry",
    ),
    "Romanian": Words(
        alone=(
            "dezabonare|dezabonati|dezaboneaza|dezabonati ma|dezaboneaza ma|ma dezabonez|opreste|opriti|opriti va|opreste te|ajunge|anulare|anuleaza|renunt|renunta"
            "|lasati ma in pace|nu mai scrieti|nu mai scrie|nu imi mai scrieti|nu mi mai scrieti|stergeti ma|sterge ma|numar gresit|terminati|inceteaza|incetati"
            "|nu mai vreau|scoateti ma|gata cu mesajele|ma retrag|ma dezabonez|vreau sa ma dezabonez|doresc sa ma dezabonez"
        ),
        never=(
            "nu mai trimiteți|nu mai trimite|nu trimiteți|nu mai scrieți|nu mai contactați|fără mesaje|nu vreau mesaje|nu doresc mesaje|nu mai vreau mesaje"
            "|nu mai vreau sms|nu doresc să primesc|nu mai doresc"
        ),
        verbs="gata cu|opriti|opreste|nu vreau|dezabonati|stergeti|scoateti|incetati|inceteaza|nu doresc|sterge",
        things="mesaje|mesajele|smsurile|mesaj|sms|sms uri|smsuri|numarul|lista|trimiteti|trimite|trimis|primesc|texte|contactati",
        courtesies="va rog|te rog|multumesc|mersi|acum|imediat|rog",
    ),
    "Punjabi": Words(
        alone=(
            "ਬੰਦ ਕਰੋ|ਬੰਦ ਕਰ|ਰੋਕੋ|ਰੁਕੋ|ਬੱਸ|ਬਸ|ਬੱਸ ਕਰੋ|ਸਟਾਪ|ਹਟਾਓ|ਮੈਨੂੰ ਹਟਾਓ|ਨਾ ਭੇਜੋ|ਮੈਸੇਜ ਨਾ ਕਰੋ|ਰੱਦ ਕਰੋ|band karo|bas karo|band kar|ruko|roko|bus karo|msg na karo"
            "|message na karo|na bhejo"
        ),
        never="ਨਾ ਭੇਜੋ|ਨਾ ਭੇਜਣਾ|ਨਾ ਭੇਜਿਆ|ਮੈਸੇਜ ਨਾ|ਸੁਨੇਹੇ ਨਾ|na bhejo|na bhejna|msg na|message na karo",
        verbs="ਬੰਦ|ਰੋਕੋ|ਹਟਾਓ|band karo|band kar|band kardo|bondho koro|bondho korun|bandh karo|bond koro|ਹਟਾ ਦਿਓ|ਹਟਾਓ",
        things="ਮੈਸੇਜ|ਸੁਨੇਹੇ|ਸੁਨੇਹਾ|ਸੰਦੇਸ਼|ਨੰਬਰ|ਐਸਐਮਐਸ|message|messages|msg|msgs|sms|bhejo|bhejna|text|texts|ਨੰਬਰ",
        courtesies="ਕਿਰਪਾ ਕਰਕੇ|ਜੀ|ਧੰਨਵਾਦ|ਹੁਣ|ji|kirpa karke|meharbani|yaar|bhai|hun",
    ),
    "Urdu": Words(
        alone=(
            "بند کرو|بند کریں|بند کر دیں|بند کردیں|بند کر دو|بند|روکو|روکیں|رک جاؤ|رکو|بس|بس کرو|بس کریں|سٹاپ|اسٹاپ|ختم کریں|ختم کرو|نہ بھیجیں|مت بھیجیں|مت بھیجو"
            "|منسوخ|منسوخ کریں|مجھے ہٹا دیں|ہٹا دیں|غلط نمبر|band karo|band karein|band kardo|band kar do|mat bhejo|mat bhejein|khatam karo|bus karo|bas"
            "|message mat karo|msg mat karo|msg na karein|mujhe tang mat karo|tang na karo|galat number|wrong number hai"
        ),
        never=(
            "نہ بھیجیں|مت بھیجیں|مت بھیجو|نہ بھیجو|پیغام نہ|میسج نہ کریں|میسج مت|mat bhejo|mat bhejein|na bhejo|na bhejein|mat karo msg|message mat|msg mat"
            "|message na karein|message nahi chahiye|پیغامات نہیں چاہیے|نہیں چاہیے پیغامات"
        ),
        verbs="بند|روک|روکیں|ہٹا|ختم|نکال|نکالیں|نکالو|nikal do|nikaal do|nikalo|nikal dein|band karo|band kar|band kardo|bondho koro|bondho korun|bandh karo|bond koro",
        things="پیغام|پیغامات|میسج|میسیج|میسجز|ایس ایم ایس|نمبر|بھیجیں|بھیجو|message|messages|msg|msgs|sms|bhejo|bhejein|number",
        courtesies="براہ کرم|مہربانی|شکریہ|اب|پلیز|جی|meharbani|shukriya|bhai|yaar|ab|mujhe|aap|ye|yeh|plz",
    ),
    "Bengali": Words(
        alone=(
            "বন্ধ|বন্ধ করুন|বন্ধ করো|বন্ধ কর|থামুন|থামো|থামান|স্টপ|বাদ দিন|পাঠাবেন না|মেসেজ পাঠাবেন না|আমাকে বাদ দিন|বাতিল|ভুল নম্বর|bondho koro|bondho korun|thamo"
            "|thamun|bondho|pathaben na|message diben na|msg diben na|r msg diben na"
        ),
        never="মেসেজ পাঠাবেন না|পাঠাবেন না|মেসেজ দিবেন না|মেসেজ চাই না|msg diben na|message diben na|message pathaben na|msg pathaben na|মেসেজ দেবেন না|বার্তা চাই না",
        verbs="বন্ধ|থামান|বাদ|band karo|band kar|band kardo|bondho koro|bondho korun|bandh karo|bond koro|মুছে দিন|মুছে ফেলুন|সরিয়ে দিন",
        things="মেসেজ|বার্তা|এসএমএস|নম্বর|পাঠাবেন|পাঠানো|message|messages|msg|sms|pathaben|diben|নাম্বার|নম্বর",
        courtesies="দয়া করে|প্লিজ|ধন্যবাদ|এখনই|আর|doya kore|dhonnobad|amake|ar|r",
    ),
    "Sylheti": Words(
        alone="bond koro|bond koroin|ar dio na|msg dio na|thamo",
        verbs="band karo|band kar|band kardo|bondho koro|bondho korun|bandh karo|bond koro",
        things="msg|message|sms|dio",
        courtesies="amare",
    ),
    "Gujarati": Words(
        alone="બંધ કરો|બંધ કર|બંધ|રોકો|અટકાવો|સ્ટોપ|બસ|બસ કરો|મોકલશો નહીં|મેસેજ ન કરો|રદ કરો|મને કાઢી નાખો|bandh karo|bandh kar|mokalsho nahi|msg na karo",
        never="ના મોકલો|ના મોકલશો|મોકલશો નહિ|મેસેજ ના|મોકલશો નહીં|ન મોકલો|મેસેજ ન|મેસેજ નથી જોઈતા|na moklo|nahi moklo|na mokalo",
        verbs="બંધ|રોકો|અટકાવો|કાઢી|band karo|band kar|band kardo|bondho koro|bondho korun|bandh karo|bond koro",
        things="મેસેજ|સંદેશ|સંદેશા|એસએમએસ|નંબર|મોકલશો|message|messages|msg|sms|mokalo|mokalsho",
        courtesies="કૃપા કરીને|આભાર|હવે|મહેરબાની કરીને|મને|have|mane|krupa karine",
    ),
    "Hindi": Words(
        alone=(
            "रुको|रुक जाओ|बंद|बंद करो|बंद करें|बंद कीजिए|बंद कर दो|बन्द करो|रोको|रोकें|रुको|रुकिए|रुक जाओ|स्टॉप|बस|बस करो|मत भेजो|मत भेजें|न भेजें|मैसेज मत करो|रद्द|रद्द करें"
            "|हटाओ|मुझे हटा दो|मुझे हटाएं|गलत नंबर|नहीं चाहिए|nahi chahiye|band karo yaar|rok do|mujhe hatao"
        ),
        never="संदेश मत|मत भेजिए|सन्देश मत|एसएमएस मत|मत भेजो|मत भेजें|मत भेजना|न भेजें|ना भेजें|मैसेज मत|मैसेज नहीं चाहिए|संदेश नहीं चाहिए|message mat|msg mat|mat bhejo|mat bhejna|mat karo message",
        verbs="बंद|बन्द|रोको|रोकें|हटा|हटाओ|हटाएं|band karo|band kar|band kardo|bondho koro|bondho korun|bandh karo|bond koro",
        things="मैसेज|मेसेज|संदेश|एसएमएस|नंबर|भेजो|भेजें|भेजना|सूची|message|messages|msg|msgs|sms|bhejo|bhejna",
        courtesies="कृपया|प्लीज|धन्यवाद|अब|जी|मुझे|यह|ये|kripya|dhanyavad|ab|mujhe",
    ),
    "Arabic": Words(
        alone=(
            "توقف|توقفوا|توقفي|قف|أوقف|أوقفوا|ايقاف|إيقاف|الغاء|إلغاء|الغاء الاشتراك|إلغاء الاشتراك|الغي الاشتراك|ألغوا اشتراكي|الغ|إلغ|كفى|كفاية|خلاص|بس|لا ترسل"
            "|لا ترسلوا|لا تراسلني|لا تراسلوني|احذفوني|احذف رقمي|احذفوا رقمي|ازالة|إزالة|ستوب|وقف|وقفوا|اتركوني|انسحاب|رقم خطأ|الرقم خطأ|غلط|tawaqaf|khalas|kafi"
            "|waqf|bas khalas"
        ),
        never="لا ترسل|لا ترسلوا|لا تراسلوني|لا تراسلني|لا اريد رسائل|لا أريد رسائلكم|لا اريد استلام|عدم ارسال|بدون رسائل|ما ابغى رسائل|ما ابغي رسائل|ما اريد رسائل|ما نبي رسائل|مش عايز رسائل|مش عاوز رسائل|لا تبعث|لا تبعثوا|ما تبعتوا|ما تبعتولي|لا تتصلوا|ما بدي رسائل|لا ترسلو|ارجو عدم",
        verbs="توقف|توقفوا|أوقف|أوقفوا|إيقاف|الغاء|احذف|احذفوا|كفى|وقف|وقفوا|ازيلوا|لا اريد|ما بدي|ما ابغى|ما ابي|ما اريد|مش عايز|مش عاوز|وقفولي|بطلوا",
        things="رسائل|الرسائل|رسالة|رسائلكم|مراسلة|مراسلتي|إرسال|ترسل|ترسلوا|رقمي|الاشتراك|القائمة|اس ام اس|sms|اشتراكي|الارسال",
        courtesies="من فضلك|من فضلكم|لو سمحت|لو سمحتم|رجاء|الرجاء|شكرا|الان|ارجوك|ارجوكم|فورا|يا|عن",
    ),
    "Somali": Words(
        alone=(
            "jooji|joojiya|jooji fariinta|jooji farriimaha|ha joogto|ha la joojiyo|i daaya|iga daaya|joogso|iska daa|iska dhaaf|ka saar|iga saar|iga saara|ha ii soo dirin|ha soo dirin|waa ku filan|waa kugu filan|i daa|iga daa"
            "|lambar khaldan|jooji fariimaha|iga daaya farriimaha"
        ),
        never="ha ii soo|ha soo dirin|ha ii dirin|ma rabo fariimo|ma rabo fariin|iga saar liiska|ha igu soo",
        verbs="jooji|joojiya|ma rabo|ka saar|iga daaya|iga daa",
        things="fariinta|farriinta|fariimahan|fariimo|fariimaha|fariin|farriimaha|farriin|sms|lambarka|lambarkayga|dirin|liiska|qorin",
        courtesies="fadlan|mahadsanid|hadda|dheh|ii soo|mar dambe",
    ),
    "Tamil": Words(
        alone=(
            "நிறுத்து|நிறுத்துங்கள்|நிறுத்தவும்|நிறுத்துக|போதும்|வேண்டாம்|அனுப்ப வேண்டாம்|அனுப்பாதே|அனுப்பாதீர்கள்|ஸ்டாப்|ரத்து|நீக்கவும்|niruthu|niruthungal"
            "|vendam|podhum"
        ),
        never="அனுப்ப வேண்டாம்|அனுப்பாதீர்கள்|செய்தி வேண்டாம்|மெசேஜ் வேண்டாம்|message anupathinga|msg anupadhinga|anupa vendam",
        verbs="நிறுத்து|நிறுத்துங்கள்|நிறுத்தவும்|வேண்டாம்|அனுப்பாதீர்கள்|நீக்கு|நீக்கவும்|niruthu|vendam|niruthunga",
        things="செய்தி|செய்திகள்|செய்திகளை|மெசேஜ்|மெசேஜை|எஸ்எம்எஸ்|எண்ணை|குறுஞ்செய்தி|குறுஞ்செய்திகளை|message|msg|sms",
        courtesies="தயவுசெய்து|தயவு செய்து|நன்றி|எனக்கு|இனி|இனிமேல்|enaku|nandri",
    ),
    "Chinese": Words(
        alone=(
            "停|停止|停下|停止发送|停止發送|停止发短信|停止短信|请停止|停止訂閱|停止订阅|退订|退訂|取消|取消订阅|取消訂閱|取消关注|退出|结束|終止|终止|不要再发|不要再發|不要再发了|不要再發了|别再发|别再发了|別再發了|不要发了|别发了|別發了|不要再发短信|不要再发短信给我|别给我发短信"
            "|别给我发短信了|不要给我发短信|不要给我发短信了|不要再联系我|别再联系我|别烦我|別煩我|不需要|不想收到|不想再收到|我不想再收到|拒收|拒收短信|删除我|删除我的号码|移除我|打错了|发错了|号码错了|td|t d|滚|唔好再send|唔好再发|唔好再發|唔好再發俾我|停手"
        ),
        never="不要再发|不要再發|别再发|別再發|不要发短信|别发短信|不想收到|不想再收|停止发|停止發|请勿发|別發|不要给我发|别给我发|不要联系|停止联系",
        verbs="停止|不要|别|別|不想|取消|拒收|删除|刪除|请勿|請勿|勿|退出|退订",
        things="短信|短訊|信息|訊息|消息|简讯|簡訊|号码|號碼|名单|名單|发送|發送|订阅|訂閱|再发|再發|联系|聯繫",
        courtesies="请|請|谢谢|謝謝|了|吧|啊|我|立刻|马上|的|给|麻烦|麻煩|你们|你們|你|谢|唔该|唔該|现在",
    ),
}
