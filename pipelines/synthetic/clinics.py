"""The invented clinics: their settings and how each writes its files. Also writes the `registry.toml` they need."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.settings import Clinic
from pipelines.synthetic.choices import SYNTHETIC_NOTE

DATE_PATTERNS = {
    ("nl", "dmy"): "%d-%m-%Y",
    ("de", "dmy"): "%d.%m.%Y",
    ("en", "dmy"): "%d/%m/%Y",
    ("en", "mdy"): "%m/%d/%Y",
}


@dataclass(frozen=True)
class Profile:
    """How a clinic works: its declared settings, and the habits of whoever sends its files."""

    clinic: Clinic
    encoding: str = "utf-8"
    newline: str = "\r\n"
    is_workbook: bool = False
    strength_unit: str = ""  # '' sends percent of the other leg
    eq5d_version: str = "3L"
    has_visit_labels: bool = True
    period_days: int = 61
    overlap_periods: int = 0  # earlier periods that each file repeats
    share: float = 1.0  # of the patients, relative to the others
    yes_no: tuple[str, str] = ("true", "false")
    has_labels: bool = False  # headers and coded values in the clinic's language instead of names and codes
    own_numbers: str = ""  # template of the clinic's own numbers; '' means numbers with a check character

    @property
    def date_pattern(self) -> str:
        """strftime pattern of the clinic's dates."""
        return DATE_PATTERNS.get((self.clinic.language, self.clinic.date_order), "%Y-%m-%d")


def _clinic(code: str, place: str, language: str, date_order: str, decimal: str, separator: str) -> Clinic:
    name = f"Synthetic clinic {place} (invented)"
    return Clinic(code, name, f"data@{code.lower()}.example", language, date_order, decimal, separator)


PROFILES = (
    Profile(_clinic("NRD", "Noorderhaven", "nl", "dmy", "comma", ";"), "utf-8-sig", share=1.5, yes_no=("ja", "nee")),
    Profile(
        replace(
            _clinic("FYS", "Fysiopark", "nl", "dmy", "comma", ";"),
            id_format=r"FYS-\d{6}",
            missing_codes={"n.v.t.": "not_applicable", "-99": "not_done"},
            date_system="1900",
        ),
        "cp1252",
        own_numbers="FYS-{:06d}",
        strength_unit="N",
        period_days=92,
        yes_no=("j", "n"),
    ),
    Profile(
        _clinic("DLT", "Deltaziekenhuis", "nl", "dmy", "comma", ";"),
        is_workbook=True,
        has_labels=True,
        strength_unit="kg",
        yes_no=("ja", "nee"),
    ),
    Profile(
        replace(
            _clinic("BRG", "Bergklinik", "de", "dmy", "comma", ";"),
            missing_codes={"k.A.": "unknown", "entfällt": "not_applicable"},
        ),
        "cp1252",
        strength_unit="Nm",
        overlap_periods=1,
        period_days=92,
        has_labels=True,
        yes_no=("ja", "nein"),
    ),
    Profile(_clinic("HVN", "Haven", "en", "", "", ","), newline="\n", share=0.8),
    Profile(
        replace(_clinic("LKE", "Lakeside", "en", "mdy", "point", "\t"), missing_codes={"UNK": "unknown"}),
        newline="\n",
        eq5d_version="5L",
        has_visit_labels=False,
        strength_unit="Nm_per_kg",
        share=0.6,
        yes_no=("1", "0"),
    ),
)


MOST_WORKBOOK_PATIENTS = 2_000  # nobody fills in more by hand
NUMBERED_WORKBOOKS = 4  # every fourth of the numbered clinics that could send workbooks does


def profiles(count: int, patients: int = 0) -> tuple[Profile, ...]:
    """The first `count` clinics; after the named ones their habits repeat under numbered codes.

    `patients` is how many they have together: a clinic with very many sends no workbooks.
    """
    found = tuple(PROFILES[i] if i < len(PROFILES) else _numbered(i) for i in range(count))
    is_large = patients > MOST_WORKBOOK_PATIENTS * count
    return tuple(replace(profile, is_workbook=profile.is_workbook and not is_large) for profile in found)


def _numbered(index: int) -> Profile:
    profile = PROFILES[index % len(PROFILES)]
    code = f"C{index + 1:03d}"
    clinic = replace(
        profile.clinic,
        code=code,
        name=f"Synthetic clinic {index + 1} (invented)",
        contact=f"data@{code.lower()}.example",
        id_format=profile.clinic.id_format.replace(profile.clinic.code, code),
    )
    is_workbook = profile.is_workbook and (index // len(PROFILES)) % NUMBERED_WORKBOOKS == 0
    return replace(
        profile,
        clinic=clinic,
        is_workbook=is_workbook,
        own_numbers=profile.own_numbers.replace(profile.clinic.code, code),
    )


def write_registry_toml(path: Path, clinics: Sequence[Clinic]) -> None:
    """Write the settings of a synthetic registry with these clinics."""
    head = f'# {SYNTHETIC_NOTE}\n\n[registry]\nname = "Synthetic registry"\nis_synthetic = true\n'
    path.write_text(head + "".join(map(_toml, clinics)), encoding="utf-8", newline="\n")


def _toml(clinic: Clinic) -> str:
    keys = ("name", "contact", "language", "date_order", "decimal", "separator", "id_format", "date_system")
    values = {key: getattr(clinic, key) for key in keys}
    lines = [f"{key} = {_quoted(value)}" for key, value in values.items() if value]
    if clinic.missing_codes:
        pairs = ", ".join(f"{_quoted(code)} = {_quoted(reason)}" for code, reason in clinic.missing_codes.items())
        lines.append(f"missing_codes = {{ {pairs} }}")
    return f"\n[clinics.{clinic.code}]\n" + "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace("\t", "\\t").replace('"', '\\"') + '"'
