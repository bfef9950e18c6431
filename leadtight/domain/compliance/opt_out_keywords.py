"""Opt-out keywords per language (H4).

They are without accents and in lower case. English words are those that 47 CFR 64.1200(a)(10) calls reasonable by
themselves, with those that carriers accept (CTIA Messaging Principles 5.1.3). A word that ends in `*` is a prefix, and
`_` is a space.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words of one language in opt-out requests, by their role.

    `leave` is a request by itself, `stop` as a whole message. `quit` ends what is named after it. `no` is a request
    with `more` of `texts`, `mails` or `messages`, or with `please`; `never` is one with an `act` that is done to `me`,
    and `remove` with a `list`. A sender who says `i`, or what they `receive`, must `want` it, and a sentence that
    begins with `you` is a statement. `repeated` (having said so before) and `polite` words carry no meaning.
    """

    leave: str
    stop: str
    quit: str = ""
    no: str = ""
    never: str = ""
    more: str = ""
    act: str = ""
    me: str = ""
    remove: str = ""
    list: str = ""
    texts: str = ""
    mails: str = ""
    messages: str = ""
    i: str = ""
    want: str = ""
    receive: str = ""
    you: str = ""
    please: str = ""
    polite: str = ""
    repeated: str = ""


SHARED = Vocabulary(
    leave="unsubscribe optout opt_out",
    stop="stop stopall stop_all",
    quit="stop",
    texts="sms smses text texts texting txt txts text_messag* whatsapp whatsapps whats_app mms",
    mails="e_mail e_mails email emails mail mails emailing mailing mailings newsletter newsletters",
    messages="messag* spam spams spamming marketing",
    please="please pls plz",
    polite="thanks thank_you thx ok okay hi hello hey",
)
"""Words used in every language."""

