"""Phrases that mail programs put around a quotation, by language.

They are in lower case, from Outlook, Gmail, Apple Mail, Thunderbird, Yahoo and their apps. A line with a date and an
address needs no phrases.
"""


def _set(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split("|"))


FROM = _set(
    "nga|кімнен|ад каго|oddi wrth|থেকে|அனுப்புநர்|از طرف",
    "منجانب|gönderici|expedidor|emisor|absenderin|lähettänyt|sendandi",
    "from|von|de|da|van|från|fra|lähettäjä|keneltä|od|feladó|от|від|од|gönderen|kimden|από|expéditeur|expeditor",
    "remitente|remetente|mittente|afzender|avsändare|avsender|afsender|absender|nadawca|odesílatel|odosielateľ",
    "pošiljatelj|šalje|подател|отправитель|відправник|пошиљалац|saatja|kellelt|no|sūtītājs|nuo|siuntėjas|frá|frå",
    "dari|daripada|từ|người gửi|จาก|ผู้ส่ง|מאת|מ|من|از|فرستنده|प्रेषक|發件人|发件人|寄件者|寄件人|差出人",
    "送信者|보낸 사람|보낸사람|발신|nork|o|prošle|mula kay|mula sa|от кого|წარმომადგენელი|ვისგან|kimdən|göndərən",
)
SENT = _set(
    "dërguar|жіберілді|испратено|даслана|gestuur|anfonwyd",
    "enviada|enviada el|ipinadala|পাঠানো হয়েছে|அனுப்பப்பட்டது|sent at",
    "message du|sent|sent on|gesendet|envoyé|envoyé le",
    "enviado|enviado el|enviado em|enviada em|enviat|inviato|verzonden",
    "verzonden op|skickat|skickat den|sendt|lähetetty|wysłano|wysłane|odesláno|odoslané|elküldve|küldve|trimis",
    "отправлено|надіслано|відправлено|изпратено|послато|poslano|poslato|gönderildi|gönderilme|gönderme tarihi",
    "στάλθηκε|εστάλη|απεστάλη|saadetud|nosūtīts|išsiųsta|dikirim|terkirim|dihantar|đã gửi|gửi|ngày gửi|ส่งเมื่อ|ส่ง",
    "נשלח|تم الإرسال|أرسلت|تاريخ الإرسال|ارسال شده|भेजा गया|发送时间|发送日期|傳送時間|傳送日期|寄件日期|送信日時",
    "送信日|보낸 날짜|보낸날짜|bidalia|bidali|göndərilib",
)
DATE = _set(
    "date|datum|date d'envoi|fecha|data|data d'enviament|datum skickat|dato|päivämäärä|pvm|päiväys|dátum|dňa",
    "küldés dátuma|dată|дата|датум|datum slanja|tarih|ημερομηνία|kuupäev|datums|data ir laikas|dags|dagsetning",
    "tanggal|tarikh|ngày|วันที่|תאריך|בתאריך|التاريخ|تاریخ|दिनांक|日期|时间|日時|日付|날짜|일시",
)
TO = _set(
    "për|кімге|каму|at|kay|প্রতি|பெறுநர்|viðtakandi|destinataria",
    "to|an|à|a|para|per a|aan|till|til|do|komu|címzett|către|catre|кому|до|за|прима|prima|za|kime|alıcı|προς",
    "saaja|kellele|kam|adresāts|kam.|gavėjas|kepada|ke|đến|tới|người nhận|ถึง|אל|ל|إلى|به|گیرنده|प्रति|收件人",
    "收件者|宛先|받는 사람|받는사람|vastaanottaja|kenelle|mottagare|mottaker|modtager|empfänger|destinataire",
    "destinatario|destinatário|ontvanger|odbiorca|příjemce|príjemca|primatelj|prejemnik|naar|nori",
)
SUBJECT = _set(
    "subjekti|тақырып|тэма|pwnc|paksa|বিষয়|பொருள்|titull|asuntoa",
    "subject|betreff|objet|asunto|assunto|assumpte|oggetto|onderwerp|ämne|emne|aihe|otsikko|temat|předmět|predmet",
    "tárgy|subiect|тема|относно|konu|θέμα|teema|temats|tēma|tema|efni|perihal|subjek|subyek|chủ đề|tiêu đề|เรื่อง",
    "หัวเรื่อง|נושא|הנדון|الموضوع|موضوع|विषय|主题|主旨|主題|件名|제목|gaia|zadeva|naslov|mövzu|sujet|предмет",
    "наслов",
)
OTHERS = _set(
    "cc|kopie|copie|copia|cópia|kopia|kopi|kopio|kópia|másolat|копия|копія|копие|копија|κοιν|κοιν.|κοινοποίηση|dw",
    "ud|tembusan|salinan|đồng gửi|สำเนา|עותק|העתק|نسخة|رونوشت|抄送|副本|ｃｃ|참조|bilgi|còpia|kk|másolatot kap",
    "cópia para|copie à|copia para|kopija|attachments|anlagen|importance|wichtigkeit|reply-to|priority",
    "organization|antwort an|responder a|répondre à|bcc|bijlagen|allegati|adjuntos|anexos|pièces jointes|liitteet",
    "bilagor|vedlegg|załączniki|вложения",
)
WROTE = _set(
    "shkroi|жазды|напіша|напісаў|het geskryf|ysgrifennodd|লিখেছেন|எழுதினார்|skrifar|напиша|wrote on|scribió",
    "wrote|writes|schrieb|schreibt|geschrieben|a écrit|écrit|escribió|escribio|va escriure|ha escrit|escreveu",
    "ha scritto|scrive|schreef|geschreven|skrev|skreiv|kirjoitti|napisał|napisała|napisał(a)|napisał/a|pisze",
    "napsal|napsala|napsal(a)|napísal|napísala|napísal(a)|napísal/a|je napisao|napisao|napisala|napisao je",
    "napisao/la je|je napisao/la|je napisal|je napisala|napisal|napisal/a|piše|írta|ezt írta|a scris|scris|yazdı",
    "şunu yazdı|şunları yazdı|έγραψε|написал|написала|написал(а)|пишет|писал|писал(а)|написав|написав(ла)|пише",
    "написа|написао|је написао|написао је|rakstīja|rašė|parašė|kirjutas|skrifaði|menulis|tulis|telah menulis",
    "đã viết|viết|เขียนว่า|เขียน|כתב|כתבה|כתב/ה|كتب|كتبت|كتب/ت|تمت كتابة|نوشت|ने लिखा|लिखा|写道|寫道|寫道：",
    "wrote：|書きました|のメール|님이 작성|님이 작성함|작성|작성하였습니다|작성함|写信|thus wrote|idatzi du",
    "scripsit|sumulat|yazıb|dijo|sagte|said",
)
ORIGINALS = _set(
    "mesazhi origjinal|бастапқы хабарлама|арыгінальнае паведамленне",
    "оригинална пораке|oorspronklike boodskap|upprunaleg skilaboð",
    "original message|original appointment|ursprüngliche nachricht|originalnachricht|original-nachricht",
    "originele bericht|message d'origine|message original|mensaje original|missatge original|mensagem original",
    "messaggio originale|messaggio originario|oorspronkelijk bericht|origineel bericht|ursprungligt meddelande",
    "originalmeddelande|opprinnelig melding|opprinnelig beskjed|oprindelig meddelelse|original meddelelse",
    "alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|původní zpráva|původní e-mail|pôvodná správa",
    "eredeti üzenet|mesaj original|исходное сообщение|оригинальное сообщение|пересылаемое сообщение",
    "оригінальне повідомлення|вихідне повідомлення|оригинално съобщение|оригинална порука|izvorna poruka",
    "originalna poruka|izvirno sporočilo|originalno sporočilo|özgün ileti|orijinal mesaj|orijinal ileti",
    "αρχικό μήνυμα|algne kiri|algsõnum|oriģinālais ziņojums|originalus laiškas|pesan asli|mesej asal|thư gốc",
    "tin nhắn gốc|ข้อความต้นฉบับ|ข้อความดั้งเดิม|הודעה מקורית|ההודעה המקורית|الرسالة الأصلية|رسالة أصلية|پیام اصلی",
    "मूल संदेश|原始邮件|原邮件|原始信息|原始郵件|原始訊息|元のメッセージ|元のメール",
    "original message (원본 메시지)|원본 메시지|원본 메일|원본메세지",
    "jatorrizko mezua|antwort|antwort nachricht|reply message|reply",
)
FORWARDED = _set(
    "forwarded message|begin forwarded message|forwarded by|weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht|anfang der weitergeleiteten e-mail|message transféré",
    "début du message transféré|début du message réexpédié|mensaje reenviado|inicio del mensaje reenviado",
    "mensagem encaminhada|mensagem reencaminhada|missatge reenviat|início da mensagem encaminhada",
    "início da mensagem reencaminhada|messaggio inoltrato|inizio messaggio inoltrato|doorgestuurd bericht",
    "begin doorgestuurd bericht|vidarebefordrat meddelande|vidarebefordrat brev|videresendt melding",
    "videresendt meddelelse|videresendt besked|välitetty viesti|edelleenlähetetty viesti|przekazana wiadomość",
    "wiadomość przekazana dalej|początek przekazywanej wiadomości|přeposlaná zpráva|preposlaná správa",
    "továbbított üzenet|mesaj redirecționat|mesaj redirecţionat|пересылаемое сообщение|пересланное сообщение",
    "переслане повідомлення|препратено съобщение|proslijeđena poruka|прослеђена порука|prosleđena poruka",
    "posredovano sporočilo|iletilen mesaj|yönlendirilen ileti|iletilmiş ileti|προωθημένο μήνυμα|edastatud kiri",
    "pārsūtīts ziņojums|persiųstas laiškas|pesan terusan|pesan yang diteruskan|mesej dimajukan|thư đã chuyển tiếp",
    "tin nhắn được chuyển tiếp|ข้อความที่ส่งต่อ|הודעה שהועברה|رسالة معاد توجيهها|رسالة محوّلة|پیام باز ارسال شده",
    "转发的邮件|转发邮件|轉寄的郵件|轉寄郵件|転送メール|転送されたメッセージ|전달된 메시지|전달된 메일",
)
FOOTERS = tuple(
    word
    for line in (
        "sent from|sent via|sent with|sent using|get outlook for|get bluemail|sent by|download outlook|von meinem",
        "gesendet von|gesendet mit|gesendet über|gesendet aus|diese nachricht wurde von meinem",
        "holen sie sich outlook|outlook für|outlook for|envoyé de mon|envoyé depuis|envoyé à partir|envoyé via",
        "obtenez outlook|obtenir outlook|télécharger outlook|envoyé avec|enviado desde|enviado con|enviado de",
        "obtener outlook|enviado do|enviado pelo|enviado a partir|enviado via|enviado com|obter o outlook",
        "obtenha o outlook|enviat des|obteniu outlook|inviato da|inviato con|inviato dal|ottieni outlook",
        "scarica outlook|verzonden vanaf|verzonden met|verstuurd vanaf|verstuurd met|outlook voor|verzonden via",
        "skickat från|skickades från|hämta outlook|skaffa outlook|sendt fra|sendt med|hent outlook|få outlook",
        "last ned outlook|lähetetty|hanki outlook|hae outlook|wysłane z|wysłano z|pobierz outlook",
        "pobierz aplikację outlook|uzyskaj outlook|odesláno z|odoslané z|získejte outlook|stáhnout outlook",
        "získajte outlook|küldve|elküldve|az iphone-omról küldve|iphone-omról küldve|az outlook|outlook letöltése",
        "trimis de pe|trimis din|obțineți outlook|descărcați outlook|отправлено с|отправлено из|скачать outlook",
        "получить outlook|надіслано з|відправлено з|отримати outlook|изпратено от|вземете outlook|послато са",
        "poslano s|poslano iz|poslato sa|poslano z|preuzmite outlook|nabavite outlook|pridobite outlook",
        "iphone'umdan gönderildi|iphone'dan gönderildi|ipad'imden gönderildi|android için outlook",
        "ios için outlook|στάλθηκε από|εστάλη από|αποκτήστε το outlook|λήψη του outlook|saadetud minu|nosūtīts no",
        "išsiųsta iš|dikirim dari|dapatkan outlook|dihantar dari|được gửi từ|đã gửi từ|gửi từ|tải outlook|ส่งจาก",
        "รับ outlook|נשלח מה|נשלח מ|קבל את outlook|أرسلت من|مرسل من|تم الإرسال من|أُرسلت من|الحصول على outlook",
        "发自我的|發自我的|从我的|從我的|获取 outlook|下载 outlook|取得 outlook|iphoneから送信|ipadから送信",
        "androidから送信|outlook for ios を入手|outlook for android を入手|나의 iphone|내 iphone|iphone에서 보냄",
        "ios용 outlook|android용 outlook|samsung galaxy|yahoo mail:|yahoo mail pour|yahoo mail für",
        "connect with me on linkedin|envoyé de",
    )
    for word in line.split("|")
)
PROGRAMS = tuple(
    word
    for line in (
        "iphon|ipad|android|outlook|samsung|galaxy|yahoo|gmail|blackberry|windows|huawei|xiaomi|proton|mail",
        "spark|bluemail|mobile|handy|smartphone|telefon|telefoon|mobiel|teléfono|téléphone|celular|móvil",
        "cellulare|mobil|aol|gmx|web.de|t-online|nokia|htc|pixel|motorola|thunderbird|fairphone|tablet|device",
        "gerät|phone|puhelim|телефон|手机|手機|阅读|携帯|icloud|airmail|mailbox|inbox|sony|xperia|oneplus|redmi",
    )
    for word in line.split("|")
)
REPLIES = (
    "re|aw|antw|antwort|sv|svar|vs|ref|res|resp|r|rif|odp|odpověď|ynt|yanıt|cevap|atb|at|ats|bls|vast|vá|válasz"
    "|ha|απ|σχετ|отв|ответ|відп|відповідь|отг|одг|odg|ang|hoş|回复|回覆|答复|答覆|返信|回信|답장|회신|trả lời"
    "|ตอบกลับ|ตอบ|השב|תגובה|رد|پاسخ|bal|balas|balasan|ri|doorst|svs|jū"
)
FORWARDS = (
    "fwd|fw|wg|wtr|tr|rv|enc|i|inoltro|inoltra|fs|vb|vl|doorst|doorgestuurd|pd|přep|fwdː|továbbítás|tov|irányítás"
    "|ilt|πρθ|προώθ|пересл|переслано|fwd.|препр|прослеђено|pros|posr|转发|轉寄|轉發|転送|전달|chuyển tiếp|ส่งต่อ"
    "|העבר|הועבר|إعادة توجيه|trs|terusan|dimajukan|pārs|persiųsta|edasi|reenv|reenviado|encaminhar"
)
BEGINS = _set(
    "on|am|le|el|em|no|il|op|den|på|ma|dnia|w dniu|dne|dňa|dana|в|на|у|tarihinde|στις|στο|la|pe|ngày|vào|pada",
    "tanggal|ב|בתאריך|في|在|於|于|a|mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday",
    "sunday|ons|tors|mar|mer|jeu|ven|sam|dim|lun|pon|wt|śr|czw|pt|sob|ndz|ti|ke|to|su|po|út|st|čt|pá|so|ne|пн|вт",
    "ср|чт|пт|сб|вс|date",
)
