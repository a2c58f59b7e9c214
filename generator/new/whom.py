"""Whether a column is called after whom rows are about: a customer, a patient or the like, in several languages."""

import re
import unicodedata

WHOM = re.compile(
    "(patient|subject|subj|person|customer|cust|client|user|member|account|acct|household|hh|family|student|pupil|learner"
    "|employee|emp|driver|player|participant|respondent|donor|borrower|applicant|guest|tenant|passenger|subscriber"
    "|policyholder|insured|voter|visitor|individual|citizen|child|twin|litter|session"
    "|kunde|kunden|patienten|nutzer|benutzer|mitglied|konto|haushalt|schuler|mitarbeiter|fahrer|spieler|proband"
    "|probanden|teilnehmer|versicherter|versicherten"
    "|personne|utilisateur|membre|compte|foyer|menage|eleve|etudiant|employe|conducteur|joueur|assure|abonne|sujet"
    "|individu"
    "|cliente|paciente|paziente|persona|pessoa|usuario|utente|miembro|membro|cuenta|conta|hogar|domicilio|alumno|aluno"
    "|estudiante|studente|empleado|empregado|dipendente|jugador|jogador|giocatore|participante|partecipante|sujeto"
    "|soggetto|famiglia|familia|individuo"
    "|klant|persoon|gebruiker|huishouden|leerling|medewerker|klient|pacjent"
    "|клиент|пациент|пользователь|客户|客戶|用户|用戶|患者|病人|顧客|会員|고객|환자|사용자)s?"
)
"""Words for whom several rows may be about, whose like is new in use; without accents."""

BESIDE = re.compile(
    "ids?|s|nr|no|n|num|number|nummer|numero|numer|code|codigo|kod|key|uuid|guid|hash|ref|name|nom|nombre|nome|ident"
    "|identifier|identifiant|identificador|kennung|unique|anon|anonymous|the|de|du|of|номер|код|编号|番号|번호"
)
"""Words that stand beside them in the name of a column."""

WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\da-zA-Z_]+")
ENDS = ("id", "nr", "no", "code")


def is_whom(name: str) -> bool:
    """Return whether a column is called after whom rows are about, as customer, PatientID or id_cliente."""
    letters = (sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    plain = unicodedata.normalize("NFC", "".join(letters))
    words = [part for word in WORD.findall(plain) for part in _parts(word.lower())]
    return any(map(WHOM.fullmatch, words)) and all(WHOM.fullmatch(word) or BESIDE.fullmatch(word) for word in words)


def _parts(word: str) -> tuple[str, ...]:
    """Return ``word``, and what is written behind it apart, as in customerid."""
    ends = (end for end in ENDS if word.endswith(end) and WHOM.fullmatch(word.removesuffix(end)))
    end = next(ends, "")
    return (word.removesuffix(end), end) if end else (word,)
