"""How people say "stop texting me" in the languages of the rest of Europe and the world."""

from service.domain.opt_out_table import Words

LANGUAGES = {
    "Portuguese": Words(
        alone=(
            "parar|pare|parem|para com isso|cancelar|cancele|cancelem|cancela|sair|quero sair|descadastrar|descadastro|remover|remova|remover me|remova me"
            "|removam me|chega|basta|desinscrever|anular|nao quero|nao quero mais|nao envie|nao enviem|nao me mande mais|parem ja|pare ja|me tira|me tire"
            "|me deixa em paz|deixem me em paz|numero errado|engano|quero cancelar|quero parar|eliminar|apagar|cancelar inscrição|cancelar a inscrição|cancelar subscrição|cancelar assinatura"
        ),
        never=(
            "deixar de receber|parar de receber|me retirem|me retire|não envie|não enviem|não mande|não mandem|não me mande|não escrevam|não contactem|não quero receber|sem mensagens|não quero mensagens"
            "|não quero mais mensagens|nao me enviem|não desejo receber|chega de mensagens"
        ),
        verbs="pare|parem|parar|chega|cancelar|cancelem|cancele|sair|remover|remova|removam|tirem|tire|tira|deixem|basta|descadastrar|retirar|retirem",
        things=(
            "mensagens|mensagem|sms|msg|msgs|torpedos|lista|numero|enviar|mandar|escrevam|contactem|contatem|subscricao|textos|me mandem|me enviem|me mande"
            "|me escreva"
        ),
        courtesies="por favor|se faz favor|pf|obrigado|obrigada|ja|agora|mais|favor|de|bom dia|ola",
    ),
    "Spanish": Words(
        alone=(
            "que me deis de baja|que me den de baja|quiero que me den de baja|alto|baja|dar de baja|darme de baja|darse de baja|dame de baja|denme de baja|dadme de baja|quiero darme de baja|parar|pare|paren|parad|para ya|basta"
            "|basta ya|no mas|ya no|ya no mas|cancelar|cancela|cancele|cancelen|salir|quiero salir|eliminar|eliminame|eliminenme|borrame|borrenme|borrar|detener"
            "|detengan|detente|detenganse|no molestar|no molestes|no molesten|dejenme en paz|dejame en paz|dejadme en paz|no me escribas|no me escriban"
            "|no me escriban mas|numero equivocado|desuscribir|desuscribirme|desuscribirse|quitenme|quitame|suficiente|anular|no quiero|no quiero mas|no envien"
            "|de baja|para por favor|stop ya"
        ),
        never=(
            "dejar de recibir|dejen de mandar|dejen de enviar|dejar de mandar|deje de|borrenme de|sáquenme de|sácame de|no mandes|no manden|no mandeis|no envies|no envien|no enviéis|no escribas|no escriban|no escribáis|no contacten|no quiero recibir|no quiero mensajes"
            "|que me deis de baja|que me den de baja|no mas mensajes|no más sms|no deseo recibir|no me textees|no textear|no quiero mas mensajes"
        ),
        verbs=(
            "paren|pare|parar|parad|dejen|deja|dejad|alto|basta|cancelar|cancelen|baja|quitar|quiten|quitenme|quiteme|borren|borrar|eliminen|eliminar|detener"
            "|detengan|cesen"
        ),
        things=(
            "mensajes|mensaje|sms|textos|lista|numero|enviar|mandar|enviarme|mandarme|escribirme|escribir|mandes|manden|envies|envien|me escriban|me escribas"
            "|contacten|contactar|suscripcion|mensajitos"
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
            "se desinscrire|se desabonner|arret|arrete|arretez|arreter|arrets|stoppez|stopper|desabonner|desabonnement|me desabonner|desabonnez moi|desabonne"
            "|desinscription|desinscrire|desinscrivez moi|desinscris moi|me desinscrire|resilier|annuler|annulez|fin|quitter|supprimer|supprimez moi|enlevez moi"
            "|retirez moi|ca suffit|assez|plus de messages|plus de sms|non merci stop|laissez moi tranquille|laisse moi tranquille|ne m ecrivez plus"
            "|ne mecrivez plus|ne me contactez plus|ne mecris plus|foutez moi la paix|fous moi la paix|mauvais numero|vous vous trompez de numero|je me desabonne"
            "|cessez|stop sms|stop pub|plus rien|je ne veux plus|degagez|pas interesse|pas interessee|lachez moi"
        ),
        never=(
            "me retirer|me supprimer|ne plus mecrire|ne plus me contacter|ne plus me envoyer|cesser de|ne menvoyez plus|ne mecrivez plus|ne me contactez plus|plus de messages svp|plus de textos|ne veux plus recevoir|ne souhaite plus recevoir"
            "|ne veux plus de|ne desire plus|ne plus recevoir|ne plus envoyer|ne plus menvoyer|ne me envoyez|nenvoyez plus|pas de sms|ne mecrivez"
            "|arretez de mecrire|plus aucun message|veux plus de vos|veux plus vos"
        ),
        verbs=(
            "arretez|arrete|arreter|cessez|cesser|stopper|stoppez|supprimez|supprimer|enlevez|retirez|ne veux pas|ne souhaite pas|ne desire pas|desabonnez"
            "|desinscrivez|resilier|marre|assez|ne menvoyez|retirer|enlever"
        ),
        things="messages|message|sms|textos|texto|menvoyer|mecrire|liste|numero|contacter|denvoyer|recevoir|msg|menvoyez|envois|denvois|harceler|mecrivez",
        courtesies="svp|stp|s il vous plait|sil vous plait|sil te plait|merci|maintenant|immediatement|bonjour|tout de suite|bonsoir|de grace|veuillez",
    ),
    "German": Words(
        alone=(
            "stopp|stoppen|abmelden|abmeldung|abbestellen|austragen|loschen|kundigen|kundigung|ende|aufhoren|hor auf|horen sie auf|hort auf|hor auf damit|schluss"
            "|schluss jetzt|halt|nein danke stopp|keine sms|keine sms mehr|keine nachrichten|keine nachrichten mehr|keine weiteren nachrichten|lass mich in ruhe"
            "|lassen sie mich in ruhe|lasst mich in ruhe|kein interesse|falsche nummer|mich abmelden|melden sie mich ab|melde mich ab|ich melde mich ab"
            "|ich mochte mich abmelden|entfernen|es reicht|genug|abbrechen|abbruch|widerruf|ich widerrufe|nicht mehr schreiben|bin raus|raus|kundige"
        ),
        never=(
            "keine sms mehr|keine nachrichten mehr|keine weiteren|nicht mehr schreiben|nicht mehr anschreiben|nicht mehr kontaktieren|schreiben sie mir nicht"
            "|schreibt mir nicht|schreib mir nicht|schicken sie mir keine|schickt mir keine|möchte keine|will keine|nicht mehr texten|keine texte mehr"
            "|meldet mich ab|nehmen sie mich aus dem|nehmt mich aus dem|nimm mich aus dem|nehmen sie mich von der liste|streichen sie mich von"
        ),
        verbs="stopp|aufhoren|hor auf|horen sie auf|hort auf|loschen|losche|loscht|entfernen|entfernt|streichen|streicht|abmelden|abbestellen|schluss|unterlassen",
        things=(
            "sms|nachrichten|nachricht|texte|textnachrichten|nummer|liste|verteiler|schreiben|schicken|schreibt|schickt|kontaktieren|anschreiben|zusenden"
            "|mitteilungen|zuschicken|simsen"
        ),
        courtesies="bitte|danke|sofort|mehr|jetzt|mal|endlich|hallo|doch|guten tag|mir|mich",
    ),
    "Italian": Words(
        alone=(
            "basta|fermati|fermatevi|fermare|smettila|smettetela|smettere|smetti|smettete|annulla|annullare|cancella|cancellami|cancellatemi|cancellare"
            "|cancellazione|disiscrivi|disiscrivimi|disiscrivermi|disiscrizione|disdetta|rimuovi|rimuovimi|rimuovetemi|esci|uscire|toglietemi|toglimi"
            "|non interessato|non mi interessa|non scrivetemi|non scrivetemi piu|non scrivermi|non scrivermi piu|lasciatemi in pace|lasciami in pace"
            "|numero sbagliato|ferma|disattiva|non voglio|non voglio piu|basta cosi"
        ),
        never=(
            "smettere di|smettetela di|essere cancellato|essere rimosso|non mandatemi|non inviatemi|non scrivetemi|non scrivermi|non mandate|non inviate|non voglio ricevere|non voglio messaggi|niente messaggi"
            "|non contattatemi|non voglio più messaggi|non desidero ricevere|non voglio più ricevere|nessun messaggio"
        ),
        verbs="basta|smettete|smettila|smettetela|smetti|fermate|cancellate|cancella|cancellatemi|toglietemi|togliete|rimuovete|disattivare|disiscrivetemi",
        things=(
            "messaggi|messaggio|sms|messaggini|lista|numero|scrivermi|inviare|mandare|mandatemi|inviatemi|inviarmi|mandarmi|contattatemi|contattarmi|scrivete"
            "|mandate|scrivetemi"
        ),
        courtesies="per favore|per piacere|grazie|ora|subito|piu|adesso|di|prego|per cortesia|buongiorno|vi prego",
    ),
    "Bulgarian": Words(
        alone="махнете ме|премахнете ме|изтрийте ме|не желая|не искам|не ми пращайте|откажете|отменете|спирам|спри|спрете|откажи|отказ|отписване|отпишете ме|стига|не пишете|край|отпиши ме|отпишете ме",
        never="не ми пращайте|не пращайте|не желая съобщения|не искам да получавам|не ми изпращайте|не ми пишете|не пишете|не изпращайте|не желая да получавам|не искам съобщения",
        verbs="спрете|спри|стига|изтрийте|изтрий|махнете|премахнете",
        things="съобщения|съобщенията|смс|пишете|изпращайте|номера|списъка",
        courtesies="моля|благодаря|повече|ми",
    ),
    "Lithuanian": Words(
        alone=(
            "sustabdyk|sustabdykit|nutrauk|nutraukit|ištrinkit mane|ištrink mane|ištrinti|išbraukit mane|pašalinkit mane|nerašykit|nerašykit man|nesiųskit|nebesiųskit|neberašykit|sustabdyti|sustabdykite|sustok|sustokite|stabdyk|stabdyti|stabdykite|atsisakau|atsisakyti|atsisakymas|nutraukite|nutraukti|baikit|baikite|gana|uzteks"
            "|nerašykite|nerašyk|nesiųskite|nesiųsk|nebesiųskite|nebesiųsk|neberašykite|neberašyk|ištrinkite mane|pašalinkite mane|pašalinkite|išbraukite mane"
            "|atšaukti|nebenoriu|nenoriu|palikit mane ramybėj|palikite mane ramybėje|ne tas numeris|atsijungti|nebesiuskite man|išregistruokite mane|išregistruok mane|išregistruoti"
        ),
        never="nesiųskit|nebesiųskit|nerašykit man|nesiųskite|nebesiųskite|nerašykite man|neberašykite|nenoriu gauti|nebenoriu gauti|nenoriu žinučių",
        verbs="nesiųskite|nebesiųskite|nebenoriu|nutraukite|sustabdykite|ištrinkite|pašalinkite|išbraukite|baikit|atsisakau|nerašykite|daugiau ne",
        things="žinučių|žinutes|žinutės|žinute|sms|numerį|sąrašo|pranešimų|pranešimus|gauti|man",
        courtesies="prašau|ačiū|daugiau|man|dabar|jau|prasom",
    ),
    "Latvian": Words(
        alone="pārtraukt|pārtrauciet|atcelt|dzēst|nesūtiet man|lieciet mani mierā|apturēt|beidziet|beidz|apstāties|atteikties|atrakstīties|nesūtiet|nerakstiet|pietiek|izdzēsiet mani",
        never="nesūtiet|nerakstiet man|nevēlos saņemt|negribu saņemt",
        verbs="nesūtiet|beidziet|nevēlos|negribu|izdzēsiet",
        things="ziņas|ziņu|sms|īsziņas|numuru|saraksta",
        courtesies="lūdzu|paldies|vairs|vairāk|man",
    ),
    "Slovak and Czech": Words(
        alone=(
            "nechajte ma|nehajte ma|prestaňte|přestaňte|prestaň|přestaň|zrušit|zrušiť|odhlásit|odhlásiť|odhláste mě|odhláste ma|nepište|nepiš|nepíšte|neposílejte|neposielajte|zastavit|zastaviť|zastavte|stačilo|dosť|konec"
            "|koniec|smažte mě|vymažte ma|nechte mě být|nechte ma|zrušiť odber|zrušit odběr"
        ),
        never="neposílejte mi|neposielajte mi|nepište mi|nepíšte mi|nechci dostávat|nechcem dostávať|nechci zprávy|nechcem správy",
        verbs="prestaňte|přestaňte|nechci|nechcem|neposílejte|neposielajte|nepište|smažte|vymažte|odhláste|žádné|žiadne|zrušte",
        things="zprávy|správy|sms|esemesky|číslo|seznamu|zoznamu|psát|písať|posílat|posielať|mi",
        courtesies="prosím|děkuji|ďakujem|díky|už|více|viac|okamžitě",
    ),
    "Hungarian": Words(
        alone="hagyják abba|hagyjátok abba|leállítani|leállítás|állítsák le|stop kérem|törlés|töröljék a számom|nem kérem|nem kérek többet|kérem ne küldjenek|állj|elég|leiratkozás|leiratkozom|leiratkozni|hagyjatok békén|ne írjanak|ne írjatok|ne küldjenek|töröljenek|töröljetek|lemondás|hagyjanak békén|hagyjon békén|hagyj békén",
        never="ne írjanak|ne írjatok|ne küldjenek|ne küldjetek|nem kérek több|nem kérek üzenetet|nem akarok üzenetet|ne zaklassanak",
        verbs="töröljék|töröljenek|elég",
        things="üzenetet|üzeneteket|üzenet|sms|számom|számomat|listáról|küldjenek|küldjetek",
        courtesies="kérem|kérlek|köszönöm|több|többet|nekem",
    ),
    "Albanian": Words(
        alone="ndalo|ndaloni|ndal|mjaft|çregjistrohu|hiqmë|më hiqni|mos shkruani|mos më shkruani|mos dergoni|anulo|fshini numrin|më fshini|më hiqni nga lista|hiqmëni nga lista|hiqmëni|më lini rehat|nuk dua më|çabonohu|çabonim",
        never="mos më shkruani|mos dërgoni|mos dergoni|nuk dua mesazhe|mos më dërgoni",
        verbs="hiqmëni|më hiqni|ndaloni|ndalo|hiqni|fshini|nuk dua",
        things="mesazhe|mesazh|sms|numrin|lista|listës|shkruani|dërgoni|dergoni",
        courtesies="ju lutem|faleminderit|më|tani",
    ),
    "Greek": Words(
        alone=(
            "σταμάτα|σταματήστε|στοπ|διακοπή|διαγραφή|διαγράψτε με|ακύρωση|αρκετά|φτάνει|μη στέλνετε|μην στέλνετε|απεγγραφή|κατάργηση εγγραφής|τέλος|λάθος αριθμός"
            "|αφήστε με ήσυχο"
        ),
        never="μη στέλνετε|μην στέλνετε|μη μου στέλνετε|δεν θέλω μηνύματα|όχι άλλα μηνύματα|να μη μου στέλνετε|μην ξαναστείλετε|μη μου ξαναστείλετε|μην μου ξαναστείλετε|μην ξαναγράψετε",
        verbs="σταματήστε|δεν θέλω|διαγράψτε|όχι|τέρμα",
        things="μηνύματα|μήνυμα|sms|αριθμό|λίστα|στέλνετε|στείλετε",
        courtesies="παρακαλώ|ευχαριστώ|πια|μου|άλλα|τα|αμέσως|πλέον",
    ),
    "Dutch": Words(
        alone=(
            "stoppen|afmelden|afmelding|uitschrijven|uitschrijving|schrijf me uit|schrijf mij uit|meld me af|meld mij af|opzeggen|annuleren|einde|hou op|houd op"
            "|ophouden|genoeg|verwijderen|verwijder mij|verwijder me|verwijder mijn nummer|laat me met rust|laat mij met rust|geen berichten meer|geen sms meer"
            "|geen interesse|verkeerd nummer|stop ermee|stopzetten|rot op|sodemieter op|niet meer sturen|ik wil stoppen|ik wil me afmelden"
        ),
        never=(
            "geen berichten meer|geen sms meer|geen berichten|geen sms|stuur mij niet|stuur me geen|niet meer sturen|wil geen|haal me van|haal mij van"
            "|schrijf me uit|stuur geen|niet meer sms"
        ),
        verbs="stop met|stoppen|verwijder|hou op|houd op|ophouden|schrijf|haal|uitschrijven|afmelden",
        things="berichten|berichtjes|sms|smsjes|sms'jes|appjes|nummer|lijst|sturen|sms'en|smsen|sms en|stuur|contact|appen",
        courtesies="alsjeblieft|alstublieft|aub|ajb|bedankt|dank je|dank u|meer|nu|meteen|onmiddellijk|mij|me|gewoon|hoi|hallo",
    ),
    "Swedish, Danish and Norwegian": Words(
        alone=(
            "slut|slutt nå|stopp nå|fjern mig|fjern meg|slett meg|ingen flere sms|ingen flere beskeder|ingen flere meldinger|inga fler meddelanden|avslutt|afslut|avbryt|lad mig være|la meg være|stoppa|stans|slutt|sluta|avsluta|avregistrera|avanmäl|avmeld|afmeld|afmeld mig|meld meg av|ophør|hold op|inga fler sms|ikke skriv|sluta smsa"
            "|ta bort mig|slet mig|lämna mig ifred"
        ),
        never=(
            "ingen flere sms|ingen flere beskeder|ingen flere meldinger|ikke send flere|inga fler sms|inga fler meddelanden|ikke flere sms|ikke flere beskeder|ikke send|inte skicka|vill inte ha|sluta skicka|sluta smsa|slutt å sende"
            "|stop med at sende|vil ikke have|vil ikke ha|ta bort mig från"
        ),
        verbs="sluta|stopp|slutt|ta bort|slet|fjern|vill inte|slett|fjern|slet|stop med at|slutt å|sluta",
        things="sms|sms:a|meddelanden|meddelande|beskeder|besked|meldinger|nummer|listan|listen|skicka|sende|smsa|nummeret|nummer|skrive til mig|skrive til meg",
        courtesies="tack|tak|takk|snälla|venligst|vennligst|mer|flere|fler|nu|nå",
    ),
    "Amharic and Tigrinya": Words(
        alone="ራስዎን ያቁሙ|ደው ኣብል|ደው ኣብሉ|ደው በል|ኣቁም|ኣይትለኣኹለይ|አታስቸግሩኝ|ይበቃል|ሰርዝ|አልፈልግም|አቁም|አቁሙ|አቋርጥ|ይቁም|ጠጠው|ጠጠው በል|አትላኩ|አትላክ|ደው አብሉ|ኣቋርጽ|ደው በሉ|ደው ኣብሉ",
        never="መልእክት አትላኩ|መልእክት አትላኩልኝ|አትላኩልኝ|አልፈልግም መልእክት",
        verbs="አቁም|አቁሙ|አትላኩ|አቋርጡ",
        things="መልእክት|መልእክቶች|ቁጥሬን",
        courtesies="እባክህ|እባክዎ|እባካችሁ|አመሰግናለሁ",
    ),
    "Swahili": Words(
        alone="wacha|wacheni|acha kunitext|acha kutuma|acheni kutuma|wacha kunitext|usinitext|msinitext|toa namba yangu|futa namba yangu|acheni|simamisha|sitisha|komesha|ondoa|niondoe|niondoeni|usinitumie|msinitumie|basi inatosha|jiondoe|inatosha",
        never="msitume|msinitumie|usinitumie|sitaki ujumbe|sitaki meseji|niondoe kwenye",
        verbs="wacha|wacheni|acheni|sitaki|msitume|usitume|komesha|niondoe|acha|ondoa|futa",
        things="kunitext|kutext|text|texts|ujumbe|sms|meseji|namba|orodha|kunitumia|kutuma|namba yangu",
        courtesies="tafadhali|asante|sasa|tena",
    ),
    "Yoruba, Igbo, Hausa and Twi": Words(
        alone="da duro|e da duro|e jowo e da duro|jowo da duro|ma se fi ranse mo|biko kwusi|biko kwusị|ka daina|ku bar ni|a daina|gyae|mepa wo kyew gyae|gyina|duro|dawo duro|e dawo duro|kwusi|kwusi ya|kwusị|tsaya|daina|ku daina|dakata",
        verbs="duro|kwusi|daina|kwusị",
        things="ifiranse|ozi|sako|sms|sakonni|atejise",
        courtesies="ejo|jowo|biko|don allah",
        never="ma fi ranse|ẹ má fi ránṣẹ́",
    ),
    "Malayalam, Telugu, Kannada and Sinhala": Words(
        alone="നിർത്തുക|നിർത്തൂ|നിര്‍ത്തൂ|നിർത്ത്|മതി|വേണ്ട|അയക്കരുത്|ఆపు|ఆపండి|వద్దు|ఆపేయండి|పంపకండి|ನಿಲ್ಲಿಸಿ|ನಿಲ್ಲಿಸು|ಬೇಡ|ಸಾಕು|නවත්වන්න|නවතන්න|එපා|එවන්න එපා",
        never="മെസ്സേജ് അയക്കരുത്|മെസ്സേജ് അയക്കണ്ട|മെസേജ് അയക്കണ്ട|సందేశాలు పంపకండి|ಮೆಸೇಜ್ ಬೇಡ|മെസേജ് അയക്കരുത്|మెసేజ్ పంపకండి|ಮೆಸೇಜ್ ಕಳುಹಿಸಬೇಡಿ|ಕಳುಹಿಸಬೇಡಿ|පණිවිඩ එවන්න එපා|එවන්න එපා",
        verbs="നിർത്തുക|നിർത്തൂ|വേണ്ട|അയക്കരുത്|ఆపండి|వద్దు|పంపవద్దు|ನಿಲ್ಲಿಸಿ|ಬೇಡ|නවත්වන්න|එපා",
        things="സന്ദേശം|സന്ദേശങ്ങൾ|മെസേജ്|సందేశాలు|మెసేజ్|ಸಂದೇಶ|ಸಂದೇಶಗಳನ್ನು|ಮೆಸೇಜ್|පණිවිඩ|පණිවුඩ",
        courtesies="ദയവായി|നന്ദി|దయచేసి|ధన్యవాదాలు|ದಯವಿಟ್ಟು|ಧನ್ಯವಾದ|කරුණාකර|ස්තූතියි",
    ),
    "Nepali": Words(
        alone="बन्द|बन्द गर्नुहोस्|रोक्नुहोस्|नपठाउनुहोस्|म्यासेज नपठाउनुहोस्|पुग्यो|band gara|napathau|napathaunus|rokke",
        never="नपठाउनुहोस्|म्यासेज नपठाउ",
        verbs="बन्द|नपठाउनुहोस्|रोक्नुहोस्|चाहिँदैन",
        things="म्यासेज|सन्देश|एसएमएस",
        courtesies="कृपया|धन्यवाद|अब",
    ),
    "Japanese and Korean": Words(
        alone="停止|停止して|停止してください|やめて|やめてください|止めて|止めてください|配信停止|解除|退会|解約|送らないで|送らないでください|ストップ|もういい|중지|그만|멈춰|중단|수신거부|수신 거부|해지|스톱|보내지 마세요|그만 보내세요|그만하세요|그만해|구독 취소|구독취소|수신 거부",
        never="送らないで|보내지 마세요|보내지 마|문자 보내지|メールしないで",
        verbs="停止|やめて|止めて|送らない|그만|중지|중단",
        things="メッセージ|メール|配信|문자|메시지|문자를",
        courtesies="お願いします|ください|ありがとう|제발|감사합니다|부탁드립니다",
    ),
    "Vietnamese, Thai, Filipino, Indonesian and Malay": Words(
        alone=(
            "dừng|dừng lại|hủy|huỷ|ngừng|ngừng gửi|hủy đăng ký|đừng nhắn|đừng gửi|từ chối|dung lai|หยุด|ยกเลิก|หยุดส่ง|หยุดส่งข้อความ|เลิกส่งข้อความ|ไม่ต้องส่งข้อความ|อย่าส่งมา|อย่าส่งข้อความ|thôi|thôi đi|ayoko na|ayaw ko na|tanggalin ako|tanggalin nyo ako|tanggalin niyo ako|เลิกส่ง|พอแล้ว|ไม่ต้องส่ง|itigil|itigil mo"
            "|tama na|tigil|huwag na|wag na|wag na mag text|alisin mo ako|berhenti|batal|hentikan|cukup|jangan kirim|jangan hantar|jangan sms|keluar|stop sms|อย่าส่งมาอีก|อย่าส่งมา|หยุดส่ง|tigilan niyo na ako|tigilan nyo na ako|tigilan mo na ako"
        ),
        never="đừng gửi|đừng nhắn|ngừng gửi|ngừng nhắn|dừng gửi|jangan kirim|jangan hantar|jangan sms|huwag mag text|wag mag text|huwag nyo|huwag niyo|wag nyo|wag niyo|huwag na kayong|wag na kayo",
        verbs="dừng|ngừng|hủy|hentikan|berhenti|tigil|itigil",
        things="tin nhắn|tin|sms|gửi|nhắn tin|pesan|mesej|kirim|text|mensahe|messages|pagtext|pag text",
        courtesies="xin|cảm ơn|ครับ|ค่ะ|คะ|ขอบคุณ|กรุณา|po|paki|salamat|tolong|sila|terima kasih|lagi|saya",
    ),
    "Serbian, Croatian, Bosnian and Slovene": Words(
        alone=(
            "zaustavi|zaustavite|prestani|prestanite|dosta|odjava|odjavi me|odjavite me|otkaži|ne šaljite|ne piši|ne pišite|nehaj|nehajte|ustavi|стани|престаните"
            "|доста|одјава|stani|prekini|prekinite|obriši me|одјави ме|одјавите ме|престаните|одјава"
        ),
        never="nemojte mi slati|nemojte slati|nemoj mi slati|nemojte pisati|nemojte mi pisati|ne zelim vise|ne želim više|немојте ми слати|не желим поруке|ne šaljite|ne pišite mi|ne želim poruke|ne želim primati|ne zelim poruke|не шаљите|не пишите ми|ne pošiljajte|ne pisite mi|не шаљите ми|немојте ми писати|немојте ми слати",
        verbs="prestanite|ne šaljite|ne želim|ne pišite|zaustavite|obrišite|nehajte|престаните|не шаљите|ne zelim|ne želim več|ne želim vec|nehajte",
        things="poruke|poruka|sporočila|sms|broj|listu|listе|поруке|смс|pisati|slati|sporočil|sporočila|поруке",
        courtesies="molim|molim vas|hvala|više|odmah|mi|prosim|молим|хвала",
    ),
    "Hebrew and Yiddish": Words(
        alone="הסר|הסירו|הסר אותי|הסירו אותי|תפסיק|תפסיקו|עצור|עצרו|די|מספיק|ביטול|בטל|להסיר|סטופ|אל תשלחו|הפסיקו|אויפהערן|הערט אויף|גענוג|להסיר אותי|להסיר אותי מהרשימה",
        never="אל תשלחו|אל תשלח|לא רוצה הודעות|די להודעות|תפסיקו לשלוח|להפסיק לשלוח",
        verbs="תפסיקו|הפסיקו|הסירו|בלי|להפסיק",
        things="הודעות|הודעה|סמס|לשלוח|תשלחו|רשימה|המספר|מספר|לי",
        courtesies="בבקשה|תודה|יותר|מיד|אנא|לי",
    ),
    "Finnish and Estonian": Words(
        alone=(
            "lopeta|lopettakaa|lopeta nyt|peruuta|peruuta tilaus|poista|poista minut|poistakaa minut|poista numeroni|älä lähetä|älkää lähettäkö|riittää|en halua"
            "|väärä numero|lõpeta|lõpetage|lõpetada|peata|peatage|tühista|loobun|loobu|aitab|ärge saatke|ära saada|eemaldage mind|eemalda mind|kustutage mu number|vale number"
        ),
        never="älä lähetä|älkää lähettäkö|älkää tekstatko|en halua viestejä|en halua saada|ei enää viestejä|ärge saatke|ära saada|ärge kirjutage|ei soovi sõnumeid|ei taha sõnumeid",
        verbs="lopeta|lopettakaa|poista|poistakaa|peruuta|en halua|lõpetage|lõpeta|eemaldage|ei soovi|ei taha",
        things="viestit|viestejä|viestien|tekstiviestit|tekstarit|numeroni|numero|listalta|sõnumid|sõnumeid|sms|numbri|nimekirjast|saatmine|saatmast",
        courtesies="kiitos|ole hyvä|minulle|enää|heti|palun|aitäh|mulle|enam|kohe",
    ),
    "Icelandic": Words(
        alone="hætta|hættu|hættið|stöðva|stöðvið|afskrá|afskrá mig|skrá mig úr|ekki senda mér|ekki senda meira|takið mig af listanum|nóg komið|rangt númer",
        never="ekki senda mér|ekki senda meira|ekki senda skilaboð|vil ekki fleiri|ekki fleiri skilaboð",
        verbs="hættið|hættu|stöðvið|afskráið",
        things="skilaboð|skilaboðum|sms|senda|númer|lista",
        courtesies="takk|vinsamlegast|meira|núna",
    ),
}