VOCABULARIES: Mapping[str, Vocabulary] = {
    "en": Vocabulary(
        never="dont don_t do_not never",
        leave="unsubscribe_me unsubscribe_us unsub opt_me_out opt_us_out opting_out take_me_off remove_my_number"
        " delete_my_number lose_my_number leave_me_alone leave_us_alone",
        stop="unsubscribed cancel end quit revoke remove remove_me remove_us",
        quit="cease desist quit end cancel",
        no="no dont don_t do_not",
        more="more again anymore any_more further ever longer",
        act="text message contact write write_to write_me send email mail bother spam",
        me="me us my our",
        remove="remove remove_me remove_us delete unsubscribe take_me take_us get_me get_us opt_out",
        list="list lists database",
        messages="contacted contacting stuff anything bothering alerts notifications updates advertis* ads promotion"
        " promotions promos contact writing sending receiving getting",
        i="i we im i_m",
        want="want wish would_like d_like like need",
        receive="receive get be",
        you="you your they",
        please="can_you could_you would_you will_you",
        polite="now it this kindly sorry no_thanks no_thank_you not_interested wrong_number all any these those that"
        " to from off of out the at_all immediately and or mailing_list already your",
        repeated="i_said i_say i_ve_said i_have_said i_already_said i_told_you i_ve_told_you i_have_told_you"
        " i_already_told_you i_ve_already_told_you i_have_already_told_you i_asked_you i_ve_asked_you"
        " i_have_asked_you i_already_asked_you i_keep_saying i_keep_telling_you we_said we_told_you"
        " we_asked_you we_already_told_you just",
    ),
    "de": Vocabulary(
        never="nicht nie niemals",
        leave="lassen_sie_mich_in_ruhe lass_mich_in_ruhe lasst_mich_in_ruhe abmelden abmeldung abbestellen"
        " abbestellung austragen mich_abmelden nummer_loschen"
        " losche_meine_nummer loschen_sie_meine_nummer losche_meine_daten loschen_sie_meine_daten meine_daten_loschen",
        stop="stopp stoppt stoppen ende schluss aufhoren aufhoeren"
        " ich_habe_stopp_gesagt ich_hab_stopp_gesagt ich_habe_stop_gesagt ich_habe_doch_stopp_gesagt"
        " ich_habe_schon_stopp_gesagt ich_habe_bereits_stopp_gesagt ich_habe_gesagt_sie_sollen_aufhoren"
        " ich_sagte_sie_sollen_aufhoren hor_auf horen_sie_auf",
        quit="hor_auf horen_sie_auf stoppen stoppt beenden horen_sie hort hor_auf hor einstellen unterlassen"
        " schluss aufhoren",
        no="kein keine keinen keinerlei nie niemals nichts nicht",
        more="mehr weitere weiteren weiterer wieder kunftig",
        act="schreib schreibt schreiben schick schickt schicken sende sendet senden kontaktier* anschreib*"
        " zusenden zuschicken belastig* nerv*",
        me="mir mich uns mein meine",
        remove="losche loschen streiche streichen entferne entfernen nehmen nehmt nimm austragen abmelden",
        list="verteiler mailverteiler emailverteiler liste listen mailingliste datenbank",
        texts="kurznachricht* textnachricht*",
        messages="nichts nachricht nachrichten mitteilung* werbung werbe* benachrichtigung*",
        i="ich wir",
        want="mochte mochten will wollen wunsche wunschen",
        receive="erhalten bekommen haben kriegen",
        you="sie ihr du",
        please="bitte konnen_sie konnt_ihr konntet_ihr konnten_sie kannst_du",
        polite="werden danke dank vielen herzlichen sofort jetzt ab auf damit mit den dem der die das diese diesen"
        " dieser von vom aus zu zum an doch einfach nein_danke kein_interesse falsche_nummer hallo und oder"
        " per via alle ihrer ihrem ihren ihre eurer eurem eure dieser raus heraus freundlichen grussen"
        " umgehend endlich solche gerne gern",
        repeated="ich_sagte ich_sagte_doch ich_sagte_schon ich_hatte_gesagt ich_habe_doch_gesagt ich_habe_gesagt"
        " ich_hab_gesagt ich_habe_schon_gesagt ich_habe_bereits_gesagt ich_habe_ihnen_gesagt"
        " ich_habe_euch_gesagt ich_habe_ihnen_schon_gesagt habe_ich_gesagt hab_ich_gesagt schon bereits",
    ),
    "fr": Vocabulary(
        never="ne n",
        leave="laissez_moi_tranquille desabonner desinscrire desinscription desabonnement desabonnez_moi"
        " desinscrivez_moi me_desabonner me_desinscrire desabonne_moi desinscris_moi",
        stop="arret arreter arretez arrete fin ca_suffit",
        quit="arret arreter arretez arrete cessez cesser stopper stoppez fin",
        no="ne n pas plus aucun aucune jamais",
        more="plus davantage autre autres nouveau nouveaux jamais",
        act="contactez contacter contacte ecrivez ecrire ecris envoyez envoyer envoie deranger derangez harceler"
        " harcelez",
        me="me m moi nous mon",
        remove="retir* supprim* enlev* effac* desinscri* desabonn* radiez",
        list="numero numeros coordonnees donnees liste listes fichier fichiers base diffusion",
        texts="texto textos",
        mails="courriel courriels",
        messages="rien message messages publicite* pub pubs demarchage sollicitation* notification*",
        i="je j nous",
        want="veux voudrais souhaite souhaitons voulons aimerais desire",
        receive="recevoir etre",
        you="vous tu",
        please="svp stp s_il_vous_plait s_il_te_plait veuillez merci_de pouvez_vous pourriez_vous",
        polite="merci bonjour bonsoir salut aux de d des du la le les l ces cet cette vos votre ta non_merci"
        " pas_interesse pas_interessee mauvais_numero et ou a par immediatement maintenant tout toutes tous"
        " cordialement donnees",
        repeated="j_ai_dit j_avais_dit j_ai_deja_dit je_vous_ai_dit je_vous_ai_deja_dit je_vous_avais_dit"
        " je_t_ai_dit j_ai_demande je_vous_ai_demande je_vous_ai_deja_demande deja",
    ),
    "es": Vocabulary(
        never="no nunca",
        leave="dejenme_en_paz dejeme_en_paz cancelar_suscripcion darme_de_baja darnos_de_baja desuscribir"
        " desuscribirme desuscribanme dar_de_baja denme_de_baja deme_de_baja dame_de_baja",
        stop="alto baja parar cancelar fin basta",
        quit="dejen deja dejad dejar deje paren para parar basta alto pare",
        no="no ningun ninguna nunca ni",
        more="mas nunca otra_vez de_nuevo",
        act="contactado contactada ser escriba* escribir escribirme contacten contacte contactes contactar"
        " contactarme envien envie envies enviar enviarme manden mande mandes mandar mandarme molesten moleste"
        " molestes molestar molestarme",
        me="me nos mi",
        remove="quitenme quiteme quitame eliminenme eliminame borrenme borrame saquenme sacame quiten borren eliminen",
        list="numero telefono datos lista listas base",
        texts="mensajes_de_texto textos",
        mails="correo correos correo_electronico correos_electronicos boletin boletines",
        messages="nada mensaje mensajes publicidad propaganda promociones anuncios notificaciones",
        i="yo",
        want="quiero queremos deseo quisiera deseamos",
        receive="recibir que",
        you="ustedes usted",
        please="por_favor porfavor porfa pueden podrian puede podria",
        polite="gracias muchas hola buenas buenos dias ya de del la las los el estos esos este esta su sus tu a y o"
        " un no_gracias no_me_interesa no_estoy_interesado no_estoy_interesada numero_equivocado ahora"
        " inmediatamente datos por",
        repeated="dije dije_que he_dicho he_dicho_que ya_dije ya_dije_que ya_he_dicho ya_he_dicho_que les_dije"
        " les_dije_que le_dije le_dije_que te_dije te_dije_que ya_les_dije ya_les_dije_que ya_le_dije"
        " ya_le_dije_que ya_te_dije ya_te_dije_que les_he_dicho les_he_dicho_que le_he_dicho le_he_dicho_que"
        " te_he_dicho te_he_dicho_que os_he_dicho os_he_dicho_que ya_les_he_dicho ya_les_he_dicho_que"
        " les_pedi les_pedi_que le_pedi le_pedi_que ya_les_pedi ya_les_pedi_que",
    ),
    "pt": Vocabulary(
        never="nao nunca",
        leave="me_deixem_em_paz deixem_me_em_paz descadastrar descadastre descadastrem me_descadastre"
        " cancelar_inscricao desinscrever",
        stop="sair parar pare parem cancelar remover fim chega",
        quit="parar pare parem deixem deixe chega cessem",
        no="nao nunca nenhum nenhuma",
        more="mais novamente outra_vez",
        act="contactado contactada contatado ser escreva* escrever contacte* contate* contatar contactar envie"
        " enviem enviar mande mandem mandar incomode* incomodar perturbe*",
        me="me nos mim meu comigo",
        remove="remova* retire* tire* exclua* apague* elimine*",
        list="numero telefone dados lista listas base cadastro",
        texts="torpedo torpedos zap mensagens_de_texto",
        mails="boletim boletins",
        messages="mensagem mensagens msg msgs publicidade propaganda promocoes anuncios notificacoes contato contacto",
        i="eu",
        want="quero queremos desejo gostaria gostava",
        receive="receber que",
        you="voce voces",
        please="por_favor favor podem pode poderiam poderia",
        polite="obrigado obrigada ola oi bom dia boa tarde de da do das dos a as o os essas esses estas estes sua"
        " suas e ou nao_obrigado nao_obrigada nao_tenho_interesse sem_interesse numero_errado agora"
        " imediatamente para em com dados por",
        repeated="eu_disse eu_disse_que ja_disse ja_disse_que eu_ja_disse eu_ja_disse_que disse disse_que eu_falei"
        " eu_falei_que ja_falei ja_falei_que eu_ja_falei eu_ja_falei_que ja_vos_disse ja_vos_disse_que"
        " ja_lhes_disse ja_lhes_disse_que ja_pedi ja_pedi_que eu_pedi eu_pedi_que",
    ),
    "it": Vocabulary(
        never="non mai",
        leave="lasciatemi_in_pace annulla_iscrizione annullare_iscrizione cancella_iscrizione disiscrivi"
        " cancellami cancellatemi disiscrivimi disiscrivetemi cancellarmi"
        " disiscrivermi",
        stop="basta annulla cancella ferma",
        quit="basta smettete smettetela smettila smetta smettere fermate cessate finitela",
        no="non niente nessun nessuno nessuna mai",
        more="piu altro altri altre ulteriori",
        act="contattato contattata scrivete scrivetemi scrivermi scrivere contattate contattatemi contattarmi"
        " contattare inviate inviatemi inviarmi inviare mandate mandatemi mandarmi mandare disturbate"
        " disturbatemi disturbarmi disturbare",
        me="mi ci me mio",
        remove="cancell* togliete toglietemi toglimi rimuov* elimin* levatemi",
        list="numero dati lista liste elenco database rubrica",
        texts="messaggini",
        messages="messaggio messaggi pubblicita promozioni notifiche comunicazioni",
        i="io",
        want="voglio vogliamo vorrei desidero desideriamo vorremmo",
        receive="ricevere essere",
        you="voi tu lei",
        please="per_favore per_piacere perfavore vi_prego potete potreste puo",
        polite="grazie prego ciao salve buongiorno il la lo i gli le questi queste questo e o di a da del della dei"
        " dalla dal vostra vostro vostri no_grazie non_sono_interessato non_sono_interessata non_mi_interessa"
        " numero_sbagliato adesso subito immediatamente con",
        repeated="ho_detto ho_gia_detto vi_ho_detto vi_ho_gia_detto ti_ho_detto ti_ho_gia_detto le_ho_detto"
        " le_ho_gia_detto vi_avevo_detto vi_ho_chiesto vi_ho_gia_chiesto gia",
    ),
    "nl": Vocabulary(
        never="niet nooit",
        leave="verwijder_mijn_nummer verwijder_mijn_gegevens laat_me_met_rust laat_mij_met_rust afmelden"
        " afmelding uitschrijven uitschrijving meld_me_af"
        " schrijf_me_uit meld_mij_af schrijf_mij_uit",
        stop="stoppen einde ik_heb_stop_gezegd ik_heb_al_stop_gezegd ik_heb_toch_stop_gezegd hou_nou_op",
        quit="stoppen hou_op houd_op stop_met ophouden kap",
        no="geen niet nooit",
        more="meer verdere weer",
        act="schrijf schrijven stuur sturen app appen contacteer contacteren benader benaderen mail mailen sms"
        " smsen lastig lastigvallen",
        me="me mij ons mijn",
        remove="haal verwijder verwijderen schrap",
        list="lijst lijsten maillijst mailinglijst verzendlijst bestand",
        texts="smsen smsjes sms_jes tekstberichten appjes",
        mails="mailen mailtjes nieuwsbrief nieuwsbrieven",
        messages="bericht berichten berichtje berichtjes reclame advertenties meldingen notificaties",
        i="ik wij we",
        want="wil willen wens wensen zou_graag",
        receive="ontvangen krijgen worden",
        you="jullie u je",
        please="aub alstublieft alsjeblieft svp a_u_b graag kunt_u kun_je kunnen_jullie",
        polite="dank bedankt dank_je dank_u hallo hoi dag de het deze dit en of van uit op met te nee_bedankt"
        " nee_dank_je geen_interesse verkeerd_nummer nu direct onmiddellijk per via uw jouw meteen alvast"
        " vallen",
        repeated="ik_zei ik_zei_toch ik_zei_al ik_heb_gezegd ik_heb_al_gezegd ik_heb_toch_gezegd ik_heb_je_gezegd"
        " ik_heb_u_gezegd ik_heb_jullie_gezegd ik_heb_gevraagd_om_te ik_heb_u_gevraagd_te"
        " ik_heb_jullie_gevraagd_te nou al toch",
    ),
    "sv": Vocabulary(
        never="inte ej aldrig",
        leave="lamna_mig_ifred lamna_mig_i_fred avregistrera avprenumerera avanmal avanmala avregistrera_mig"
        " avsluta_prenumeration",
        stop="stopp stoppa avsluta sluta slut",
        quit="sluta stoppa upphor avsluta",
        no="inga ingen inget inte ej aldrig",
        more="fler mer mera flera igen langre ytterligare",
        act="skriv skriva skicka kontakta smsa mejla maila stor messa",
        me="mig mej oss mitt",
        remove="ta_bort tag_bort radera stryk avregistrera",
        list="nummer telefonnummer lista listan listor register registret sandlista sandlistan",
        texts="smsa sms_et textmeddelande*",
        mails="mejl mejlen mejla maila nyhetsbrev* epost e_post",
        messages="kontaktad meddelande meddelanden reklam utskick notiser",
        i="jag vi",
        want="vill onskar skulle_vilja",
        receive="ha fa bli",
        you="du ni",
        please="tack snalla vanligen var_god kan_ni kan_du",
        polite="tack hej nej_tack inte_intresserad fel_nummer nu genast omedelbart den det de dessa och eller med"
        " via pa for att alla till fran ur er era din dina",
        repeated="jag_sa jag_sa_ju jag_sade jag_har_sagt jag_har_redan_sagt jag_sa_at_er jag_sa_at_dig"
        " jag_sa_till_er jag_bad_er jag_har_bett_er redan",
    ),
    "pl": Vocabulary(
        never="nie",
        leave="niewysylanie usun_moj_numer usuncie_moj_numer usun_moje_dane dajcie_mi_spokoj daj_mi_spokoj"
        " wypisz rezygnuje wypisz_mnie wypisac wypiszcie rezygnacja wypisac_mnie",
        stop="koniec anuluj dosc zebyscie_przestali zeby_przestac zeby_przestali",
        quit="przestan przestancie przestac dosc koniec skonczcie",
        no="nie zadnych zadnego zadne",
        more="wiecej dalszych kolejnych ponownie",
        act="pisz piszcie pisac wysylaj wysylajcie wysylac przysylaj* przysylac kontaktuj* kontaktowac nekaj* nekac",
        me="mnie mi do_mnie do_nas nam ze_mna sie moj",
        remove="usun usuncie usunac skresl* wykresl* wypisz wypiszcie wypisac",
        list="listy lista list bazy",
        texts="smsow smsy sms_ow sms_y esemesow",
        mails="maili maile mailow e_maili e_maile emaili newslettera newsletterow",
        messages="wiadomosci reklam powiadomien ofert spamu",
        i="ja my",
        want="chce chcemy chcialbym chcialabym zycze_sobie zyczymy_sobie",
        receive="otrzymywac dostawac",
        you="panstwo wy",
        please="prosze prosimy",
        polite="juz dziekuje dzieki dzien_dobry witam czesc nie_dziekuje pomylka zly_numer teraz natychmiast tych te"
        " tej ta i lub o na od z ze waszej swojej nie_jestem_zainteresowany nie_jestem_zainteresowana danych",
        repeated="mowilem mowilam powiedzialem powiedzialam juz_mowilem juz_mowilam przeciez_mowilem"
        " przeciez_mowilam prosilem prosilam prosilem_o prosilam_o",
    ),
    "da": Vocabulary(
        never="ikke aldrig",
        leave="afmeld avmeld frameld afmelding afmeld_mig avmeld_meg meld_mig_fra",
        stop="stopp slut slutt",
        quit="slut slutt hold_op",
        no="ingen ikke aldrig",
        more="flere mere mer igen igjen",
        act="skriv skrive send sende kontakt kontakte",
        me="mig meg os oss",
        remove="fjern slet slett",
        list="liste listen register",
        messages="besked beskeder meldinger melding reklame",
        i="jeg vi",
        want="vil onsker",
        receive="have ha fa motta modtage",
        please="venligst vennligst",
        polite="tak takk hej hei nej_tak nei_takk og eller til fra jeres deres nu na",
    ),
    "fi": Vocabulary(
        never="ala alkaa",
        leave="peru peruuta poista_minut",
        stop="lopeta lopettakaa",
        quit="lopeta lopettakaa",
        no="ei ala alkaa en",
        more="enaa lisaa",
        act="laheta lahettako lahettakaa",
        me="minulle meille minua",
        texts="tekstiviesteja tekstiviesti",
        mails="sahkoposteja uutiskirjeita",
        messages="viesteja viestit viesti mainoksia",
        want="halua",
        polite="kiitos hei",
    ),
}
"""The nine languages of the product, and two related ones."""

ELSEWHERE = (
    *("стоп", "отписаться", "отпишите", "отписка", "відписатися", "отписване", "הסר", "הסירו", "הסר אותי"),
    *(
        "توقف",
        "ايقاف",
        "الغاء",
        "إلغاء الاشتراك",
        "退订",
        "退訂",
        "取消订阅",
        "停止",
        "配信停止",
        "수신거부",
        "στοπ",
        "διακοπη",
    ),
    *("dur", "iptal", "ret", "odhlasit", "leiratkozas", "leiratkozom", "dezabonare", "odjava", "atsisakau", "berhenti"),
)
"""Opt-out keywords in languages whose sentences are not analysed."""

MISSPELT = ("sotp", "stpo", "stob", "stopit", "unsuscribe", "unsubcribe", "unsubsribe", "unsubscibe", "unscribe")
"""Frequent misspellings of STOP and UNSUBSCRIBE."""
