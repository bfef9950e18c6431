"""Phrases that opt out in any sentence (H4).

Without accents and in lower case. A clause stands between two dots; `{text}` and `{mail}` are words for a text and a
mail in any language. A phrase that names one of them opts out of that channel, whichever channel it came by.
"""

from collections.abc import Mapping

TEXTS = ("sms", "text", "texts", "texting", "text messages", "textos", "mensajes de texto", "whatsapp", "whatsapps")
MAILS = ("e mail", "e mails", "email", "emails", "mail", "mails", "emailing", "mailing", "mailings", "newsletter")

PHRASES: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"stop (contacting|messaging|bothering|spamming|writing( to)?|{text}|{mail}) (me|us)\b",
        r"stop sending (me |us )?((any|more|these|those|this|your|all) )*(messages|{text}|{mail})\b",
        r"(do not|don t|dont|never) (contact|message|write to|{text}|{mail}) (me|us)"
        r"( again| any ?more| ever| ever again)?( please| thanks| thank you)? \.",
        r"(take|remove|delete|get) (me|us|my (name|number|address)) (off|from|out of)( of)?"
        r" (your|this|these|all|any|every|the) ((mailing|e ?mail|contact|text|sms|call|calling|marketing|distribution"
        r"|customer|subscriber|spam) )?(lists?|database|mailings?|messages|{text}|{mail})\b",
        r"\bplease (unsubscribe|opt out|remove) (me|us) \.",
        r"\b(i|we)( would| d| really| just)* (want|wish|like|need) to (unsubscribe|opt out|be (removed|unsubscribed))"
        r"( please| now| thanks)? \.",
        r"\b(please|(i|we)( would| d| really| just)* (want|wish|like|need) to) (unsubscribe|opt (me |us )?out)"
        r"( me| us)? (from|of) (receiving |getting )?(your|these|those|this|any|all) (\w+ )?"
        r"(messages|lists?|{text}|{mail})\b",
        r"\bi (hereby )?(revoke|withdraw) my consent\b",
        r"\bleave me alone \.",
    ),
    "de": (
        r"(?<!habe )(?<!gibt es )keine (weiteren? )?(nachrichten|werbung|{text}|{mail}) mehr"
        r"( (bitte|danke|schicken|senden|schreiben|zusenden|zuschicken))* \.",
        r"\bbitte .{0,30}(nicht mehr|nie wieder|nie mehr) (kontaktieren|anschreiben|schreiben)\b",
        r"(schreiben|kontaktieren) sie (mir|mich|uns) (bitte )?(nicht mehr|nie wieder|nie mehr)\b",
        r"(aus|von) (ihrem|ihrer|dem|der|eurem|eurer|allen) (mail)?(verteilern?|mailingliste|liste|listen|newsletter)"
        r" (streichen|entfernen|austragen|loschen|nehmen|abmelden)\b",
        r"(mochte|will|wurde) mich (gerne? )?((von|aus) (ihr|eur|dies)\w+ (newsletter|verteiler|liste|{mail}) )?"
        r"(abmelden|austragen)( bitte)? \.",
        r"\bwiderrufe (hiermit )?meine (einwilligung|zustimmung)\b",
    ),
    "fr": (
        r"ne (me|m|nous) (contactez|ecrivez|envoyez|contacte|ecris|envoie) plus\b",
        r"(retirez|supprimez|enlevez|desinscrivez|desabonnez) (moi|nous) (de|du) (votre|vos|cette) (listes?|fichier"
        r"|base|newsletter|{mail})\b",
        r"(arretez|cessez) de (me|m|nous) (contacter|ecrire|envoyer)\b",
        r"(veux|voudrais|souhaite) me (desinscrire|desabonner)"
        r"( (de|du) (votre|vos|cette) (liste|newsletter|messages|{text}|{mail}))? \.",
        r"\bne (veux|souhaite|voulons|souhaitons) plus recevoir (de |d |vos )(messages|publicite|{text}|{mail})\b",
        r"\bretire (par la presente )?mon consentement\b",
    ),
    "es": (
        r"no me (escriban?|escribas|contacten?|contactes|envien?|envies|manden?|mandes) mas\b",
        r"\bdejen? de (escribirme|contactarme|enviarme|mandarme)\b",
        r"(quiten?me|eliminen?me|borren?me|saquen?me) de (su|sus|esta|tu) lista\b",
        r"\bno (quiero|deseo|queremos|deseamos) (recibir )?mas (mensajes|publicidad|correos|{text}|{mail})\b",
        r"(denme|deme|dame|quiero darme|quiero darnos) de baja( (de|en) (su|sus|esta|tu) (lista|boletin|{mail}))? \.",
        r"\b(revoco|retiro) mi consentimiento\b",
    ),
    "pt": (
        r"\bnao me (escrevam?|contactem?|contatem?|enviem?|mandem?) mais\b",
        r"\b(parem?|deixem?) de me (escrever|contactar|contatar|enviar|mandar)\b",
        r"\b(remova|retire|tire|remova|exclua)m?( me|nos) d[ae] (sua|vossa|esta|essa) lista\b",
        r"\bnao (quero|desejo|queremos) (receber )?mais (mensagens|publicidade|{text}|{mail})\b",
        r"\b(revogo|retiro) (o )?meu consentimento\b",
    ),
    "it": (
        r"non (scrivetemi|contattatemi|scrivermi|contattarmi|mandatemi|inviatemi) piu\b",
        r"\bsmett(ete|etela|ila|a) di (scrivermi|contattarmi|mandarmi|inviarmi)\b",
        r"(cancellatemi|toglietemi|rimuovetemi) dalla (vostra )?(mailing )?(lista|list)\b",
        r"\bnon (voglio|vogliamo|desidero) (ricevere )?(piu|altri) (messaggi|{text}|{mail})\b",
        r"\brevoco il mio consenso\b",
    ),
    "nl": (
        r"(haal|verwijder) (me|mij|ons) (van|uit) (je|uw|jullie|deze) (mail|mailing|verzend)?(lijst|bestand)\b",
        r"\bstop met (mij|me|ons) (te )?(schrijven|mailen|appen|sms ?en|benaderen|berichten)\b",
        r"\b(stuur|schrijf|mail|app) (mij|me|ons) (geen|niet) (berichten|{text}|{mail} )?meer\b",
        r"\bwil geen (berichten|{text}|{mail}) meer\b",
        r"\btrek (hierbij )?mijn toestemming in\b",
    ),
    "sv": (
        r"\bsluta (att )?(skriva|skicka|kontakta|smsa|mejla|maila)( till)? (mig|oss|sms|mejl|meddelanden)\b",
        r"\b(skriv|kontakta|smsa|mejla|skicka) (mig |oss |inte )?(inte |inga )?(till mig |sms |mejl |meddelanden )?"
        r"(mer|igen) \.",
        r"\b(ta|tag) bort (mig|oss) (fran|ur) (er|din|listan|denna)\b",
        r"\bvill inte (ha|fa) (fler|mer|flera) (meddelanden|{text}|{mail}|mejl)\b",
        r"\b(aterkallar|tar tillbaka) mitt samtycke\b",
    ),
    "pl": (
        r"\b(prosze |bardzo )?(nie|przestancie|prosze przestac) (do mnie |mi )?(wiecej )?(pisac|piszcie|wysylac"
        r"|wysylajcie|kontaktowac)( do mnie| sie ze mna| mi| sms\w*)?( wiecej)? \.",
        r"\bwypisz(cie)? mnie z (waszej |tej |swojej )?(listy|bazy|newslettera)\b",
        r"\busun(cie)? moj numer\b",
        r"\bnie chce (juz )?(wiecej )?(otrzymywac|dostawac) (wiecej )?(wiadomosci|maili|smsow|sms|reklam)\b",
        r"\b(wycofuje|cofam) (moja )?zgode\b",
    ),
}
"""Phrases that opt out; their message is otherwise handled as any other."""

