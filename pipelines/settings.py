"""What `registry.toml` says, as frozen values. Reading and checking only; `pipelines.cli` writes the file."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.errors import SettingsError

LANGUAGES = ("en", "nl", "de")
DATE_ORDERS = ("dmy", "mdy", "ymd", "")
DECIMALS = ("comma", "point", "")
DATE_SYSTEMS = ("1900", "1904", "")
SEPARATORS = (",", ";", "\t", "|")
SECURITIES = ("", "starttls", "tls")
MISSING_REASONS = ("not_done", "refused", "not_applicable", "unknown")
MAPPINGS_FOLDER = "mappings"
CLINIC_CODE = re.compile(r"[A-Z][A-Z0-9]{1,7}")
SETTINGS_REMEDY = "Mend registry.toml, then run `hamreg config check`."


@dataclass(frozen=True)
class Clinic:
    """One clinic and how it writes. An empty date order or decimal mark means: not declared, so never guessed."""

    code: str = ""
    name: str = ""
    contact: str = ""
    language: str = "en"
    date_order: str = ""
    decimal: str = ""
    separator: str = ","
    date_system: str = ""  # what a spreadsheet's day numbers count from: 1900, 1904, or '' where not declared
    id_format: str = ""  # a regular expression for the clinic's own numbers; '' means numbers with a check character
    missing_codes: Mapping[str, str] = field(default_factory=dict)  # the clinic's own code -> reason
    mappings: Mapping[str, str] = field(default_factory=dict)  # name -> text of a file in `mappings/<clinic>/`


@dataclass(frozen=True)
class Schedules:
    """Cron lines, in the registry's time zone."""

    derive: str = "0 2 * * *"
    overdue: str = "0 7 * * 1"
    release: str = "0 3 1 * *"


@dataclass(frozen=True)
class Limits:
    """What a single file may cost before it is refused."""

    max_bytes: int = 200_000_000
    max_unpacked_bytes: int = 400_000_000
    max_cells: int = 10_000_000  # of a workbook, empty ones among them
    max_columns: int = 500
    max_cell_chars: int = 10_000
    max_findings: int = 500_000
    max_findings_listed: int = 1_000


@dataclass(frozen=True)
class Retention:
    """How many internal snapshots stay, and for how many days what lies in the other folders; 0 keeps it for ever."""

    snapshots: int = 5
    outbox_days: int = 0
    archive_days: int = 0
    audits_days: int = 90
    backups_days: int = 0
    dagster_days: int = 400
    digests_days: int = 0
    log_days: int = 0


@dataclass(frozen=True)
class Mail:
    """Where digests and failures are mailed; no host means they are files only. The password is never written here."""

    host: str = ""
    port: int = 25
    security: str = ""  # '' | starttls | tls
    user: str = ""
    sender: str = ""
    to: str = ""  # addresses, separated by commas


@dataclass(frozen=True)
class Settings:
    """A registry's settings: one time zone, its clinics, schedules and limits."""

    name: str = "Registry"
    timezone: str = "Europe/Amsterdam"
    is_synthetic: bool = False
    clinics: Mapping[str, Clinic] = field(default_factory=dict)
    schedules: Schedules = field(default_factory=Schedules)
    limits: Limits = field(default_factory=Limits)
    retention: Retention = field(default_factory=Retention)
    mail: Mail = field(default_factory=Mail)

    @property
    def zone(self) -> ZoneInfo:
        """The registry's time zone: day t ends at its midnight."""
        return ZoneInfo(self.timezone)


def read_settings(path: Path) -> Settings:
    """Read and check `registry.toml`; `SettingsError` names the line or the key and the remedy."""
    try:
        settings = parse_settings(path.read_text(encoding="utf-8"))
        return _with_mappings(settings, path.parent / MAPPINGS_FOLDER)
    except FileNotFoundError:
        raise SettingsError(f"There is no {path.name} in the registry home.", "Run `hamreg init`.") from None
    except PermissionError:
        raise SettingsError(f"{path.name} cannot be read.", "Check who owns the registry home.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path.name}, or a mapping beside it, is not UTF-8 text.", SETTINGS_REMEDY) from None


def _with_mappings(settings: Settings, folder: Path) -> Settings:
    """The settings, each clinic with the text of its mappings: what they say is the intake's to read."""
    clinics = {
        code: replace(
            clinic, mappings={path.stem: path.read_text("utf-8") for path in sorted((folder / code).glob("*.toml"))}
        )
        for code, clinic in settings.clinics.items()
    }
    return replace(settings, clinics=clinics)


