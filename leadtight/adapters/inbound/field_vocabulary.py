"""Field names of forms by language, written without accents.

They are in the languages of our mails and some more.
"""

from collections.abc import Mapping


def words(text: str) -> frozenset[str]:
    """Return the words of a list in text."""
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.replace("\n", ",").split(",") if phrase.strip())


WORDS: Mapping[str, tuple[str, ...]] = {
    "name": _phrases("""
        name, full name, contact name, contact person, name surname, first last name, first name last name
        what should we call you, who are you, heissen, vollstandiger name, vor nachname, vorname nachname
        ansprechpartner, kontaktperson, nom, nom prenom, prenom nom, nom complet, comment appelez, nombre
        nombre completo, nombre apellido, nombre apellidos, como te llamas, como se llama, nome, nome completo
        nome cognome, cognome nome, nome sobrenome, naam, volledige naam, voor achternaam, namn, fullstandigt namn
        for efternamn, navn, fulde navn, fullt navn, imie nazwisko, jmeno prijmeni, cele jmeno, nimi, ad soyad
        adi soyadi, adiniz soyadiniz, isim, имя, фио, ваше имя, ім я, お名前, 氏名, 名前, 姓名, 이름, 성함"""),
    "first_name": _phrases("""
        first name, firstname, given name, forename, fname, christian name, name first, vorname, prenom
        nombre de pila, primer nombre, primeiro nome, nome proprio, voornaam, fornamn, tilltalsnamn, imie, jmeno
        krestni jmeno, fornavn, etunimi, adi, adiniz, 名"""),
    "last_name": _phrases("""
        last name, lastname, surname, family name, lname, name last, nachname, familienname, zuname
        nom de famille, apellido, apellidos, primer apellido, sobrenome, apelido, ultimo nome, cognome, achternaam
        familienaam, efternamn, nazwisko, prijmeni, etternavn, efternavn, sukunimi, soyad, soyadi, soyadiniz
        фамилия, 姓"""),
    "email": _phrases("""
        email, email address, mail, mail address, work email, business email, user email, contact email
        email work, email id, emailadresse, mailadresse, email adresse, email geschaftlich, adresse email
        adresse mail, courriel, adresse courriel, adresse electronique, mel, correo, correo electronico
        direccion correo electronico, direccion correo, direccion email, endereco email, correio eletronico
        indirizzo email, indirizzo mail, posta elettronica, indirizzo posta elettronica, emailadres, email adres
        mailadres, epost, epostadress, epostadresse, mejl, mejladress, adres email, adres mail, emailova adresa
        sahkoposti, sahkopostiosoite, eposta, eposta adresi, почта, электронная почта, эл почта, メール
        メールアドレス, 邮箱, 电子邮件, 电子邮箱, 이메일"""),
    "phone": _phrases("""
        phone, phone number, phone no, tel, tel no, tel nr, telephone, telephone number, mobile, mobile number
        mobile no, mobile phone, mobile phone number, cell, cell phone, cell phone number, cell number, cellphone
        work phone, work phone number, business phone, home phone, contact number, contact phone
        contact phone number, daytime phone, user phone, whatsapp, whatsapp number, telefon, telefonnummer
        telefon nr, telefonnr, rufnummer, handy, handynummer, handy nr, mobil, mobilnummer, mobiltelefon
        mobilfunknummer, mobilfunk, festnetz, ruckrufnummer, numero telephone, n telephone, no telephone, portable
        telephone portable, telephone mobile, numero portable, telefono, numero telefono, movil, celular
        telefono movil, numero celular, numero movil, telefone, telemovel, numero telefone, cellulare
        numero cellulare, recapito telefonico, telefoonnummer, telefoon, mobiel, mobiel nummer, mobiele nummer
        gsm, gsm nummer, numer telefonu, nr telefonu, nr tel, telefon komorkowy, telefonni cislo, puhelin
        puhelinnumero, telefon numarasi, telefon numaraniz, cep telefonu, телефон, номер телефона, мобильный
        мобильный телефон, 電話番号, 電話, 携帯電話, 电话, 手机, 手机号, 手机号码, 电话号码, 전화번호, 휴대폰"""),
    "company": _phrases("""
        company, company name, name company, business, business name, name business, organization, organisation
        organization name, organisation name, name organization, name organisation, employer, firm, firm name
        work company, firma, firmenname, name firma, unternehmen, unternehmensname, name unternehmens, betrieb
        entreprise, nom entreprise, societe, nom societe, raison sociale, empresa, nombre empresa, compania
        razon social, nome empresa, azienda, nome azienda, nome dell azienda, ragione sociale, societa, ditta
        bedrijf, bedrijfsnaam, naam bedrijf, organisatie, foretag, foretagsnamn, nazwa firmy, spolecnost
        nazev firmy, virksomhed, firmanavn, bedrift, yritys, sirket, sirket adi, компания, 会社名, 貴社名, 公司
        公司名称, 회사"""),
    "message": _phrases("""
        message, message text, comments, comment, question, questions, inquiry, enquiry, how can we help
        how may we help you, nachricht, mitteilung, anfrage, anliegen, bemerkung, bemerkungen, kommentar
        wie konnen wir helfen, wie konnen wir ihnen helfen, commentaire, commentaires, demande
        comment pouvons nous aider, mensaje, comentario, comentarios, consulta, mensagem, messaggio, commento
        richiesta, bericht, opmerking, opmerkingen, vraag, meddelande, wiadomosc, zprava, besked, melding, viesti
        mesaj, сообщение, メッセージ, お問い合わせ内容, 留言, 메시지"""),
    "country": _phrases("country, country code, land, pays, pais, paese, kraj, zeme, maa, ulke, страна, 国, 国家"),
    "region": _phrases("""
        region, state, province, state province, state region, bundesland, provincia, estado, comunidad autonoma
        regione, provincie, wojewodztwo"""),
    "postcode": _phrases("""
        postcode, post code, postal code, zip, zip code, zipcode, zip postal code, plz, postleitzahl, code postal
        codigo postal, cep, cap, codice postale, postnummer, kod pocztowy, psc, posta kodu, 郵便番号, 邮编"""),
    "product": ("product", "service", "product interest"),
}

FILLERS = words("""
    a an and are at can do does enter fill for give here i in is it its leave let may me my of optional our please
    provide required s tell the this to type us we what whats which with you your
    bitte das dein deine deinen dem den der des die dir du ein eingeben geben ihr ihre ihrem ihren ihres ist lautet
    mein meine nennen sie uns unter und was welche welcher welches wie
    c d du est et indiquez indiquer l la le les quel quelle renseigner saisir ta ton veuillez vos votre vous
    cual de el es escriba escribe favor indique ingrese introduzca los las por su sus tu tus y
    da do e o os qual seu sua teu tua
    di il inserire inserisci lo per quale suo sua tuo tua vostro vostra
    alstublieft en graag het is je jouw uw van vul wat
    ar din ditt ert och vad vart er hva hvad
    i jaki jakie jest pani pana podaj prosze twoj twoje wpisz
    vase vas""")
"""Words of grammar and politeness, ignored around a name."""

ENCLOSING = words("""
    answers applicant client contact customer data enquiry field fields form form_fields inquiry input lead model
    person submission user values your""")
"""Wrappers of frameworks around field names: `lead[email]`, `Input.Email`."""
