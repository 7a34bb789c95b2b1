"""What researchers may rely on in every release: the columns, types and keys that models and dictionary write down.

Nothing here looks into a release.
"""

from collections.abc import Mapping, Sequence

from pipelines.plan import build_plan
from pipelines.release.publication import LAYERS
from schemas.dictionary import read_dictionary
from schemas.render.duckdb_ddl import SQL_TYPES
from warehouse.counts import TABLE_OF
from warehouse.model import AnyModel

NOT_DERIVED = {("follow_up", "replaces_on")}  # says which row is corrected, and is gone with it


def promised_keys() -> Sequence[AnyModel]:
    """The models whose tables leave, with their keys."""
    return [model for model in build_plan().models if model.name.split(".")[0] in LAYERS]


def promised_columns() -> Mapping[str, Mapping[str, str]]:
    """table -> column -> type; '' where any type will do."""
    found = {model.name: dict.fromkeys((*model.grain, *model.columns), "") for model in promised_keys()}
    for form in read_dictionary().forms.values():
        columns = found.setdefault(f"registry.{TABLE_OF.get(form.name, form.name)}", {})
        columns |= {
            field.name: SQL_TYPES[field.kind].upper()
            for field in form.fields
            if (form.name, field.name) not in NOT_DERIVED
        }
    return found
