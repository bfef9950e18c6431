"""The words by which somebody leaves a channel, per language, without accents and in small letters (H4).

English words are those that 47 CFR 64.1200(a)(10) calls reasonable by themselves, with those that carriers take (CTIA
Messaging Principles 5.1.3). In PHRASES a sentence stands between two dots; `{text}` and `{mail}` are words for a text
and a mail in any language, and a phrase that names one of them ends that channel, whichever it came by.
"""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("stop", "stopall", "stop all", "unsubscribe", "unsubscribe me", "cancel", "end", "quit", "revoke"),
        *("opt out", "optout", "remove", "remove me", "take me off"),
    ),
    "de": ("stopp", "abmelden", "abbestellen", "austragen", "ende"),
    "fr": ("arret", "arreter", "arretez", "desabonner", "desinscrire", "desinscription", "desabonnement"),
    "es": ("alto", "baja", "cancelar", "parar", "darme de baja", "desuscribir"),
    "pt": ("sair", "remover", "cancelar", "descadastrar"),
    "it": ("basta", "annulla", "cancella", "disiscrivi", "cancellami", "disiscrivimi"),
    "nl": ("afmelden", "uitschrijven", "stoppen"),
    "sv": ("avsluta", "avregistrera", "sluta"),
    "pl": ("wypisz", "rezygnuje", "wypisz mnie"),
}
"""Each of them ends the channel as a whole message, also repeated and with a word of POLITE around it."""

POLITE: Mapping[str, tuple[str, ...]] = {
    "en": ("please", "pls", "plz", "thanks", "thank you", "now", "it", "this"),
    "de": ("bitte", "danke", "sofort", "jetzt"),
    "fr": ("merci", "svp", "s il vous plait"),
    "es": ("por favor", "gracias"),
    "pt": ("obrigado", "obrigada"),
    "it": ("per favore", "grazie"),
    "nl": ("aub", "alstublieft", "bedankt"),
}

TEXTS = ("sms", "text", "texts", "texting", "text messages", "textos", "mensajes de texto")
MAILS = ("e mail", "e mails", "email", "emails", "mail", "mails", "emailing", "mailing", "mailings", "newsletter")

PHRASES: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"stop (contacting|messaging|bothering|spamming|writing( to)?|{text}|{mail}) (me|us)\b",
        r"stop sending (me |us )?((any|more|these|those|this|your|all) )*(messages|{text}|{mail})\b",
        r"(do not|don t|dont|never) (contact|message|write to|{text}|{mail}) (me|us)"
        r"( again| any ?more| ever| ever again)?( please| thanks| thank you)? \.",
        r"\. (please )?no more (messages|{text}|{mail})( please| thanks| thank you)? \.",
        r"(take|remove|delete|get) (me|us|my (name|number|address)) (off|from|out of)( of)?"
        r" (your|this|these|all|any|every) (\w+ )?(lists?|database|mailings?|messages|{text}|{mail})\b",
        r"(take|remove|delete|get) (me|us|my (name|number|address)) (off|from|out of)( of)? the"
        r" (mailing|e ?mail|contact|text|sms|call|calling|marketing|distribution) list\b",
        r"\. (please )?(unsubscribe|opt) (me|us)\b",
        r"\. please (unsubscribe|remove me|stop) \.",
        r"(want|wish|like|need) to (unsubscribe|opt out)\b",
        r"\bi (hereby )?(revoke|withdraw) my consent\b",
        r"\bleave me alone\b",
    ),
    "de": (
        r"keine (weiteren? )?(nachrichten|werbung|{text}|{mail}) mehr\b",
        r"(nicht mehr|nie wieder|nie mehr) (kontaktieren|anschreiben|schreiben)\b",
        r"(schreiben|kontaktieren) sie (mir|mich|uns) (bitte )?(nicht mehr|nie wieder|nie mehr)\b",
        r"(aus|von) (ihrem|ihrer|dem|der|eurem|eurer|allen) (mail)?(verteilern?|mailingliste|liste|listen|newsletter)"
        r" (streichen|entfernen|austragen|loschen|nehmen)\b",
        r"(mochte|will|wurde) mich (gerne? )?(abmelden|austragen)\b",
        r"\bwiderrufe (hiermit )?meine (einwilligung|zustimmung)\b",
    ),
    "fr": (
        r"ne (me|m|nous) (contactez|ecrivez|envoyez|contacte|ecris|envoie) plus\b",
        r"(retirez|supprimez|enlevez|desinscrivez|desabonnez) (moi|nous) (de|du) (votre|vos|la|cette|liste|fichier)\b",
        r"(arretez|cessez) de (me|m|nous) (contacter|ecrire|envoyer)\b",
        r"(veux|voudrais|souhaite) me (desinscrire|desabonner)\b",
    ),
    "es": (
        r"no me (escriban?|escribas|contacten?|contactes|envien?|envies|manden?|mandes) mas\b",
        r"dejen? de (escribirme|contactarme|enviarme|mandarme)\b",
        r"(quiten?me|eliminen?me|borren?me|saquen?me) de (su|sus|la|esta|tu) lista\b",
        r"(denme|deme|dame|quiero darme|quiero darnos) de baja\b",
    ),
    "it": (
        r"non (scrivetemi|contattatemi|scrivermi|contattarmi) piu\b",
        r"(cancellatemi|toglietemi) dalla (vostra )?lista\b",
    ),
    "nl": (r"(haal|verwijder) (me|mij) (van|uit) (de|je|uw|jullie) (mailing)?lijst\b",),
}
"""Each of them ends the channel wherever it stands; the message is kept and told as any other."""

NEGATED = r"(don t|do not|dont|never|did not|didn t|won t|not) (please )?$"
"""What before a phrase turns it round: "please don't stop texting me"."""

SIGNED = r"\n\s*(--\s*|(sent from|gesendet von|envoye de|enviado desde|inviato da|verzonden vanaf)\b[^\n]{0,60})(\n|$)"
"""Where a signature begins."""
