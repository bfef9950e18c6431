"""Subject prefixes of automatic mail, in lower case.

They are of out-of-office notices and read receipts.
"""

AWAY = (
    *("automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse"),
    *("automatic response", "out of office", "out of the office", "out-of-office", "ooo:", "on vacation"),
    *("automatische antwort", "automatische abwesenheit", "abwesenheit", "abwesend", "nicht im büro", "auto-antwort"),
    *("réponse automatique", "absence du bureau", "absent", "message d'absence", "notification d'absence"),
    *("respuesta automática", "fuera de la oficina", "fuera de oficina", "resposta automàtica"),
    *("risposta automatica", "fuori ufficio", "assenza", "automatisch antwoord", "afwezig", "niet aanwezig"),
    *(
        "resposta automática",
        "fora do escritório",
        "ausência",
        "autosvar",
        "automatiskt svar",
        "frånvaro",
        "ej på plats",
    ),
    *("automatisk svar", "fravær", "ikke til stede", "automaattinen vastaus", "poissa", "poissaolo"),
    *("odpowiedź automatyczna", "autoodpowiedź", "automatyczna odpowiedź", "poza biurem", "nieobecność"),
    *("automatická odpověď", "mimo kancelář", "nepřítomnost", "automatická odpoveď", "mimo kancelárie"),
    *("automatikus válasz", "házon kívül", "răspuns automat", "în afara biroului", "otomatik yanıt", "ofis dışında"),
    *("αυτόματη απάντηση", "εκτός γραφείου", "автоответ", "автоматический ответ", "нет на месте", "вне офиса"),
    *("автоматична відповідь", "автовідповідь", "автоматичен отговор", "извън офиса", "automatski odgovor"),
    *("samodejni odgovor", "odsotnost", "аутоматски одговор", "automatinis atsakymas", "automātiska atbilde"),
    *(
        "automaatvastus",
        "מענה אוטומטי",
        "תשובה אוטומטית",
        "رد تلقائي",
        "خارج المكتب",
        "自動応答",
        "自動返信",
        "不在通知",
    ),
    *(
        "自动回复",
        "自动答复",
        "自動回覆",
        "外出通知",
        "자동 회신",
        "자동 응답",
        "부재중",
        "trả lời tự động",
        "ตอบกลับอัตโนมัติ",
    ),
    *("balasan otomatis", "balasan automatik", "tự động trả lời"),
)
RECEIPTS = (
    *("read:", "not read:", "read receipt", "return receipt", "gelesen:", "ungelesen gelöscht:", "lesebestätigung"),
    *("lu:", "lu :", "non lu:", "non lu :", "accusé de lecture", "confirmation de lecture", "leído:", "no leído:"),
    *("confirmación de lectura", "letto:", "non letto:", "conferma di lettura", "gelezen:", "niet gelezen:"),
    *("leesbevestiging", "lida:", "lido:", "não lida:", "confirmação de leitura", "läst:", "oläst:", "läskvitto"),
    *("lest:", "lesebekreftelse", "læst:", "læsekvittering", "luettu:", "lukukuittaus", "przeczytano:", "przeczytane:"),
    *("potwierdzenie przeczytania", "přečteno:", "prečítané:", "olvasva:", "citit:", "okundu:", "прочитано:"),
    *("прочтено:", "διαβάστηκε:", "pročitano:", "prebrano:", "прочетено:", "開封済み:", "已读:", "已讀:", "읽음:"),
)
