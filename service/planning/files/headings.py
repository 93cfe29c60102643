"""What the columns of a file are called, in many spellings and languages, and what of ours each one is."""

import re
import unicodedata
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache

DETAIL = "details."


class Field(StrEnum):
    """What a column of a file can be to us. A custom field is a column of its own, kept as `details.<name>`."""

    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    FULL_NAME = "full_name"
    EMAIL = "email"
    PHONE = "phone"
    LOCALE = "locale"
    TIME_ZONE = "time_zone"
    SOURCE = "source"
    POSTCODE = "postcode"
    COUNTRY = "country"
    TAGS = "tags"
    EXTERNAL_ID = "external_id"
    JOINED_AT = "joined_at"
    CONSENT_EMAIL = "consent_email"
    CONSENT_SMS = "consent_sms"
    CONSENT_WORDING = "consent_wording"
    CONSENT_AT = "consent_at"
    CONSENT_SOURCE = "consent_source"
    CONSENT_IP = "consent_ip"
    CONSENT_EMAIL_WORDING = "consent_email_wording"
    CONSENT_EMAIL_AT = "consent_email_at"
    CONSENT_EMAIL_SOURCE = "consent_email_source"
    CONSENT_EMAIL_IP = "consent_email_ip"
    CONSENT_SMS_WORDING = "consent_sms_wording"
    CONSENT_SMS_AT = "consent_sms_at"
    CONSENT_SMS_SOURCE = "consent_sms_source"
    CONSENT_SMS_IP = "consent_sms_ip"
    # A moment at which they opted in, which is a yes of its own; `confirmed_at` counts before `opted_in_at`.
    OPTED_IN_AT = "opted_in_at"
    OPTED_IN_IP = "opted_in_ip"
    CONFIRMED_AT = "confirmed_at"
    CONFIRMED_IP = "confirmed_ip"
    # How they stand: subscribed, unsubscribed, bounced, blocklisted, spam …
    STATUS = "status"
    EMAIL_STATUS = "email_status"
    SMS_STATUS = "sms_status"
    # A yes, or a moment, that says they must be left alone.
    LEFT = "left"
    LEFT_EMAIL = "left_email"
    LEFT_SMS = "left_sms"
    BOUNCED = "bounced"
    # The address that `bounced` is about, where it may be another than theirs; theirs where they have no other.
    BOUNCED_ADDRESS = "bounced_address"
    LEFT_REASON = "left_reason"
    LEFT_AT = "left_at"
    LEFT_EMAIL_AT = "left_email_at"
    LEFT_SMS_AT = "left_sms_at"
    FORGOTTEN_AT = "forgotten_at"
    # Own fields of the organisation, all in one column as a JSON object.
    DETAILS = "details"
    # Of a list of suppressions: whose address the hash is of, where the address itself is not there.
    CHANNEL = "channel"
    ADDRESS_HASH = "address_hash"
    # Added by a list of rejects: where a row stood and why it was not taken.
    REJECTED_ROW = "row"
    REJECTED_WHY = "why"