def parse_settings(text: str) -> Settings:
    """Settings from the text of a `registry.toml`."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"registry.toml is not valid TOML: {error}.", SETTINGS_REMEDY) from None
    registry = _table(content, "registry")
    _check_keys("", content, {"registry", "clinics", "schedules", "limits", "retention", "mail"})
    _check_keys("registry", registry, {"name", "timezone", "is_synthetic"})
    timezone = str(registry.get("timezone", "Europe/Amsterdam"))
    _check_zone(timezone)
    clinics = {code: _clinic(code, value) for code, value in _table(content, "clinics").items()}
    return Settings(
        name=str(registry.get("name", "Registry")),
        timezone=timezone,
        is_synthetic=bool(registry.get("is_synthetic", False)),
        clinics=clinics,
        schedules=_record(Schedules, "schedules", _table(content, "schedules")),
        limits=_record(Limits, "limits", _table(content, "limits")),
        retention=_retention(_table(content, "retention")),
        mail=_mail(_table(content, "mail")),
    )


def _clinic(code: str, content: Any) -> Clinic:
    where = f"clinics.{code}"
    if isinstance(content, dict) and "mappings" in content:
        _fail(f"{where}.mappings", f"mappings are files in {MAPPINGS_FOLDER}/{code}")
    if not CLINIC_CODE.fullmatch(code):
        _fail(where, "a clinic code is 2 to 8 capitals and digits and starts with a letter")
    clinic = _record(Clinic, where, {"code": code, **_as_table(where, content)})
    for key, allowed in {
        "language": LANGUAGES,
        "date_order": DATE_ORDERS,
        "decimal": DECIMALS,
        "date_system": DATE_SYSTEMS,
        "separator": SEPARATORS,
    }.items():
        if getattr(clinic, key) not in allowed:
            _fail(f"{where}.{key}", "allowed are " + ", ".join(repr(value) for value in allowed))
    for reason in clinic.missing_codes.values():
        if reason not in MISSING_REASONS:
            _fail(f"{where}.missing_codes", "a reason is one of " + ", ".join(MISSING_REASONS))
    _check_pattern(f"{where}.id_format", clinic.id_format)
    return clinic


def _retention(content: Mapping[str, Any]) -> Retention:
    retention = _record(Retention, "retention", content)
    for name, value in vars(retention).items():
        if value < (1 if name == "snapshots" else 0):
            _fail(f"retention.{name}", "a number of days is not negative, and one snapshot stays at least")
    return retention


def _mail(content: Mapping[str, Any]) -> Mail:
    mail = _record(Mail, "mail", content)
    if mail.security not in SECURITIES:
        _fail("mail.security", "allowed are " + ", ".join(repr(value) for value in SECURITIES))
    if mail.host and not (mail.sender and mail.to):
        _fail("mail", "where there is a host, `sender` and `to` are needed")
    return mail


RecordT = TypeVar("RecordT", Clinic, Schedules, Limits, Retention, Mail)


def _record(kind: type[RecordT], where: str, content: Mapping[str, Any]) -> RecordT:
    defaults = kind()
    _check_keys(where, content, {item.name for item in fields(kind)})
    for key, value in content.items():
        expected = dict if isinstance(getattr(defaults, key), Mapping) else type(getattr(defaults, key))
        if not isinstance(value, expected) or isinstance(value, bool):
            _fail(f"{where}.{key}", f"a value of type {expected.__name__} is needed")
    return kind(**content)


def _check_keys(where: str, content: Mapping[str, Any], known: set[str]) -> None:
    for key in content:
        if key not in known:
            _fail(f"{where}.{key}".lstrip("."), "this key is not known; known are " + ", ".join(sorted(known)))


def _check_zone(timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        _fail("registry.timezone", "this is not a time zone such as Europe/Amsterdam")


def _check_pattern(where: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error:
        _fail(where, "this is not a regular expression")


def _table(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return _as_table(key, content.get(key, {}))


def _as_table(where: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        _fail(where, "a table is needed")
    return dict(value)


def _fail(where: str, why: str) -> None:
    raise SettingsError(f"registry.toml, {where}: {why}.", SETTINGS_REMEDY)
