"""Patient numbers: `<CLINIC>-<number><check character>`, ISO 7064 MOD 37,36. Reading odd ones stands in the intake."""

import re

_NUMBER = re.compile(r"([A-Z][A-Z0-9]{1,7})-([0-9]{4,12})([0-9A-Z])")
_CLINIC = re.compile(r"[A-Z][A-Z0-9]{1,7}")
LARGEST_NUMBER = 10**12 - 1


def make_patient_id(clinic: str, number: int) -> str:
    """The pseudonym for a clinic's running number: clinic AMC, number 15 give `AMC-0015W`."""
    from stdnum.iso7064 import mod_37_36

    if not _CLINIC.fullmatch(clinic) or not 1 <= number <= LARGEST_NUMBER:
        raise ValueError("A clinic code is 2 to 8 capitals and digits, a number 1 or more.")
    digits = f"{number:04d}"
    return f"{clinic}-{digits}{mod_37_36.calc_check_digit(clinic + digits)}"


def is_valid_patient_id(text: str, clinic_format: str | None = None) -> bool:
    """Whether the text is a number with its right check character, or fits the clinic's own regular expression."""
    from stdnum.iso7064 import mod_37_36

    if clinic_format:
        return re.fullmatch(clinic_format, text) is not None
    match = _NUMBER.fullmatch(text)
    return match is not None and bool(mod_37_36.is_valid("".join(match.groups())))


def clinic_of(patient_id: str) -> str:
    """The clinic that enrolled the patient: what stands before the first hyphen; '' where there is none."""
    clinic, hyphen, _ = patient_id.partition("-")
    return clinic if hyphen else ""
