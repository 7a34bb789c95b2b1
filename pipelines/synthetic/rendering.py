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
    return frame.with_columns(_texts(frame[name], profile) for name in frame.columns if not name.startswith("_"))


def with_labels(texts: pl.DataFrame, form: Form, dictionary: Dictionary, language: str) -> pl.DataFrame:
    """Coded values as their labels in a language."""
    coded = [field for field in form.template_fields if field.kind == "code"]
    labels = {
        field.name: {code.code: code.labels[language] for code in dictionary.vocabularies[field.vocabulary]}
        for field in coded
    }
    return texts.with_columns(pl.col(name).replace(new) for name, new in labels.items())


def _texts(column: pl.Series, profile: Profile) -> pl.Series:
    name, pattern = column.name, "%Y-%m-%d" if profile.is_workbook else profile.date_pattern
    if name == "month_on":
        column = column.dt.strftime("%Y-%m")
    elif column.dtype == pl.Date:
        column = column.dt.strftime(pattern)
    elif column.dtype == pl.Boolean:
        yes, no = profile.yes_no
        column = pl.select(pl.when(column).then(pl.lit(yes)).when(~column).then(pl.lit(no))).to_series()
    elif column.dtype == pl.Float64:
        mark = "," if profile.clinic.decimal == "comma" and not profile.is_workbook else "."
        column = column.cast(pl.String).str.replace(".", mark, literal=True)
    elif name == "injured_on" and not profile.is_workbook:
        whole = column.str.to_date("%Y-%m-%d", strict=False).dt.strftime(pattern)
        column = pl.select(pl.coalesce(whole, column)).to_series()
    return column.cast(pl.String).fill_null("").alias(name)


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
