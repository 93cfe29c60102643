"""How people say "stop texting me" in other languages: the UK's and the campaign's first.

`alone`: obeyed as the whole of a clause. `never`: a prohibition, obeyed in a clause of a few words, one or two others between its own.
`verbs` with `things`: obeyed when one of each stands in such a clause. Only `alone` may also speak of the campaign.
Written as people write them; compared as `spelling` gives them; parted by "|".
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words of leaving."""

    alone: str
    never: str = ""
    verbs: str = ""
    things: str = ""
    courtesies: str = ""


LANGUAGES = {
    "Welsh": Words(
        alone=(
            "stopio|stopiwch|stopia|peidiwch|peidiwch a tecstio|paid|paid a tecstio|dad-danysgrifio"
            "|dad danysgrifio|datdanysgrifio|dim mwy|dim diolch stopiwch|canslo|gadewch lonydd i mi"
            "|tynnwch fi oddi ar y rhestr|optio allan|eithrio"
        ),
        never="dim mwy negeseuon|dim rhagor negeseuon|dim mwy tecsts",
        verbs="stopiwch|stopio|peidiwch|paid|dim rhagor|tynnwch|dileu|dilewch|dim eisiau",
        things=("negeseuon|neges|tecstio|decstio|testun|negesu|rhestr|rhif|anfon|cysylltu|tecst|tecsts|danfon"),
        courtesies="os gwelwch yn dda|plis|diolch|nawr|rwan|o negeseuon",
    ),
    "Irish": Words(
        alone="stad|stop le do thoil|stadaigi|cealaigh|diliostail|na seol|bain me|na cuir teacs chugam",
        never="ná seol|ná cuir teachtaireacht|ná cuir téacs|ná bí ag téacsáil",
        verbs="stad|stadaigi|bain|na bi",
        things="teachtaireachtai|teachtaireacht|teacs|teacsanna|teacsail|liosta|chugam",
        courtesies="le do thoil|go raibh maith agat|go raibh maith agaibh",
    ),
    "Scottish Gaelic": Words(
        alone="stad|stadaibh|na cuir teachdaireachdan|sguir",
        verbs="stad|stadaibh|sguir",
        things="teachdaireachdan|teacs",
    ),
    "Polish": Words(
        alone=(
            "wypisz|wypiszcie|wypisz mnie|wypisac|wypisac mnie|wypiszcie mnie|chce sie wypisac|rezygnuje"
            "|rezygnacja|anuluj|koniec|zakoncz|przestan|przestancie|przestac|dosc|usun|usun mnie|usuncie mnie"
            "|usun numer|wystarczy|prosze przestac|prosze nie pisac|nie pisz|nie piszcie|nie pisz do mnie"
            "|nie piszcie do mnie|odczepcie sie|odwal sie|zly numer|pomylka|wypisuje sie|skonczcie|nie dzwon"
            "|dajcie mi spokoj|daj mi spokoj|zostawcie mnie|nie zycze sobie|prosze mnie wypisac"
            "|prosze mnie usunac|stop sms"
        ),
        never=(
            "nie wysyłajcie|nie wysyłaj|nie piszcie|nie pisz do|nie wysyłać|nie chcę dostawać|nie chcę otrzymywać"
            "|nie życzę sobie|nie kontaktujcie|proszę nie pisać|zadnych wiadomosci|żadnych sms|nie chcę waszych"
            "|nie przysyłajcie|nie chcę sms|nie chcę wiadomości"
        ),
        verbs=(
            "przestan|przestancie|przestac|nie chce|nie wysylaj|nie wysylajcie|nie wysylac|wypisz|wypiszcie"
            "|wypisac|usun|usuncie|usunac|koniec|nie zycze|nie pisz|nie piszcie|dosc|rezygnuje"
        ),
        things=(
            "sms|smsow|smsy|smsami|wiadomosci|wiadomosc|numer|numeru|listy|lista|pisac|wysylac|otrzymywac"
            "|dostawac|mnie wiecej|powiadomien|esemesow"
        ),
        courtesies="prosze|dzieki|dziekuje|juz|natychmiast|wiecej|pan|panstwo|do mnie|bardzo|dzien dobry",
    ),
    "Romanian": Words(
        alone=(
            "dezabonare|dezabonati|dezaboneaza|dezabonati ma|dezaboneaza ma|ma dezabonez|opreste|opriti|opriti va"
            "|opreste te|gata|ajunge|anulare|anuleaza|renunt|renunta|lasati ma in pace|nu mai scrieti"
            "|nu mai scrie|nu imi mai scrieti|nu mi mai scrieti|stergeti ma|sterge ma|numar gresit|terminati"
            "|inceteaza|incetati|nu mai vreau|scoateti ma"
        ),
        never=(
            "nu mai trimiteți|nu mai trimite|nu trimiteți|nu mai scrieți|nu mai contactați|fără mesaje"
            "|nu vreau mesaje|nu doresc mesaje|nu mai vreau mesaje|nu mai vreau sms|nu doresc să primesc"
            "|nu mai doresc"
        ),
        verbs="opriti|opreste|nu vreau|dezabonati|stergeti|scoateti|incetati|inceteaza|nu doresc|sterge",
        things=(
            "mesaje|mesajele|mesaj|sms|sms uri|smsuri|numarul|lista|trimiteti|trimite|trimis|primesc|texte|contactati"
        ),
        courtesies="va rog|te rog|multumesc|mersi|acum|imediat|rog",
    ),
    "Punjabi": Words(
        alone=(
            "ਬੰਦ ਕਰੋ|ਬੰਦ ਕਰ|ਰੋਕੋ|ਰੁਕੋ|ਬੱਸ|ਬਸ|ਬੱਸ ਕਰੋ|ਸਟਾਪ|ਹਟਾਓ|ਮੈਨੂੰ ਹਟਾਓ|ਨਾ ਭੇਜੋ|ਮੈਸੇਜ ਨਾ ਕਰੋ|ਰੱਦ ਕਰੋ|band karo"
            "|bas karo|band kar|ruko|roko|bus karo|msg na karo|message na karo|na bhejo"
        ),
        never="ਨਾ ਭੇਜੋ|ਨਾ ਭੇਜਣਾ|ਨਾ ਭੇਜਿਆ|ਮੈਸੇਜ ਨਾ|ਸੁਨੇਹੇ ਨਾ|na bhejo|na bhejna|msg na|message na karo",
        verbs="ਬੰਦ|ਰੋਕੋ|ਹਟਾਓ|band karo|band kar|band kardo|bondho koro|bondho korun|bandh karo|bond koro",
        things=("ਮੈਸੇਜ|ਸੁਨੇਹੇ|ਸੁਨੇਹਾ|ਸੰਦੇਸ਼|ਨੰਬਰ|ਐਸਐਮਐਸ|message|messages|msg|msgs|sms|bhejo|bhejna|text|texts"),
        courtesies="ਕਿਰਪਾ ਕਰਕੇ|ਜੀ|ਧੰਨਵਾਦ|ਹੁਣ|ji|kirpa karke|meharbani|yaar|bhai|hun",
    ),
    "Urdu": Words(
        alone=(
            "بند کرو|بند کریں|بند کر دیں|بند کردیں|بند کر دو|بند|روکو|روکیں|رک جاؤ|رکو|بس|بس کرو|بس کریں|سٹاپ"
            "|اسٹاپ|ختم کریں|ختم کرو|نہ بھیجیں|مت بھیجیں|مت بھیجو|منسوخ|منسوخ کریں|مجھے ہٹا دیں|ہٹا دیں|غلط نمبر"
            "|band karo|band karein|band kardo|band kar do|mat bhejo|mat bhejein|khatam karo|bus karo|bas"
            "|message mat karo|msg mat karo|msg na karein|mujhe tang mat karo|tang na karo|galat number"
            "|wrong number hai"
        ),
        never=(
            "نہ بھیجیں|مت بھیجیں|مت بھیجو|نہ بھیجو|پیغام نہ|میسج نہ کریں|میسج مت|mat bhejo|mat bhejein|na bhejo"
            "|na bhejein|mat karo msg|message mat|msg mat|message na karein|message nahi chahiye"
            "|پیغامات نہیں چاہیے|نہیں چاہیے پیغامات"
        ),
        verbs=("بند|روک|روکیں|ہٹا|ختم|band karo|band kar|band kardo|bondho koro|bondho korun|bandh karo|bond koro"),
        things=(
            "پیغام|پیغامات|میسج|میسیج|میسجز|ایس ایم ایس|نمبر|بھیجیں|بھیجو|message|messages|msg|msgs|sms|bhejo"
            "|bhejein|number"
        ),
        courtesies="براہ کرم|مہربانی|شکریہ|اب|پلیز|جی|meharbani|shukriya|bhai|yaar|ab|mujhe|aap|ye|yeh|plz",
    ),
    "Bengali": Words(
        alone=(
            "বন্ধ|বন্ধ করুন|বন্ধ করো|বন্ধ কর|থামুন|থামো|থামান|স্টপ|বাদ দিন|পাঠাবেন না|মেসেজ পাঠাবেন না"
            "|আমাকে বাদ দিন|বাতিল|ভুল নম্বর|bondho koro|bondho korun|thamo|thamun|bondho|pathaben na"
            "|message diben na|msg diben na|r msg diben na"
        ),
        never=(
            "মেসেজ পাঠাবেন না|পাঠাবেন না|মেসেজ দিবেন না|মেসেজ চাই না|msg diben na|message diben na"
            "|message pathaben na|msg pathaben na|মেসেজ দেবেন না|বার্তা চাই না"
        ),
        verbs=("বন্ধ|থামান|বাদ|band karo|band kar|band kardo|bondho koro|bondho korun|bandh karo|bond koro"),
        things="মেসেজ|বার্তা|এসএমএস|নম্বর|পাঠাবেন|পাঠানো|message|messages|msg|sms|pathaben|diben",
        courtesies="দয়া করে|প্লিজ|ধন্যবাদ|এখনই|আর|doya kore|dhonnobad|amake|ar|r",
    ),
    "Sylheti": Words(
        alone="bond koro|bond koroin|ar dio na|msg dio na|thamo",
        verbs="band karo|band kar|band kardo|bondho koro|bondho korun|bandh karo|bond koro",
        things="msg|message|sms|dio",
        courtesies="amare",
    ),
    "Gujarati": Words(
        alone=(
            "બંધ કરો|બંધ કર|બંધ|રોકો|અટકાવો|સ્ટોપ|બસ|બસ કરો|મોકલશો નહીં|મેસેજ ન કરો|રદ કરો|મને કાઢી નાખો"
            "|bandh karo|bandh kar|mokalsho nahi|msg na karo"
        ),
        never="મોકલશો નહીં|ન મોકલો|મેસેજ ન|મેસેજ નથી જોઈતા|na moklo|nahi moklo|na mokalo",
        verbs=("બંધ|રોકો|અટકાવો|કાઢી|band karo|band kar|band kardo|bondho koro|bondho korun|bandh karo|bond koro"),
        things="મેસેજ|સંદેશ|સંદેશા|એસએમએસ|નંબર|મોકલશો|message|messages|msg|sms|mokalo|mokalsho",
        courtesies="કૃપા કરીને|આભાર|હવે|મહેરબાની કરીને|મને|have|mane|krupa karine",
    ),
    "Hindi": Words(
        alone=(
            "बंद|बंद करो|बंद करें|बंद कीजिए|बंद कर दो|बन्द करो|रोको|रोकें|रुको|रुकिए|रुक जाओ|स्टॉप|बस|बस करो"
            "|मत भेजो|मत भेजें|न भेजें|मैसेज मत करो|रद्द|रद्द करें|हटाओ|मुझे हटा दो|मुझे हटाएं|गलत नंबर"
            "|नहीं चाहिए|nahi chahiye|band karo yaar|rok do|mujhe hatao"
        ),
        never=(
            "मत भेजो|मत भेजें|मत भेजना|न भेजें|ना भेजें|मैसेज मत|मैसेज नहीं चाहिए|संदेश नहीं चाहिए|message mat"
            "|msg mat|mat bhejo|mat bhejna|mat karo message"
        ),
        verbs=(
            "बंद|बन्द|रोको|रोकें|हटा|हटाओ|हटाएं|band karo|band kar|band kardo|bondho koro|bondho korun|bandh karo|bond koro"
        ),
        things=("मैसेज|मेसेज|संदेश|एसएमएस|नंबर|भेजो|भेजें|भेजना|सूची|message|messages|msg|msgs|sms|bhejo|bhejna"),
        courtesies="कृपया|प्लीज|धन्यवाद|अब|जी|मुझे|यह|ये|kripya|dhanyavad|ab|mujhe",
    ),
    "Arabic": Words(
        alone=(
            "توقف|توقفوا|توقفي|قف|أوقف|أوقفوا|ايقاف|إيقاف|الغاء|إلغاء|الغاء الاشتراك|إلغاء الاشتراك|الغي الاشتراك"
            "|ألغوا اشتراكي|الغ|إلغ|كفى|كفاية|خلاص|بس|لا ترسل|لا ترسلوا|لا تراسلني|لا تراسلوني|احذفوني|احذف رقمي"
            "|احذفوا رقمي|ازالة|إزالة|ستوب|وقف|وقفوا|اتركوني|انسحاب|رقم خطأ|الرقم خطأ|غلط|tawaqaf|khalas|kafi"
            "|waqf|bas khalas"
        ),
        never=(
            "لا ترسل|لا ترسلوا|لا تراسلوني|لا تراسلني|لا اريد رسائل|لا أريد رسائلكم|لا اريد استلام|عدم ارسال"
            "|بدون رسائل|لا تتصلوا|ما بدي رسائل|لا ترسلو|ارجو عدم"
        ),
        verbs="توقف|توقفوا|أوقف|أوقفوا|إيقاف|الغاء|احذف|احذفوا|كفى|وقف|وقفوا|ازيلوا|لا اريد|ما بدي",
        things=(
            "رسائل|الرسائل|رسالة|رسائلكم|مراسلة|مراسلتي|إرسال|ترسل|ترسلوا|رقمي|الاشتراك|القائمة|اس ام اس|sms"
            "|اشتراكي|الارسال"
        ),
        courtesies="من فضلك|من فضلكم|لو سمحت|لو سمحتم|رجاء|الرجاء|شكرا|الان|ارجوك|ارجوكم|فورا|يا|عن",
    ),
    "Persian": Words(
        alone=(
            "لغو|لغو عضویت|لغو اشتراک|لغو ۱۱|توقف|متوقف کنید|قطع|قطع کنید|بس کن|بس کنید|کافیه|کافی است|نفرست"
            "|نفرستید|پیام نفرستید|پیام ندهید|پیام نده|نمی خواهم|نمیخواهم|نمیخوام|حذف|حذف کنید|مرا حذف کنید"
            "|شماره من را حذف کنید|مزاحم نشوید|مزاحم نشو|استاپ|ایست|شماره اشتباه است|اشتباه گرفتید|ول کن|off"
            "|خاموش|لغو۱۱"
        ),
        never=(
            "پیام نفرستید|پیام نفرست|پیامک نفرستید|پیام ندهید|پیام نده|پیامک ندهید|پیام نمی خواهم|پیام نمیخواهم"
            "|پیامک نمیخواهم|دیگر نفرستید|پیام ارسال نکنید|پیامک ارسال نکنید|اس ام اس نفرستید|اس ام اس ندهید"
        ),
        verbs=("متوقف|نفرست|نفرستید|ندهید|نده|قطع|لغو|حذف|نمی خواهم|نمیخواهم|نمیخوام|بس|ارسال نکنید|نکنید|نزنید"),
        things="پیام|پیامک|پیامها|پیام ها|پیامهای|اس ام اس|شماره|لیست|فهرست|sms|ارسال|اشتراک|عضویت",
        courtesies="لطفا|ممنون|مرسی|دیگر|دیگه|الان|خواهش میکنم|برای من|به من|تشکر",
    ),
    "Kurdish": Words(
        alone=(
            "rawestine|bes e|bes|rawestin|nesine|nenivise|peyaman nesine|بەسە|ڕایبگرە|بوەستە|بوەستێنە|مەنێرە"
            "|نامە مەنێرن"
        ),
        never="peyaman nesine|peyam nesine|nesine ji min|نامە مەنێرن",
        verbs="rawestine|rawestinin|nesine|nesinin|مەنێرە|مەنێرن|ڕابگرە",
        things="peyam|peyaman|name|نامە|sms",
        courtesies="ji kerema xwe|spas|تکایە|سوپاس",
    ),
    "Pashto": Words(
        alone="ودروه|ودریږه|بس|بس کړه|بند کړه|بند کړئ|پیغام مه لیږه|مه لیږه|مه راليږئ",
        never="پیغام مه|مه لیږه|مه رالیږئ",
        verbs="بند|ودروه",
        things="پیغام|پیغامونه|لیږه|رالیږئ",
        courtesies="مهرباني|مننه",
    ),
    "Portuguese": Words(
        alone=(
            "parar|pare|parem|para com isso|cancelar|cancele|cancelem|cancela|sair|quero sair|descadastrar"
            "|descadastro|remover|remova|remover me|remova me|removam me|chega|basta|desinscrever|anular"
            "|nao quero|nao quero mais|nao envie|nao enviem|nao me mande mais|parem ja|pare ja|me tira|me tire"
            "|me deixa em paz|deixem me em paz|numero errado|engano|quero cancelar|quero parar|eliminar|apagar"
        ),
        never=(
            "não envie|não enviem|não mande|não mandem|não me mande|não escrevam|não contactem|não quero receber"
            "|sem mensagens|não quero mensagens|não quero mais mensagens|nao me enviem|não desejo receber"
            "|chega de mensagens"
        ),
        verbs=(
            "pare|parem|parar|chega|cancelar|cancelem|cancele|sair|remover|remova|removam|tirem|tire|tira|deixem"
            "|basta|descadastrar|retirar|retirem"
        ),
        things=(
            "mensagens|mensagem|sms|msg|msgs|torpedos|lista|numero|enviar|mandar|escrevam|contactem|contatem"
            "|subscricao|textos|me mandem|me enviem|me mande|me escreva"
        ),
        courtesies="por favor|se faz favor|pf|obrigado|obrigada|ja|agora|mais|favor|de|bom dia|ola",
    ),
    "Spanish": Words(
        alone=(
            "alto|baja|dar de baja|darme de baja|darse de baja|dame de baja|denme de baja|dadme de baja"
            "|quiero darme de baja|parar|pare|paren|parad|para ya|basta|basta ya|no mas|ya no|ya no mas|cancelar"
            "|cancela|cancele|cancelen|salir|quiero salir|eliminar|eliminame|eliminenme|borrame|borrenme|borrar"
            "|detener|detengan|detente|detenganse|no molestar|no molestes|no molesten|dejenme en paz"
            "|dejame en paz|dejadme en paz|no me escribas|no me escriban|no me escriban mas|numero equivocado"
            "|desuscribir|desuscribirme|desuscribirse|quitenme|quitame|suficiente|anular|no quiero|no quiero mas"
            "|no envien|de baja|para por favor|stop ya"
        ),
        never=(
            "no mandes|no manden|no mandeis|no envies|no envien|no enviéis|no escribas|no escriban|no escribáis"
            "|no contacten|no quiero recibir|no quiero mensajes|no mas mensajes|no más sms|no deseo recibir"
            "|no me textees|no textear|no quiero mas mensajes"
        ),
        verbs=(
            "paren|pare|parar|parad|dejen|deja|dejad|alto|basta|cancelar|cancelen|baja|quitar|quiten|quitenme"
            "|quiteme|borren|borrar|eliminen|eliminar|detener|detengan|cesen"
        ),
        things=(
            "mensajes|mensaje|sms|textos|lista|numero|enviar|mandar|enviarme|mandarme|escribirme|escribir|mandes"
            "|manden|envies|envien|me escriban|me escribas|contacten|contactar|suscripcion|mensajitos"
        ),
        courtesies="por favor|porfa|porfavor|gracias|ya|ahora|mas|de|me|los|estos|sus|hola|inmediatamente",
    ),
    "Catalan": Words(
        alone="atura|atureu|prou|baixa|dona m de baixa|no envieu|cancel·lar",
        never="no envieu|no envieu me|no vull missatges",
        verbs="prou|atureu|baixa",
        things="missatges|sms|envieu|llista",
        courtesies="si us plau|gracies|sisplau|mes",
    ),
    "French": Words(
        alone=(
            "se desinscrire|se desabonner|arret|arrete|arretez|arreter|arrets|stoppez|stopper|desabonner|desabonnement|me desabonner"
            "|desabonnez moi|desabonne|desinscription|desinscrire|desinscrivez moi|desinscris moi|me desinscrire"
            "|resilier|annuler|annulez|fin|quitter|supprimer|supprimez moi|enlevez moi|retirez moi|ca suffit"
            "|assez|plus de messages|plus de sms|non merci stop|laissez moi tranquille|laisse moi tranquille"
            "|ne m ecrivez plus|ne mecrivez plus|ne me contactez plus|ne mecris plus|foutez moi la paix"
            "|fous moi la paix|mauvais numero|vous vous trompez de numero|je me desabonne|cessez|stop sms"
            "|stop pub|plus rien|je ne veux plus|degagez|pas interesse|pas interessee|lachez moi"
        ),
        never=(
            "ne menvoyez plus|ne mecrivez plus|ne me contactez plus|plus de messages svp|plus de textos"
            "|ne veux plus recevoir|ne souhaite plus recevoir|ne veux plus de|ne desire plus|ne plus recevoir"
            "|ne plus envoyer|ne plus menvoyer|ne me envoyez|nenvoyez plus|pas de sms|ne mecrivez"
            "|arretez de mecrire|plus aucun message|veux plus de vos|veux plus vos"
        ),
        verbs=(
            "arretez|arrete|arreter|cessez|cesser|stopper|stoppez|supprimez|supprimer|enlevez|retirez|ne veux pas"
            "|ne souhaite pas|ne desire pas|desabonnez|desinscrivez|resilier|marre|assez|pas de|ne menvoyez"
        ),
        things=(
            "messages|message|sms|textos|texto|menvoyer|mecrire|liste|numero|contacter|denvoyer|recevoir|msg"
            "|menvoyez|envois|denvois|harceler|mecrivez"
        ),
        courtesies=(
            "svp|stp|s il vous plait|sil vous plait|sil te plait|merci|maintenant|immediatement|bonjour"
            "|tout de suite|bonsoir|de grace|veuillez"
        ),
    ),
    "German": Words(
        alone=(
            "stopp|stoppen|abmelden|abmeldung|abbestellen|austragen|loschen|kundigen|kundigung|ende|aufhoren"
            "|hor auf|horen sie auf|hort auf|hor auf damit|schluss|schluss jetzt|halt|nein danke stopp|keine sms"
            "|keine sms mehr|keine nachrichten|keine nachrichten mehr|keine weiteren nachrichten"
            "|lass mich in ruhe|lassen sie mich in ruhe|lasst mich in ruhe|kein interesse|falsche nummer"
            "|mich abmelden|melden sie mich ab|melde mich ab|ich melde mich ab|ich mochte mich abmelden|entfernen"
            "|es reicht|genug|abbrechen|abbruch|widerruf|ich widerrufe|nicht mehr schreiben|bin raus|raus|kundige"
        ),
        never=(
            "keine sms mehr|keine nachrichten mehr|keine weiteren|nicht mehr schreiben|nicht mehr anschreiben"
            "|nicht mehr kontaktieren|schreiben sie mir nicht|schreibt mir nicht|schreib mir nicht"
            "|schicken sie mir keine|schickt mir keine|möchte keine|will keine|nicht mehr texten|keine texte mehr"
            "|meldet mich ab"
        ),
        verbs=(
            "stopp|aufhoren|hor auf|horen sie auf|hort auf|loschen|losche|loscht|entfernen|entfernt|streichen"
            "|streicht|abmelden|abbestellen|schluss|unterlassen"
        ),
        things=(
            "sms|nachrichten|nachricht|texte|textnachrichten|nummer|liste|verteiler|schreiben|schicken|schreibt"
            "|schickt|kontaktieren|anschreiben|zusenden|mitteilungen|zuschicken|simsen"
        ),
        courtesies="bitte|danke|sofort|mehr|jetzt|mal|endlich|hallo|doch|guten tag|mir|mich",
    ),
    "Italian": Words(
        alone=(
            "basta|fermati|fermatevi|fermare|smettila|smettetela|smettere|smetti|smettete|annulla|annullare"
            "|cancella|cancellami|cancellatemi|cancellare|cancellazione|disiscrivi|disiscrivimi|disiscrivermi"
            "|disiscrizione|disdetta|rimuovi|rimuovimi|rimuovetemi|esci|uscire|toglietemi|toglimi|non interessato"
            "|non mi interessa|non scrivetemi|non scrivetemi piu|non scrivermi|non scrivermi piu"
            "|lasciatemi in pace|lasciami in pace|numero sbagliato|fine|ferma|disattiva|non voglio|non voglio piu"
            "|basta cosi"
        ),
        never=(
            "non mandatemi|non inviatemi|non scrivetemi|non scrivermi|non mandate|non inviate|non voglio ricevere"
            "|non voglio messaggi|niente messaggi|non contattatemi|non voglio più messaggi|non desidero ricevere"
            "|non voglio più ricevere|nessun messaggio"
        ),
        verbs=(
            "basta|smettete|smettila|smettetela|smetti|fermate|cancellate|cancella|cancellatemi|toglietemi"
            "|togliete|rimuovete|disattivare|disiscrivetemi"
        ),
        things=(
            "messaggi|messaggio|sms|messaggini|lista|numero|scrivermi|inviare|mandare|mandatemi|inviatemi"
            "|inviarmi|mandarmi|contattatemi|contattarmi|scrivete|mandate|scrivetemi"
        ),
        courtesies=("per favore|per piacere|grazie|ora|subito|piu|adesso|di|prego|per cortesia|buongiorno|vi prego"),
    ),
    "Turkish": Words(
        alone=(
            "dur|durdur|durdurun|durun|iptal|iptal et|iptal edin|iptal ediyorum|çık|çıkış|çıkar|beni çıkar"
            "|beni çıkarın|çıkmak istiyorum|listeden çıkar|listeden çıkarın|ret|red|sil|beni silin|beni sil"
            "|numaramı silin|numaramı sil|yeter|yeter artık|abonelikten çık|aboneliği iptal|abonelikten çıkar"
            "|mesaj atma|mesaj atmayın|mesaj göndermeyin|mesaj gönderme|yazma|yazmayın|bana yazma|bana yazmayın"
            "|rahatsız etmeyin|rahatsız etme|istemiyorum|istemiyorum artık|yanlış numara|bırak|bırakın|bitir|kes"
            "|kesin|mesaj istemiyorum|sms istemiyorum|durdurr|durdur durdur|durdurunuz"
        ),
        never=(
            "mesaj atma|mesaj atmayın|mesaj göndermeyin|mesaj gönderme|mesaj yollamayın|mesaj istemiyorum"
            "|sms istemiyorum|sms atmayın|sms göndermeyin|mesaj almak istemiyorum|beni listeden"
            "|beni rahatsız etmeyin|bana mesaj"
        ),
        verbs=(
            "durdur|durdurun|dur|istemiyorum|atma|atmayın|göndermeyin|gönderme|iptal|çıkarın|çıkar|silin|sil"
            "|kesin|yollamayın|yollama|yazmayın|yeter|almak istemiyorum|bırakın"
        ),
        things=(
            "mesaj|mesajı|mesajları|mesajlar|mesajlarınızı|sms|smsleri|listeden|numaramı|numara|aboneliğimi"
            "|abonelik|bildirim|ileti"
        ),
        courtesies=(
            "lütfen|teşekkürler|teşekkür ederim|sağol|artık|hemen|bir daha|bana|rica ederim|şimdi|merhaba|lutfen"
        ),
    ),
    "Azerbaijani": Words(
        alone=(
            "dayan|dayandır|dayandir|dayandırın|dayandirin|dayanın|dayandırmaq|saxla|saxlayın|ləğv|ləğv et"
            "|ləğv edin|legv|legv et|imtina|imtina edirəm|bəsdir|besdir|yetər|kifayətdir|çıx|çıxar|məni çıxarın"
            "|meni cixarin|meni silin|məni silin|nömrəmi silin|nomremi silin|göndərmə|göndərməyin|gondermeyin"
            "|gonderme|yazma|yazmayın|mənə yazmayın|mene yazmayin|narahat etməyin|narahat etmeyin|istəmirəm"
            "|istemirem|səhv nömrə|sehv nomre|mesaj göndərməyin|sms göndərməyin|abunəni ləğv et|dur|дајан"
            "|дајандыр|дајандырын|сахла|лəғв ет|лағв ет|ләғв|ләғв ет|ләғв един|бəсдир|бәсдир|јазма|јазмајын"
            "|көндәрмә|көндәрмәјин|ҝөндәрмә|ҝөндәрмәјин|истәмирәм|имтина"
        ),
        never=(
            "mesaj göndərməyin|mesaj yazmayın|sms göndərməyin|mesaj istəmirəm|sms istəmirəm|mənə yazmayın"
            "|mesaj atmayın|mesaj almaq istəmirəm|mesaj gondermeyin|mesaj gondermeyin daha|месаж ҝөндәрмәјин"
        ),
        verbs=(
            "dayandır|dayandırın|göndərmə|göndərməyin|gondermeyin|yazma|yazmayın|istəmirəm|istemirem|ləğv|legv"
            "|silin|çıxarın|saxlayın|almaq istəmirəm|bəsdir|дајандырын|көндәрмәјин|ҝөндәрмәјин|истәмирәм|јазмајын"
        ),
        things=(
            "mesaj|mesajı|mesajlar|mesajları|ismarış|sms|siyahıdan|siyahidan|nömrəmi|nömrə|abunə|abunəliyi"
            "|bildiriş|месаж|месажы|смс|нөмрәми|siyahınızdan"
        ),
        courtesies=(
            "zəhmət olmasa|zehmet olmasa|xahiş edirəm|xahis edirem|təşəkkür|təşəkkürlər|sağ ol|sag ol|artıq|daha"
            "|mənə|mene|indi|lütfən|salam|bir də|хаһиш едирәм|зәһмәт олмаса|мәнә|даһа|артыг"
        ),
    ),
    "Russian": Words(
        alone=(
            "стоп|стопп|остановите|остановитесь|остановить|прекратите|прекрати|прекратить|хватит|отписаться"
            "|отписка|отпишите|отпишите меня|отпиши|отпиши меня|отписать|отписываюсь|хочу отписаться|отмена"
            "|отменить|отказ|отказываюсь|отказаться|конец|удалите|удалите меня|удалить|удали меня|удалите номер"
            "|удалите мой номер|не пишите|не пишите мне|не пиши|не пиши мне|не беспокойте|не беспокоить|достали"
            "|отстаньте|отстань|отвалите|отвали|не интересует|не интересно|мне не интересно|ошиблись номером"
            "|вы ошиблись номером|вы ошиблись|не тот номер|довольно|выйти|уберите меня|исключите меня|не надо"
            "|не хочу|больше не надо|stop смс|не присылайте|не присылать|не звоните|stop|hvatit|otpisatsya"
            "|otpishite menya|ne pishite|ne pishite mne|otstante|idite na|идите на хуй|иди на хуй|пошли на хуй"
            "|пошел на|otpiska|prekratite"
        ),
        never=(
            "не пишите мне|не присылайте|не присылать|не шлите|не отправляйте|не надо присылать|не надо писать"
            "|не хочу получать|не желаю получать|не присылайте мне|не беспокойте|не пиши мне|не надо мне писать"
            "|не нужны ваши|не нужны сообщения|не нужна рассылка|не надо смс|ne pishite|ne prisylayte"
            "|ne prisylajte"
        ),
        verbs=(
            "стоп|прекратите|хватит|остановите|удалите|уберите|отпишите|исключите|отключите|отменить|перестаньте"
            "|отписаться|отпишитесь|отписать|вычеркните|хочу отписаться|prekratite|hvatit|perestante"
        ),
        things=(
            "сообщения|сообщений|сообщение|смс|эсэмэс|смски|смсок|рассылки|рассылку|рассылка|рассылать|номер"
            "|писать|пишите|присылайте|присылать|списка|списков|шлите|слать|уведомления|подписку|soobshcheniya"
            "|soobsheniya|sms|pisat|pishite"
        ),
        courtesies=(
            "пожалуйста|спасибо|больше|мне|меня|немедленно|уже|сейчас|пж|плиз|здравствуйте|прошу|просьба|сюда"
            "|pozhaluysta|spasibo|bolshe|mne"
        ),
    ),
    "Ukrainian": Words(
        alone=(
            "стоп|зупиніть|зупиніться|зупинити|припиніть|припинити|досить|годі|відписатися|відписатись|відпишіть"
            "|відпишіть мене|відписка|хочу відписатися|скасувати|скасуйте|відмова|відмовляюсь|відмовляюся"
            "|видаліть|видаліть мене|видаліть мій номер|видалити|не пишіть|не пишіть мені|не пиши|не надсилайте"
            "|не турбуйте|відчепіться|не цікавить|помилились номером|ви помилилися номером|кінець|не треба"
            "|не хочу|приберіть мене|не шліть"
        ),
        never=(
            "не пишіть мені|не надсилайте|не присилайте|не шліть|не хочу отримувати|не бажаю отримувати"
            "|не турбуйте|не треба писати|не треба надсилати"
        ),
        verbs=("стоп|припиніть|досить|зупиніть|видаліть|відпишіть|скасуйте|приберіть|перестаньте|відписатися"),
        things=(
            "повідомлення|повідомлень|смс|розсилки|розсилку|номер|писати|пишіть|надсилайте|надсилати|списку|шліть"
            "|присилайте|сповіщення"
        ),
        courtesies="будь ласка|дякую|більше|мені|мене|негайно|вже|зараз|прошу",
    ),
    "Bulgarian": Words(
        alone="спри|спрете|откажи|отказ|отписване|отпишете ме|стига|не пишете|край",
        never="не ми пишете|не пишете|не изпращайте|не желая да получавам|не искам съобщения",
        verbs="спрете|спри|стига",
        things="съобщения|съобщенията|смс|пишете|изпращайте|номера|списъка",
        courtesies="моля|благодаря|повече|ми",
    ),
    "Lithuanian": Words(
        alone=(
            "sustabdyti|sustabdykite|sustok|sustokite|stabdyk|stabdyti|stabdykite|atsisakau|atsisakyti"
            "|atsisakymas|nutraukite|nutraukti|baikit|baikite|baik|gana|uzteks|nerašykite|nerašyk|nesiųskite"
            "|nesiųsk|nebesiųskite|nebesiųsk|neberašykite|neberašyk|ištrinkite mane|pašalinkite mane|pašalinkite"
            "|išbraukite mane|atšaukti|nebenoriu|nenoriu|palikit mane ramybėj|palikite mane ramybėje"
            "|ne tas numeris|atsijungti|nebesiuskite man"
        ),
        never=("nesiųskite|nebesiųskite|nerašykite man|neberašykite|nenoriu gauti|nebenoriu gauti|nenoriu žinučių"),
        verbs=(
            "nesiųskite|nebesiųskite|nebenoriu|nutraukite|sustabdykite|ištrinkite|pašalinkite|išbraukite|baikit"
            "|atsisakau|nerašykite|daugiau ne"
        ),
        things="žinučių|žinutes|žinutės|žinute|sms|numerį|sąrašo|pranešimų|pranešimus|gauti|man",
        courtesies="prašau|ačiū|daugiau|man|dabar|jau|prasom",
    ),
    "Latvian": Words(
        alone=("apturēt|beidziet|beidz|apstāties|atteikties|atrakstīties|nesūtiet|nerakstiet|pietiek|izdzēsiet mani"),
        never="nesūtiet|nerakstiet man|nevēlos saņemt|negribu saņemt",
        verbs="nesūtiet|beidziet|nevēlos|negribu|izdzēsiet",
        things="ziņas|ziņu|sms|īsziņas|numuru|saraksta",
        courtesies="lūdzu|paldies|vairs|vairāk|man",
    ),
    "Slovak and Czech": Words(
        alone=(
            "dost|prestaňte|přestaňte|prestaň|přestaň|zrušit|zrušiť|odhlásit|odhlásiť|odhláste mě|odhláste ma"
            "|nepište|nepiš|nepíšte|neposílejte|neposielajte|konec|koniec|smažte mě|vymažte ma|nechte mě být"
            "|nechte ma"
        ),
        never=(
            "neposílejte mi|neposielajte mi|nepište mi|nepíšte mi|nechci dostávat|nechcem dostávať|nechci zprávy"
            "|nechcem správy"
        ),
        verbs=(
            "prestaňte|přestaňte|nechci|nechcem|neposílejte|neposielajte|nepište|smažte|vymažte|odhláste|žádné"
            "|žiadne|zrušte"
        ),
        things="zprávy|správy|sms|esemesky|číslo|seznamu|zoznamu|psát|písať|posílat|posielať|mi",
        courtesies="prosím|děkuji|ďakujem|díky|už|více|viac|okamžitě",
    ),
    "Hungarian": Words(
        alone=(
            "állj|elég|leiratkozás|leiratkozom|leiratkozni|hagyjatok békén|ne írjanak|ne írjatok|ne küldjenek"
            "|töröljenek|töröljetek|lemondás|abba"
        ),
        never=(
            "ne írjanak|ne írjatok|ne küldjenek|ne küldjetek|nem kérek több|nem kérek üzenetet"
            "|nem akarok üzenetet|ne zaklassanak"
        ),
        verbs="töröljék|töröljenek|elég",
        things="üzenetet|üzeneteket|üzenet|sms|számom|számomat|listáról|küldjenek|küldjetek",
        courtesies="kérem|kérlek|köszönöm|több|többet|nekem",
    ),
    "Albanian": Words(
        alone=(
            "ndalo|ndaloni|ndal|mjaft|boll|çregjistrohu|hiqmë|më hiqni|mos shkruani|mos më shkruani|mos dergoni"
            "|anulo|fshini numrin"
        ),
        never="mos më shkruani|mos dërgoni|mos dergoni|nuk dua mesazhe|mos më dërgoni",
        verbs="ndaloni|ndalo|hiqni|fshini|nuk dua",
        things="mesazhe|mesazh|sms|numrin|lista|listës|shkruani|dërgoni|dergoni",
        courtesies="ju lutem|faleminderit|më|tani",
    ),
    "Greek": Words(
        alone=(
            "σταμάτα|σταματήστε|στοπ|διακοπή|διαγραφή|διαγράψτε με|ακύρωση|αρκετά|φτάνει|μη στέλνετε|μην στέλνετε"
            "|απεγγραφή|κατάργηση εγγραφής|τέλος|λάθος αριθμός|αφήστε με ήσυχο"
        ),
        never=(
            "μη στέλνετε|μην στέλνετε|μη μου στέλνετε|δεν θέλω μηνύματα|όχι άλλα μηνύματα|να μη μου στέλνετε"
            "|μην ξαναστείλετε"
        ),
        verbs="σταματήστε|δεν θέλω|διαγράψτε|όχι|τέρμα",
        things="μηνύματα|μήνυμα|sms|αριθμό|λίστα|στέλνετε|στείλετε",
        courtesies="παρακαλώ|ευχαριστώ|πια|μου|άλλα|τα|αμέσως|πλέον",
    ),
    "Dutch": Words(
        alone=(
            "stoppen|afmelden|afmelding|uitschrijven|uitschrijving|schrijf me uit|schrijf mij uit|meld me af"
            "|meld mij af|opzeggen|annuleren|einde|hou op|houd op|ophouden|genoeg|verwijderen|verwijder mij"
            "|verwijder me|verwijder mijn nummer|laat me met rust|laat mij met rust|geen berichten meer"
            "|geen sms meer|geen interesse|verkeerd nummer|stop ermee|stopzetten|rot op|sodemieter op"
            "|niet meer sturen|ik wil stoppen|ik wil me afmelden"
        ),
        never=(
            "geen berichten meer|geen sms meer|geen berichten|geen sms|stuur mij niet|stuur me geen"
            "|niet meer sturen|wil geen|haal me van|haal mij van|schrijf me uit|stuur geen|niet meer sms"
        ),
        verbs="stoppen|verwijder|hou op|houd op|ophouden|schrijf|haal|uitschrijven|afmelden",
        things=("berichten|berichtjes|sms|smsjes|sms'jes|appjes|nummer|lijst|sturen|sms'en|smsen|stuur|contact|appen"),
        courtesies=(
            "alsjeblieft|alstublieft|aub|ajb|bedankt|dank je|dank u|meer|nu|meteen|onmiddellijk|mij|me|gewoon|hoi|hallo"
        ),
    ),
    "Swedish, Danish and Norwegian": Words(
        alone=(
            "stoppa|stans|slutt|sluta|avsluta|avregistrera|avanmäl|avmeld|afmeld|afmeld mig|meld meg av|ophør|nok"
            "|hold op|inga fler sms|ikke skriv|sluta smsa|ta bort mig|slet mig|lämna mig ifred"
        ),
        never=(
            "inga fler sms|inga fler meddelanden|ikke flere sms|ikke flere beskeder|ikke send|inte skicka"
            "|vill inte ha|sluta skicka|sluta smsa|slutt å sende|stop med at sende|vil ikke have|vil ikke ha"
            "|ta bort mig från"
        ),
        verbs="sluta|stopp|slutt|ta bort|slet|fjern|vill inte",
        things=("sms|sms:a|meddelanden|meddelande|beskeder|besked|meldinger|nummer|listan|listen|skicka|sende|smsa"),
        courtesies="tack|tak|takk|snälla|venligst|vennligst|mer|flere|fler|nu|nå",
    ),
    "Somali": Words(
        alone=(
            "jooji|joojiya|joogso|iska daa|iska dhaaf|ka saar|iga saar|iga saara|ha ii soo dirin|ha soo dirin"
            "|waa ku filan|waa kugu filan|i daa|iga daa|lambar khaldan|jooji fariimaha"
        ),
        never=("ha ii soo|ha soo dirin|ha ii dirin|ma rabo fariimo|ma rabo fariin|iga saar liiska|ha igu soo"),
        verbs="jooji|joojiya|ma rabo|ka saar",
        things="fariimo|fariimaha|fariin|farriimaha|farriin|sms|lambarka|lambarkayga|dirin|liiska|qorin",
        courtesies="fadlan|mahadsanid|hadda|dheh|ii soo|mar dambe",
    ),
    "Amharic and Tigrinya": Words(
        alone="አቁም|አቁሙ|አቋርጥ|ይቁም|ጠጠው|ጠጠው በል|አትላኩ|አትላክ|ደው አብሉ|ኣቋርጽ",
        never="መልእክት አትላኩ|መልእክት አትላኩልኝ|አትላኩልኝ|አልፈልግም መልእክት",
        verbs="አቁም|አቁሙ|አትላኩ|አቋርጡ",
        things="መልእክት|መልእክቶች|ቁጥሬን",
        courtesies="እባክህ|እባክዎ|እባካችሁ|አመሰግናለሁ",
    ),
    "Swahili": Words(
        alone=(
            "acha|acheni|simamisha|sitisha|komesha|koma|ondoa|niondoe|niondoeni|usinitumie|msinitumie"
            "|basi inatosha|jiondoe|inatosha"
        ),
        never="msitume|msinitumie|usinitumie|sitaki ujumbe|sitaki meseji|niondoe kwenye",
        verbs="acha|acheni|sitaki|msitume|usitume|komesha|niondoe",
        things="ujumbe|sms|meseji|namba|orodha|kunitumia|kutuma",
        courtesies="tafadhali|asante|sasa|tena",
    ),
    "Yoruba, Igbo and Hausa": Words(
        alone="duro|dawo duro|e dawo duro|kwusi|kwusi ya|kwusị|tsaya|daina|ku daina|dakata",
        verbs="duro|kwusi|daina|kwusị",
        things="ifiranse|ozi|sako|sms|sakonni|atejise",
        courtesies="ejo|jowo|biko|don allah",
    ),
    "Tamil": Words(
        alone=(
            "நிறுத்து|நிறுத்துங்கள்|நிறுத்தவும்|நிறுத்துக|போதும்|வேண்டாம்|அனுப்ப வேண்டாம்|அனுப்பாதே"
            "|அனுப்பாதீர்கள்|ஸ்டாப்|ரத்து|நீக்கவும்|niruthu|niruthungal|vendam|podhum"
        ),
        never=("அனுப்ப வேண்டாம்|அனுப்பாதீர்கள்|செய்தி வேண்டாம்|மெசேஜ் வேண்டாம்|message anupathinga|msg anupadhinga|anupa vendam"),
        verbs=("நிறுத்து|நிறுத்துங்கள்|நிறுத்தவும்|வேண்டாம்|அனுப்பாதீர்கள்|நீக்கு|நீக்கவும்|niruthu|vendam|niruthunga"),
        things=("செய்தி|செய்திகள்|செய்திகளை|மெசேஜ்|மெசேஜை|எஸ்எம்எஸ்|எண்ணை|குறுஞ்செய்தி|குறுஞ்செய்திகளை|message|msg|sms"),
        courtesies="தயவுசெய்து|தயவு செய்து|நன்றி|எனக்கு|இனி|இனிமேல்|enaku|nandri",
    ),
    "Malayalam, Telugu, Kannada and Sinhala": Words(
        alone=(
            "നിർത്തുക|നിർത്തൂ|നിര്‍ത്തൂ|നിർത്ത്|മതി|വേണ്ട|അയക്കരുത്|ఆపు|ఆపండి|వద్దు|ఆపేయండి|పంపకండి|ನಿಲ್ಲಿಸಿ"
            "|ನಿಲ್ಲಿಸು|ಬೇಡ|ಸಾಕು|නවත්වන්න|නවතන්න|එපා|එවන්න එපා"
        ),
        never="മെസേജ് അയക്കരുത്|మెసేజ్ పంపకండి|ಮೆಸೇಜ್ ಕಳುಹಿಸಬೇಡಿ|ಕಳುಹಿಸಬೇಡಿ|පණිවිඩ එවන්න එපා|එවන්න එපා",
        verbs="നിർത്തുക|നിർത്തൂ|വേണ്ട|അയക്കരുത്|ఆపండి|వద్దు|పంపవద్దు|ನಿಲ್ಲಿಸಿ|ಬೇಡ|නවත්වන්න|එපා",
        things="സന്ദേശം|സന്ദേശങ്ങൾ|മെസേജ്|సందేశాలు|మెసేజ్|ಸಂದೇಶ|ಸಂದೇಶಗಳನ್ನು|ಮೆಸೇಜ್|පණිවිඩ|පණිවුඩ",
        courtesies="ദയവായി|നന്ദി|దయచేసి|ధన్యవాదాలు|ದಯವಿಟ್ಟು|ಧನ್ಯವಾದ|කරුණාකර|ස්තූතියි",
    ),
    "Nepali": Words(
        alone=("बन्द|बन्द गर्नुहोस्|रोक्नुहोस्|नपठाउनुहोस्|म्यासेज नपठाउनुहोस्|पुग्यो|band gara|napathau|napathaunus|rokke"),
        never="नपठाउनुहोस्|म्यासेज नपठाउ",
        verbs="बन्द|नपठाउनुहोस्|रोक्नुहोस्|चाहिँदैन",
        things="म्यासेज|सन्देश|एसएमएस",
        courtesies="कृपया|धन्यवाद|अब",
    ),
    "Chinese": Words(
        alone=(
            "停|停止|停下|停止发送|停止發送|停止发短信|停止短信|请停止|停止訂閱|停止订阅|退订|退訂|取消|取消订阅|取消訂閱|取消关注|退出|结束|終止|终止|不要再发|不要再發|不要再发了|不要再發了"
            "|别再发|别再发了|別再發了|不要发了|别发了|別發了|不要再发短信|不要再发短信给我|别给我发短信|别给我发短信了|不要给我发短信|不要给我发短信了|不要再联系我|别再联系我|别烦我|別煩我|不需要"
            "|不想收到|不想再收到|我不想再收到|拒收|拒收短信|删除我|删除我的号码|移除我|打错了|发错了|号码错了|td|t d|滚|唔好再send|唔好再发|唔好再發|唔好再發俾我|停手"
        ),
        never="不要再发|不要再發|别再发|別再發|不要发短信|别发短信|不想收到|不想再收|停止发|停止發|请勿发|別發|不要给我发|别给我发|不要联系|停止联系",
        verbs="停止|不要|别|別|不想|取消|拒收|删除|刪除|请勿|請勿|勿|退出|退订",
        things="短信|短訊|信息|訊息|消息|简讯|簡訊|号码|號碼|名单|名單|发送|發送|订阅|訂閱|再发|再發|联系|聯繫",
        courtesies="请|請|谢谢|謝謝|了|吧|啊|我|立刻|马上|的|给|麻烦|麻煩|你们|你們|你|谢|唔该|唔該|现在",
    ),
    "Japanese and Korean": Words(
        alone=(
            "停止|停止して|停止してください|やめて|やめてください|止めて|止めてください|配信停止|解除|退会|解約|送らないで|送らないでください|ストップ|もういい|중지|그만|멈춰|중단|수신거부"
            "|수신 거부|해지|스톱|보내지 마세요|그만 보내세요|그만하세요|그만해"
        ),
        never="送らないで|보내지 마세요|보내지 마|문자 보내지|メールしないで",
        verbs="停止|やめて|止めて|送らない|그만|중지|중단",
        things="メッセージ|メール|配信|문자|메시지|문자를",
        courtesies="お願いします|ください|ありがとう|제발|감사합니다|부탁드립니다",
    ),
    "Vietnamese, Thai, Filipino, Indonesian and Malay": Words(
        alone=(
            "dừng|dừng lại|hủy|huỷ|ngừng|ngừng gửi|hủy đăng ký|đừng nhắn|đừng gửi|từ chối|tc|dung lai|หยุด|ยกเลิก"
            "|หยุดส่ง|เลิกส่ง|พอแล้ว|ไม่ต้องส่ง|itigil|itigil mo|tama na|tigil|huwag na|wag na|wag na mag text"
            "|alisin mo ako|berhenti|batal|hentikan|cukup|jangan kirim|jangan hantar|jangan sms|keluar|stop sms"
        ),
        never=(
            "đừng gửi|đừng nhắn|ngừng gửi|ngừng nhắn|dừng gửi|jangan kirim|jangan hantar|jangan sms"
            "|huwag mag text|wag mag text|huwag na kayong|wag na kayo"
        ),
        verbs="dừng|ngừng|hủy|hentikan|berhenti|tigil|itigil",
        things="tin nhắn|tin|sms|gửi|nhắn tin|pesan|mesej|kirim|text|mensahe|messages|pagtext|pag text",
        courtesies="xin|cảm ơn|ครับ|ค่ะ|คะ|ขอบคุณ|กรุณา|po|paki|salamat|tolong|sila|terima kasih|lagi|saya",
    ),
    "Serbian, Croatian, Bosnian and Slovene": Words(
        alone=(
            "zaustavi|zaustavite|prestani|prestanite|dosta|odjava|odjavi me|odjavite me|otkaži|ne šaljite|ne piši"
            "|ne pišite|nehaj|nehajte|ustavi|стани|престаните|доста|одјава|stani|prekini|prekinite|obriši me"
        ),
        never=(
            "ne šaljite|ne pišite mi|ne želim poruke|ne želim primati|ne zelim poruke|не шаљите|не пишите ми"
            "|ne pošiljajte|ne pisite mi"
        ),
        verbs=("prestanite|ne šaljite|ne želim|ne pišite|zaustavite|obrišite|nehajte|престаните|не шаљите|ne zelim"),
        things="poruke|poruka|sporočila|sms|broj|listu|listе|поруке|смс|pisati|slati",
        courtesies="molim|molim vas|hvala|više|odmah|mi|prosim|молим|хвала",
    ),
    "Georgian and Armenian": Words(
        alone=(
            "შეწყვიტე|შეწყვიტეთ|გააჩერე|გაჩერდი|სტოპ|გაუქმება|კმარა|ნუ მწერთ|ნუ მომწერთ|կանգ|դադարեցնել"
            "|դադարեցրեք|դադար|ստոպ|վերջ|հերիք է|մի գրեք|մի ուղարկեք"
        ),
        never="ნუ მწერთ|ნუ გამომიგზავნით|ნუ მომწერთ|մի գրեք|մի ուղարկեք|չեմ ուզում հաղորդագրություններ",
        verbs="შეწყვიტეთ|დադարեցրեք",
        things=("შეტყობინებები|მესიჯები|სმს|გამოგზავნოთ|հաղորդագրություն|հաղորդագրություններ|սմս|ուղարկեք|գրեք"),
        courtesies="გთხოვთ|მადლობა|խնդրում եմ|շնորհակալություն|այլևս|ինձ",
    ),
    "Hebrew and Yiddish": Words(
        alone=(
            "הסר|הסירו|הסר אותי|הסירו אותי|תפסיק|תפסיקו|עצור|עצרו|די|מספיק|ביטול|בטל|להסיר|סטופ|אל תשלחו|הפסיקו"
            "|אויפהערן|הערט אויף|גענוג"
        ),
        never="אל תשלחו|אל תשלח|לא רוצה הודעות|די להודעות|תפסיקו לשלוח|להפסיק לשלוח",
        verbs="תפסיקו|הפסיקו|הסירו|בלי|להפסיק",
        things="הודעות|הודעה|סמס|לשלוח|תשלחו|רשימה|המספר|מספר|לי",
        courtesies="בבקשה|תודה|יותר|מיד|אנא|לי",
    ),
    "Kazakh, Uzbek and Turkmen": Words(
        alone=(
            "тоқта|тоқтат|тоқтатыңыз|жетер|керек емес|бас тарту|to'xta|to'xtating|toxta|toxtating|bekor qilish"
            "|yetar|kerak emas|yozmang|yubormang|dur|сақла|dowam etme|bes"
        ),
        never="жазбаңыз|жібермеңіз|yozmang|yubormang|xabar kerak emas",
        verbs="тоқтатыңыз|жібермеңіз|toxtating|to'xtating|yubormang|kerak emas",
        things="хабарлама|хабар|смс|xabar|sms|habar",
        courtesies="өтінемін|рахмет|iltimos|rahmat|haýyş",
    ),
}
