"""How people say "stop texting me" in the languages of the campaign: the Caucasus and its neighbours."""

from service.domain.opt_out_table import Words

LANGUAGES = {
    "Persian": Words(
        alone=(
            "لغو|لغو عضویت|لغو اشتراک|لغو ۱۱|توقف|متوقف کنید|قطع|قطع کنید|بس کن|بس کنید|کافیه|کافی است|نفرست|نفرستید|پیام نفرستید|پیام ندهید|پیام نده|نمی خواهم"
            "|نمیخواهم|نمیخوام|حذف|حذف کنید|مرا حذف کنید|شماره من را حذف کنید|مزاحم نشوید|مزاحم نشو|استاپ|ایست|شماره اشتباه است|اشتباه گرفتید|ول کن|خاموش|لغو۱۱"
        ),
        never=(
            "پیام نفرستید|پیام نفرست|پیامک نفرستید|پیام ندهید|پیام نده|پیامک ندهید|پیام نمی خواهم|پیام نمیخواهم|پیامک نمیخواهم|دیگر نفرستید|پیام ارسال نکنید"
            "|پیامک ارسال نکنید|اس ام اس نفرستید|اس ام اس ندهید"
        ),
        verbs="متوقف|نفرست|نفرستید|ندهید|نده|قطع|لغو|حذف|نمی خواهم|نمیخواهم|نمیخوام|بس|ارسال نکنید|نکنید|نزنید",
        things="پیام|پیامک|پیامها|پیام ها|پیامهای|اس ام اس|شماره|لیست|فهرست|sms|ارسال|اشتراک|عضویت",
        courtesies="لطفا|ممنون|مرسی|دیگر|دیگه|الان|خواهش میکنم|برای من|به من|تشکر",
    ),
    "Kurdish": Words(
        alone="rawestine|rawestinin|bisekine|bisekinin|nenivisin|edi nenivise|edi nenivisin|min jê bibe|bes e|bes|rawestin|nesine|nenivise|peyaman nesine|بەسە|ڕایبگرە|بوەستە|بوەستێنە|مەنێرە|نامە مەنێرن|نامە مەنێرە|ڕاوەستە|راوەستە|ڕاگرە|بەس|بەسیەتی|لامبە|پەیام مەنێرە",
        never="nameyan nesine|name nesine|nameyan nenivise|edi nenivise|edi nesine|peyaman nesine|peyam nesine|nesine ji min|نامە مەنێرن|mesajan neşînin|mesajan neşîne|peyaman neşînin|پەیام مەنێرن",
        verbs="rawestine|rawestinin|nesine|nesinin|مەنێرە|مەنێرن|ڕابگرە",
        things="nameyan|peyam|peyaman|name|نامە|sms",
        courtesies="ji kerema xwe|spas|تکایە|سوپاس",
    ),
    "Pashto": Words(
        alone="ودروه|ودریږه|بس|بس کړه|بند کړه|بند کړئ|پیغام مه لیږه|مه لیږه|مه راليږئ",
        never="پیغام مه|مه لیږه|مه رالیږئ",
        verbs="بند|ودروه",
        things="پیغام|پیغامونه|لیږه|رالیږئ",
        courtesies="مهرباني|مننه",
    ),
    "Turkish": Words(
        alone=(
            "üyelik iptal|üyeliğimi iptal|üyelikten çık|aboneliğimi iptal edin|dur|durdur|durdurun|durun|iptal|iptal et|iptal edin|iptal ediyorum|çık|çıkış|çıkar|beni çıkar|beni çıkarın|çıkmak istiyorum|listeden çıkar"
            "|listeden çıkarın|ret|sil|beni silin|beni sil|numaramı silin|numaramı sil|yeter|yeter artık|abonelikten çık|aboneliği iptal|abonelikten çıkar"
            "|mesaj atma|mesaj atmayın|mesaj göndermeyin|mesaj gönderme|yazma|yazmayın|bana yazma|bana yazmayın|rahatsız etmeyin|rahatsız etme|istemiyorum"
            "|istemiyorum artık|yanlış numara|bırak|bırakın|bitir|kes|kesin|mesaj istemiyorum|sms istemiyorum|durdurr|durdur durdur|durdurunuz"
        ),
        never=(
            "mesaj atma|mesaj atmayın|mesaj göndermeyin|mesaj gönderme|mesaj yollamayın|mesaj istemiyorum|sms istemiyorum|sms atmayın|sms göndermeyin"
            "|mesaj almak istemiyorum|beni listeden|beni rahatsız etmeyin|bana mesaj"
        ),
        verbs=(
            "durdur|durdurun|dur|istemiyorum|atma|atmayın|göndermeyin|gönderme|iptal|çıkarın|çıkar|silin|sil|kesin|yollamayın|yollama|yazmayın|yeter"
            "|almak istemiyorum|bırakın"
        ),
        things="mesaj|mesajı|mesajları|mesajlar|mesajlarınızı|üyelik|üyeliğimi|üyeliği|mesajlari|sms|smsleri|listeden|listenden|listenizden|rehberinizden|rehberden|numaramı|numara|aboneliğimi|abonelik|bildirim|ileti",
        courtesies="lütfen|teşekkürler|teşekkür ederim|sağol|artık|hemen|bir daha|bana|rica ederim|şimdi|merhaba|lutfen",
    ),
    "Azerbaijani": Words(
        alone=(
            "dayan|dayandır|dayandir|dayandırın|dayandirin|dayanın|dayandırmaq|saxla|saxlayın|ləğv|ləğv et|ləğv edin|legv|legv et|imtina|imtina edirəm|bəsdir"
            "|besdir|yetər|kifayətdir|çıx|çıxar|məni çıxarın|meni cixarin|meni silin|məni silin|nömrəmi silin|nomremi silin|göndərmə|göndərməyin|gondermeyin"
            "|gonderme|yazma|yazmayın|mənə yazmayın|mene yazmayin|narahat etməyin|narahat etmeyin|istəmirəm|istemirem|səhv nömrə|sehv nomre|mesaj göndərməyin"
            "|sms göndərməyin|abunəni ləğv et|abunəni ləğv edin|abunəliyi ləğv edin|abunəliyi ləğv et|abunəlikdən çıxmaq istəyirəm|siyahıdan çıxmaq istəyirəm|çıxmaq istəyirəm|çıxış|çıxın|imtina etmək istəyirəm|tərk et|rahat buraxın|məni rahat buraxın|dur|дајан|дајандыр|дајандырын|сахла|лəғв ет|лағв ет|ләғв|ләғв ет|ләғв един|бəсдир|бәсдир|јазма|јазмајын|көндәрмә"
            "|көндәрмәјин|ҝөндәрмә|ҝөндәрмәјин|истәмирәм|имтина"
        ),
        never=(
            "mesaj göndərməyin|mesaj yazmayın|sms göndərməyin|mesaj istəmirəm|sms istəmirəm|mənə yazmayın|mesaj atmayın|mesaj almaq istəmirəm|mesaj gondermeyin"
            "|mesaj gondermeyin daha|месаж ҝөндәрмәјин"
        ),
        verbs=(
            "ləğv et|ləğv edin|çıxmaq istəyirəm|çıxmaq|dayandır|dayandırın|göndərmə|göndərməyin|gondermeyin|yazma|yazmayın|istəmirəm|istemirem|ləğv|legv|silin|çıxarın|saxlayın|almaq istəmirəm|bəsdir"
            "|дајандырын|көндәрмәјин|ҝөндәрмәјин|истәмирәм|јазмајын"
        ),
        things="mesaj|mesajı|mesajlar|mesajları|ismarış|sms|siyahıdan|siyahidan|nömrəmi|nömrə|abunə|abunəni|abunəlikdən|abunəliyimi|abunəliyi|bildiriş|месаж|месажы|смс|нөмрәми|siyahınızdan",
        courtesies=(
            "zəhmət olmasa|zehmet olmasa|xahiş edirəm|xahis edirem|təşəkkür|təşəkkürlər|sağ ol|sag ol|artıq|daha|mənə|mene|indi|lütfən|salam|bir də|хаһиш едирәм"
            "|зәһмәт олмаса|мәнә|даһа|артыг"
        ),
    ),
    "Russian": Words(
        alone=(
            "стоп|стопп|остановите|остановитесь|остановить|прекратите|прекрати|прекратить|хватит|отписаться|отписка|отпишите|отпишите меня|отпиши|отпиши меня"
            "|отписать|отписываюсь|хочу отписаться|отмена|отменить|отказ|отказываюсь|отказаться|конец|удалите|удалите меня|удалить|удали меня|удалите номер"
            "|удалите мой номер|не пишите|не пишите мне|не пиши|не пиши мне|не беспокойте|не беспокоить|достали|отстаньте|отстань|отвалите|отвали|не интересует"
            "|не интересно|мне не интересно|ошиблись номером|вы ошиблись номером|вы ошиблись|не тот номер|довольно|выйти|уберите меня|исключите меня|не надо"
            "|не хочу|больше не надо|stop смс|не присылайте|не присылать|не звоните|stop|hvatit|otpisatsya|otpishite menya|ne pishite|ne pishite mne|otstante"
            "|idite na|идите на хуй|иди на хуй|пошли на хуй|пошел на|otpiska|prekratite|хочу отписаться|я хочу отписаться|отпишитесь от меня|прошу отписать меня"
        ),
        never=(
            "не пишите мне|не присылайте|не присылать|не шлите|не отправляйте|не надо присылать|не надо писать|не хочу получать|не желаю получать|не присылайте мне"
            "|не беспокойте|не пиши мне|не надо мне писать|не нужны ваши|не нужны сообщения|не нужна рассылка|не надо смс|ne pishite|ne prisylayte|ne prisylajte"
        ),
        verbs=(
            "стоп|прекратите|хватит|остановите|удалите|уберите|отпишите|исключите|отключите|отменить|перестаньте|отписаться|отпишитесь|отписать|вычеркните"
            "|хочу отписаться|prekratite|hvatit|perestante"
        ),
        things=(
            "сообщения|сообщений|сообщение|смс|эсэмэс|смски|смсок|рассылки|рассылку|рассылка|рассылать|номер|писать|пишите|присылайте|присылать|списка|списков"
            "|шлите|слать|уведомления|подписку|soobshcheniya|soobsheniya|sms|pisat|pishite"
        ),
        courtesies="пожалуйста|спасибо|больше|мне|меня|немедленно|уже|сейчас|пж|плиз|здравствуйте|прошу|просьба|сюда|pozhaluysta|spasibo|bolshe|mne",
    ),
    "Ukrainian": Words(
        alone=(
            "стоп|зупиніть|зупиніться|зупинити|припиніть|припинити|досить|годі|відписатися|відписатись|відпишіть|відпишіть мене|відписка|хочу відписатися|скасувати"
            "|скасуйте|відмова|відмовляюсь|відмовляюся|видаліть|видаліть мене|видаліть мій номер|видалити|не пишіть|не пишіть мені|не пиши|не надсилайте"
            "|не турбуйте|відчепіться|не цікавить|помилились номером|ви помилилися номером|кінець|не треба|не хочу|приберіть мене|не шліть"
        ),
        never="не пишіть мені|не надсилайте|не присилайте|не шліть|не хочу отримувати|не бажаю отримувати|не турбуйте|не треба писати|не треба надсилати",
        verbs="стоп|припиніть|досить|зупиніть|видаліть|відпишіть|скасуйте|приберіть|перестаньте|відписатися",
        things="повідомлення|повідомлень|смс|розсилки|розсилку|номер|писати|пишіть|надсилайте|надсилати|списку|шліть|присилайте|сповіщення",
        courtesies="будь ласка|дякую|більше|мені|мене|негайно|вже|зараз|прошу",
    ),
    "Georgian and Armenian": Words(
        alone="გააუქმე|გააუქმეთ|გაჩერდით|შეჩერდი|შეჩერდით|აღარ მომწერო|აღარ მომწეროთ|აღარ მწეროთ|არ მომწეროთ|არ მინდა|ამომიღეთ|წამშალეთ|მოგვეშვით|ինձ մի գրեք|չեմ ուզում|ջնջեք իմ համարը|հանեք ինձ|բավական է|հերիք|չեղարկել|შეწყვიტე|შეწყვიტეთ|გააჩერე|გაჩერდი|სტოპ|გაუქმება|კმარა|ნუ მწერთ|ნუ მომწერთ|կանգ|դադարեցնել|դադարեցրեք|դադար|ստոպ|վերջ|հերիք է|մի գրեք|մի ուղարկեք",
        never="აღარ მომწეროთ|აღარ გამომიგზავნოთ|არ გამომიგზავნოთ|აღარ გამოგზავნოთ|აღარ მინდა შეტყობინებები|ինձ մի գրեք|էլ մի գրեք|ნუ მწერთ|ნუ გამომიგზავნით|ნუ მომწერთ|մի գրեք|մի ուղարկեք|չեմ ուզում հաղորդագրություններ",
        verbs="შეწყვიტეთ|შეაჩერეთ|გააჩერეთ|არ მინდა|դադարեցնել|չեմ ուզում|დադարեցրեք|წაშალეთ|წაშალე|Դադարեցրեք",
        things="შეტყობინება|შეტყობინებების|მესიჯი|გაგზავნა|հաղորդագրությունները|հաղորդագրությունների|համարը|შეტყობინებები|მესიჯები|სმს|გამოგზავნოთ|հաղորդագրություն|հաղորդագրություններ|սմս|ուղարկեք|գրեք|ნომერი|ნომერს",
        courtesies="გთხოვთ|მადლობა|խնդրում եմ|շնորհակալություն|այլևս|ինձ",
    ),
    "Kazakh, Uzbek and Turkmen": Words(
        alone=(
            "тоқта|тоқтат|тоқтатыңыз|жетер|керек емес|бас тарту|to'xta|to'xtating|toxta|toxtating|bekor qilish|yetar|kerak emas|yozmang|yubormang|dur|сақла"
            "|dowam etme|bes"
        ),
        never="жазбаңыз|жібермеңіз|yozmang|yubormang|xabar kerak emas",
        verbs="тоқтатыңыз|жібермеңіз|toxtating|to'xtating|yubormang|kerak emas",
        things="хабарлама|хабар|смс|xabar|sms|habar",
        courtesies="өтінемін|рахмет|iltimos|rahmat|haýyş",
    ),
}