NEGATED = (
    r"\b(don t|do not|dont|never|did not|didn t|won t|wont|would not|wouldn t|doesn t|not|cannot|can t|nicht|nie|ne|non"
    r"|nao|niet|inte|no) (please |bitte |\w+ )?$"
)
"""Words before a phrase that negate it: "please don't stop texting me"."""

OTHERS = (
    r"((?<!can )(?<!could )(?<!would )(?<!will )\b(you|sie|ihr|vous|ustedes|voces?|voi|jullie|ni) $"
    r"|\b(why|warum|wieso|pourquoi|por que|perche|waarom|varfor|dlaczego|they|them|he|him|she|her|who|how|neighbou?rs?"
    r"|compan(y|ies)|installer|provider|telekom|nachbar\w*|anbieter\w*|firma|fournisseur|voisin\w*|proveedor\w*"
    r"|vecino\w*|fornecedor\w*|vizinho\w*|fornitore|vicin\w+|leverancier|buren|leverantor\w*|granne\w*|dostawc\w*"
    r"|sasiad\w*)\b)"
)
"""Words before a phrase that make it about another person."""

DOUBTED = (
    r"\b(unsubscrib\w*|opt(ed|ing)? out|opt out|abmelden|abbestell\w*|desabonn\w*|desinscri\w*|desuscrib\w*"
    r"|darme de baja|descadastr\w*|disiscri\w*|uitschrijven|afmelden|avregistrera\w*|avprenumerera\w*|wypisa\w*"
    r"|stop (texting|emailing|messaging|contacting|writing|sending)|(take|remove) (me|us) (off|from)"
    r"|no more (texts|emails|messages))\b"
)
"""Ambiguous phrases, for a person to check."""

QUOTED_FOOTER = (
    r"\b(click|klick\w*|cliquez|clicca|clique|haga clic|kliknij|klik|klicka|https?|link|here|hier|ici|aqui|tutaj)\b"
)
"""Words after an unsubscribe offer that belongs to a quoted footer."""

SIGNED = (
    r"\n[^\S\n]*+(--[^\S\n]*+|(sent from|gesendet von|envoye de|enviado desde|inviato da|verzonden vanaf)\b[^\n]{0,60})"
    r"(\n|$)"
)
"""Start of a signature."""
