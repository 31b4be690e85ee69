"""What is cited, and what each source is called: the tables that reading and printing share.

Codes of California are named by the abbreviations of the Legislature's own site; sections of title IV-D of the Social
Security Act stand in 42 U.S.C. under a number of their own.
"""

from typing import NamedTuple

CFR, USC, PUBLIC_LAW, OCSE = ("us", "cfr"), ("us", "usc"), ("us", "pl"), ("us", "ocse")
CCR, BILL, STATUTES, FORM, DCSS = ("ca", "ccr"), ("ca", "bill"), ("ca", "stats"), ("ca", "form"), ("ca", "dcss")


class Code(NamedTuple):
    """A code of laws of California: *short* is how writers abbreviate it, as regular expressions."""

    title: str
    short: tuple[str, ...]


CODES = {
    "bpc": Code("Business and Professions Code", (r"B\s?&\s?P Code", r"Bus\.? (?:&|and) Prof\.? Code", "BPC")),
    "ccp": Code("Code of Civil Procedure", (r"Code Civ\.? Proc\.?", r"Civ\.? Proc\.? Code", "CCP")),
    "civ": Code("Civil Code", (r"Civ\.? Code",)),
    "evid": Code("Evidence Code", (r"Evid\.? Code",)),
    "fam": Code("Family Code", (r"Fam\.? ?Code", r"Fam\. ?C\.", "FC")),
    "fin": Code("Financial Code", (r"Fin\.? Code",)),
    "gov": Code("Government Code", (r"Gov(?:'t|t)?\.? Code",)),
    "hsc": Code("Health and Safety Code", (r"H\s?&\s?S Code", r"Health (?:&|and) Saf\.? Code", "HSC")),
    "ins": Code("Insurance Code", (r"Ins\.? Code",)),
    "lab": Code("Labor Code", (r"Lab\.? Code",)),
    "pen": Code("Penal Code", (r"Pen\.? Code",)),
    "prob": Code("Probate Code", (r"Prob\.? Code",)),
    "rtc": Code("Revenue and Taxation Code", (r"Rev\.? (?:&|and) Tax\.? Code", r"R\s?&\s?T Code", "RTC")),
    "uic": Code("Unemployment Insurance Code", (r"Unemp\.? Ins\.? Code", "UIC")),
    "veh": Code("Vehicle Code", (r"Veh\.? Code",)),
    "wic": Code(
        "Welfare and Institutions Code",
        (r"W\s?&\s?I(?: Code|C)?", r"Welf\.? (?:&|and) Inst\.? Code", "WIC"),
    ),
}
# Letters of the state, and of the federal office; what an issuer calls a series, and how writers vary it.
LETTERS = {
    ("ca", "dcss", "cssp"): ("CSSP", r"CSSP"),
    ("ca", "dcss", "cssi"): ("CSSI", r"CSSI"),
    ("ca", "dcss", "cssin"): ("CSSIN", r"CSSIN"),
    ("ca", "dcss", "css"): ("CSS", r"CSS"),
    ("ca", "dcss", "lcsa"): ("LCSA", r"LCSA"),
    ("ca", "dcss", "fsd"): ("FSD", r"FSD"),
    ("ca", "dcss", "pi"): ("PI", r"PI"),
    ("ca", "dcss", "ccsas"): ("CCSAS", r"CCSAS"),
    ("ca", "cdss", "acl"): ("ACL", r"ACL"),
    ("ca", "cdss", "acin"): ("ACIN", r"ACIN"),
    ("ca", "dhcs", "acwdl"): ("ACWDL", r"ACWDL"),
    ("us", "ocse", "at"): ("AT", r"AT"),
    ("us", "ocse", "dcl"): ("DCL", r"DCL"),
    ("us", "ocse", "im"): ("IM", r"IM"),
    ("us", "ocse", "piq"): ("PIQ", r"PIQ"),
    ("us", "ocse", "piqt"): ("PIQT", r"PIQT"),
    ("us", "ocse", "tempo"): ("TEMPO", r"TEMPO"),
}
# Of the Social Security Act, title IV-D: section 466 is 42 U.S.C. 666, and so on; but for these.
_ACT_FIRST, _ACT_LAST, _ACT_APART = 451, 469, 200
_ACT_ELSEWHERE = {"458": "658a"}


def is_letter(parts: tuple[str, ...]) -> bool:
    """Whether a key of these *parts* is a letter, and no law or rule."""
    return parts[:-1] in LETTERS


def of_the_act(section: str) -> str:
    """Return the section of 42 U.S.C. that a section of title IV-D of the Social Security Act is; '' if it is none."""
    digits = section.rstrip("abcdefghijklmnopqrstuvwxyz")
    if not digits.isdigit() or not _ACT_FIRST <= int(digits) <= _ACT_LAST:
        return ""
    return _ACT_ELSEWHERE.get(section, f"{int(digits) + _ACT_APART}{section[len(digits) :]}")
