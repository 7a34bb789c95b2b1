"""Typed frames to the text cells of a clinic: its dates, decimal mark, yes and no, blanks and missing codes.

No mistake is made here; `mistakes` works on what this module writes.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.synthetic import choices
from pipelines.synthetic.clinics import Profile
from schemas.dictionary import Dictionary, Form

OPTIONAL = {
    "enrolment": (
        "conjoint_retraction_mm",
        "semimembranosus_retraction_mm",
        "other_leg_state",
        "pre_injury_tegner",
        "baseline_eq5d_usual_activities",
        "baseline_eq5d_pain",
        "baseline_eq5d_vas",
    ),
    "follow_up": (
        "tegner",
        "eq5d_self_care",
        "eq5d_pain",
        "eq5d_vas",
        "straight_leg_raise_left_deg",
        "straight_leg_raise_right_deg",
        "knee_extension_left_deg",
        "knee_extension_right_deg",
        "strength_prone_0_90_percent",
        "strength_supine_90_90_percent",
        "would_choose_same_treatment",
    ),
    "imaging": ("fatty_infiltration",),
    "rehabilitation": ("has_met_criteria",),
}
MISSING_TOKENS = {"#not_done": 0.5, "#refused": 0.25, "#unknown": 0.15, "#not_applicable": 0.1}


def render_rows(frame: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Every column as the clinic writes it; columns that begin with an underscore are left as they are."""
    columns = {name: kind for name, kind in frame.schema.items() if not name.startswith("_")}
    return frame.with_columns(_text(name, kind, profile).fill_null("") for name, kind in columns.items())


def with_labels(texts: pl.DataFrame, form: Form, dictionary: Dictionary, language: str) -> pl.DataFrame:
    """Coded values as their labels in a language."""
    coded = [field for field in form.template_fields if field.kind == "code"]
    labels = {
        field.name: {code.code: code.labels[language] for code in dictionary.vocabularies[field.vocabulary]}
        for field in coded
    }
    return texts.with_columns(pl.col(name).replace(new) for name, new in labels.items())


def _text(name: str, kind: pl.DataType, profile: Profile) -> pl.Expr:
    column, pattern = pl.col(name), "%Y-%m-%d" if profile.is_workbook else profile.date_pattern
    if name == "injured_on" and not profile.is_workbook:
        return pl.coalesce(column.str.to_date("%Y-%m-%d", strict=False).dt.strftime(pattern), column)
    if kind == pl.Date:
        return column.dt.strftime("%Y-%m" if name == "month_on" else pattern)
    if kind == pl.Boolean:
        yes, no = (pl.lit(word) for word in profile.yes_no)
        return pl.when(column).then(yes).when(~column).then(no).alias(name)
    if kind == pl.Float64:
        mark = "," if profile.clinic.decimal == "comma" and not profile.is_workbook else "."
        return column.cast(pl.String).str.replace(".", mark, literal=True)
    return column.cast(pl.String)


def leave_gaps(frame: pl.DataFrame, form: str, profile: Profile, rng: np.random.Generator) -> pl.DataFrame:
    """Blank some optional cells of right rows and give a reason in others, in the clinic's own codes if it has any."""
    tokens = _tokens(profile.clinic.missing_codes)
    columns = []
    for name in OPTIONAL.get(form, ()):
        is_right = ~frame["_is_planted"]
        draw, which = rng.random(frame.height), rng.choice(len(tokens), frame.height, p=list(tokens.values()))
        gap = is_right & pl.Series(draw < choices.BLANK_SHARE)
        reason = is_right & pl.Series(draw > 1 - choices.MISSING_REASON_SHARE) & (frame[name] != "")
        token = pl.Series(list(tokens)).gather(pl.Series(which.astype(np.uint32)))
        columns.append(pl.when(gap).then(pl.lit("")).when(reason).then(token).otherwise(pl.col(name)).alias(name))
    return frame.with_columns(columns)


def _tokens(own_codes: Mapping[str, str]) -> dict[str, float]:
    """Missing tokens and how often each is written: a clinic's own code replaces the token of that reason."""
    own = {f"#{reason}": code for code, reason in own_codes.items()}
    return {own.get(token, token): share for token, share in MISSING_TOKENS.items()}