# Spellings as `heading_key` makes them: no case, accents, blanks or signs. The first of a field's that is there counts.
_SPELLINGS: dict[Field, str] = {
    Field.FIRST_NAME: """firstname givenname forename first given fname christianname personalname vorname rufname
        prenom nombre nombredepila primernombre nome primeironome voornaam fornavn fornamn etunimi imie jmeno keresztnev
        utonev prenume ime имя імя имяотчество адам onoma adi ad isim ilkad birinciad adınız adiniz ism ime名 名 名前 이름
        ονομα الاسمالاول الاسم שםפרטי שם naam ainm enwcyntaf magac
        姓名 氏名 名字 성명 نام نامکوچک नम পরণনম নম ਨਮ નમ სახელი անուն vardas vards eesnimi meno ten име emri pangalan
        jina moteti eerstenaam krstnejmeno аты есімі پہلانام""",
    Field.LAST_NAME: """lastname surname familyname last family lname secondname nachname familienname zuname nom nomdefamille
        apellido apellidos apellidopaterno cognome sobrenome apelido achternaam etternavn efternamn efternavn sukunimi
        nazwisko prijmeni vezeteknev csaladnev numedefamilie prezime фамилия прізвище soyad soyadi soyisim soyadiniz familya 姓
        επωνυμο اسمالعائلة اللقب שםמשפחה sloinne cyfenw
        نامخانوادگی გვარი ազգանուն pavarde uzvards perekonnanimi priezvisko ho mbiemri apelyido उपनम""",
    Field.FULL_NAME: """name fullname displayname personname contactname sortname supportername membername nameofsupporter
        vollername nomcomplet nombrecompleto nomecompleto fio фио adsoyad advesoyad имяифамилия
        navn nimi namn imeiprezime imieinazwisko jmenoaprijmeni menoapriezvisko numecomplet numesiprenume
        სახელიდაგვარი անունազգանուն hovaten prenometnom nombreyapellidos nomeecognome vorundnachname имяфамилия
        фамилияимяотчество პირველისახელი""",
    Field.EMAIL: """email emailaddress emailaddresses mail emailaddr primaryemail emailprimary email1 email1address
        email1value emailaddress1 personalemail homeemail emailhome workemail contactemail youremail useremail subscriberemail emailid emailadress
        emailadresse mailadresse epost epostadresse epostadress eposta epostaadresi epocta epoct epoçt elektronpoct elektronpoctunvani
        correo correoelectronico correoe courriel adressemail adresseemail adresseelectronique mel email地址 邮箱
        posta postaelettronica indirizzoemail emailadres sahkoposti adresemail adrese enderecodeemail электроннаяпочта
        почта эпочта элпочта елпочта электронка имейл емейл емайл адресэлектроннойпочты електроннапошта ηλεκτρονικηδιευθυνση البريدالالكتروني
        דואל emailcim ebost riomhphost
        メールアトレス メール 電子メール 电子邮件 电子邮箱 邮件 이메일 이메일주소 전자우편 ایمیل رایانامه ईमल ইমইল ਈਮਲ ઇમઇલ ელფოსტა
        იმეილი էլփոստ էլհասցե elpastas epasts epastaadrese emailaadress ηλεκτρονικοταχυδρομειο elektronskaposta
        елпошта имеил имеиладрес елпоща baruapepe điachiemail thuđientu البريد ايميل الايميل อเมล adresadeemail
        adresaemail elpocht elpoct emailaddressprimary emailoptaddress""",
    Field.PHONE: """mobile phone mobilenumber mobilephone mobilephonenumber mobileno cellphone cell cellnumber cellphonenumber
        phonenumber phone1value phonenumbermobile phonemobile primaryphone primaryphonenumber mobilephone1 mobiletelephone
        telephone telephonenumber telephonemobile tel telno phoneno phone1 contactnumber contactphone smsphone sms smsnumber smsphonenumber msisdn
        whatsapp phonewhatsapp handy handynummer mobil mobilnummer mobiltelefon mobilfunk mobilfunknummer telefon telefonnummer portable
        numerodeportable mobiletelefonnummer telefonoportable numerodetelephone telephoneportable movil telefonomovil celular
        telefono numerodetelefono cellulare telefonocellulare telemovel telefone mobiel mobielnummer telefoonnummer matkapuhelin puhelin
        puhelinnumero komorka telefonkomorkowy numertelefonu numarmobil ceptelefonu cep gsm telefonnumarasi telefonnomresi
        mobilnomre nomre телефон мобильный мобильныйтелефон номертелефона моб сотовый мобильнийтелефон κινητο τηλεφωνο
        الجوال الهاتف رقمالهاتف נייד טלפון 手机 携帯 fon ffon symudol
        携帯電話 携帯番号 電話番号 電話 電話番号携帯 手机号 手机号码 电话 电话号码 手機 휴대폰 휴대전화 전화번호 휴대폰번호 موبایل تلفنهمراه
        شمارهموبایل تلفن موبايل موبايلنمبر فون मबइल मबइलनबर फन মবইল মবইলনমবর ফন ਮਬਈਲ ਫਨ મબઇલ ტელეფონი მობილური ტელ
        հեռախոս բջջային mobtelefonas telefonas mobilusistelefonas mobilais talrunis telefons mobiil telefoni
        telefoninumber đienthoai sođienthoai diđong мобільнии телефоннииномер мобилен мобилентелефон telefonmobil
        mobitel brojmobitela brojtelefona mobilnitelefon mobilni numriitelefonit simu nambariyasimu numerongtelepono
        telepono जगम nrtelefonu numerkomorki telefonszam mobiltelefonszam telefoncislo mobilnytelefon โทรศพท
        mobilraqam ұялытелефон sim farsimi telefonocelular ndeportable numerodetelephoneportable telmob mobtel mobno""",
    Field.LOCALE: """locale language lang preferredlanguage languagepreference preflanguage sprache langue idioma lingua taal
        jezyk dil язык мова""",
    Field.TIME_ZONE: "timezone tz zeitzone fuseauhoraire zonahoraria saatqursagi часовойпояс",
    Field.SOURCE: "source sourcecode utmsource origin cameform herkunft referrer referrerdata recruitedby origen источник",
    Field.POSTCODE: """postcode postalcode zip zipcode zippostal zippostalcode primaryzip primarypostcode homepostcode homepostalcode
        homeaddresspostalcode address1postalcode postcodezip plz postleitzahl codepostal codigopostal cap cep codigodepostal kodpocztowy
        psc iranyitoszam poctindeksi pocztowy poctkodu postakodu индекс почтовыйиндекс поштовийіндекс codpostal eircode
        邮编 邮政编码 郵便番号 우편번호 کدپستی საფოსტოინდექსი postinumero postnummer postnr indirizzopostalecap pastokodas
        postanskibroj пощенскикод""",
    Field.COUNTRY: """country countrycode countryname homecountry homeaddresscountry address1country land pays pais paese
        kraj zeme orszag tara olke ulke страна країна billingcountry primarycountry primarycountrycode
        国家 国 국가 کشور ქვეყანა երկիր maa salis valsts riik drzava държава countryofresidence الدولة البلد""",
    Field.TAGS: "tags tag taglist labels label groups groupmembership categories schlagworte etiquettes etiquetas теги метки",
    Field.EXTERNAL_ID: """externalid uuid id contactid memberid supporterid membershipnumber nationbuilderid civicrmid crmid
        externalidentifier ref reference vanid subscriberid personid euid leid""",
    Field.JOINED_AT: "joinedat joined createdat created datejoined datecreated createddate dateadded signupdate signedupat",
    Field.CONSENT_EMAIL: """consentemail emailconsent emailoptin optinemail emailpermission subscribedtoemail newsletter
        emailmarketingconsent acceptsmarketing""",
    Field.CONSENT_SMS: "consentsms smsconsent smsoptin optinsms textconsent consenttext mobileoptin smspermission smsmarketingconsent",
    Field.CONSENT_WORDING: "consentwording consenttext wording consentstatement optintext optinwording",
    Field.CONSENT_AT: "consentat consentdate consenttime dateofconsent consenttimestamp consentedat optindate",
    Field.CONSENT_SOURCE: "consentsource consentmethod optinmethod optinsource",
    Field.CONSENT_IP: "consentip consentipaddress ip ipaddress",
    Field.OPTED_IN_AT: "optedinat optintime optintimestamp",
    Field.OPTED_IN_IP: "optedinip optinip optinipaddress",
    Field.CONFIRMED_AT: "confirmedat confirmtime confirmationtime doubleoptinat",
    Field.CONFIRMED_IP: "confirmedip confirmip confirmationip",
    Field.STATUS: "status subscriptionstatus subscriberstatus memberstatus",
    Field.EMAIL_STATUS: "emailstatus emailsubscriptionstatus emailaddressstatus",
    Field.SMS_STATUS: "smsstatus smssubscriptionstatus mobilestatus phonestatus",
    Field.LEFT: "left optout optedout donotcontact doncontact unsubscribed deceased isdeceased nocontact suppressed",
    Field.LEFT_EMAIL: """leftemail emailoptout optoutemail donotemail nobulkemails nobulkemailsuseroptout nobulkemail unsubtime
        unsubscribedat emailunsubscribed isoptout hasoptedoutofemail unsubscribetime""",
    Field.LEFT_SMS: "leftsms smsoptout optoutsms donotsms donottext nosms smsunsubscribed donotphone mobileoptout",
    Field.BOUNCED: "bounced cleantime cleanedat hardbounced emailisbad onhold bouncedat",
    Field.LEFT_REASON: "leftreason unsubreason unsubscribereason optoutreason suppressionreason reason",
    Field.LEFT_AT: "leftat at suppressedat blockedat",
    Field.REJECTED_ROW: "row",
    Field.REJECTED_WHY: "why",
}
# What a form puts around the words: "Your email address *", "What is your mobile (UK)?", "contact_email".
_ASIDE = re.compile(r"[(\[](?:required|optional|uk|gb|mobile|mandatory|if any|e\.?g\.?[^)\]]*)[)\]]", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:(?:please )?(?:enter|type|give|provide) )?(?:what(?: is|s|'s|’s) )?"
    r"(?:(?:your|my|the|contact|supporter|subscriber|member|person|customer|user|signer|constituent|primary|main)[ _.:-]+)*",
    re.IGNORECASE,
)
# Less good than any spelling that is known whole.
_DRESSED = 1_000
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DETAIL = re.compile(r"\s*details?[.:]\s*(.+)", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=4096)
def heading_key(heading: str) -> str:
    """A heading without case, accents, blanks and signs: `E-Mail Address` and `emailAddress` are one."""
    plain = unicodedata.normalize("NFKD", heading.strip().replace("ı", "i").replace("ə", "e").replace("ł", "l"))
    return "".join(sign for sign in plain.casefold() if sign.isalnum())


# Our own headings are always what they say.
_KNOWN: dict[str, tuple[Field, int]] = {
    heading_key(spelling): (field, rank)
    for field, words in _SPELLINGS.items()
    for rank, spelling in enumerate(words.split())
}
_KNOWN |= {field.value.replace("_", ""): (field, -1) for field in Field}


def recognise(heading: str) -> tuple[str, int] | None:
    """What a heading is to us, and how good a match it is (the lower the better); None for what we do not know."""
    if found := _DETAIL.fullmatch(heading):
        return f"{DETAIL}{detail_name(found[1])}", 0
    if known := _KNOWN.get(heading_key(heading)):
        return str(known[0]), known[1]
    plain = _LEAD.sub("", _CAMEL.sub(" ", _ASIDE.sub("", heading)).strip(), count=1)
    known = _KNOWN.get(heading_key(plain))
    return (str(known[0]), known[1] + _DRESSED) if known else None


def detail_name(words: str) -> str:
    """The name of a custom field: small letters, digits and underscores."""
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFC", words.strip()))
    return re.sub(r"\W+", "_", spaced.casefold()).strip("_")[:60]


def did_you_mean(heading: str) -> str:
    """The field a misspelt heading is near to; empty where it is near to none."""
    key = heading_key(heading)
    near = get_close_matches(key, _KNOWN, n=1, cutoff=0.8) if len(key) > 3 else []
    return str(_KNOWN[near[0]][0]) if near else ""


def as_field(words: str) -> str | None:
    """The field a person names: ours (`email`), a custom one (`details.shirt_size`), or nothing (`-`)."""
    name = words.strip()
    if name in {"", "-", "unused"}:
        return ""
    if name.startswith(DETAIL) and detail_name(name.removeprefix(DETAIL)):
        return f"{DETAIL}{detail_name(name.removeprefix(DETAIL))}"
    return name if name in set(Field) else None
