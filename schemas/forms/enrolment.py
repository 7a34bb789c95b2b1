"""The enrolment form: one row an episode, an avulsion of one leg. Checks across its columns stand in the rules."""

import pandera.polars as pa
import polars as pl

from schemas import fields

FREE_TENDON = "Of the two free tendons of the proximal hamstring this is the {}. "


class Enrolment(pa.DataFrameModel):
    """An avulsion, the patient's state before treatment, the treatment decided on, and consent."""

    patient_id: pl.String = fields.patient_id()
    side: pl.String = fields.side()
    injury_no: pl.Int64 = fields.injury_no()
    injured_on: pl.Date = fields.column(
        "partial_date",
        ("Date of injury", "Datum letsel", "Datum der Verletzung"),
        "Day of the injury; a month (2024-03) or a year (2024) where no more is known, kept as its first day.",
        example="2024-03-02",
        is_required=True,
        is_identifying=True,
    )
    injured_on_precision: pl.String = fields.code(
        "date_precision",
        ("Precision of the date of injury", "Nauwkeurigheid letseldatum", "Genauigkeit des Verletzungsdatums"),
        "How much of the injury date is known.",
        is_computed=True,
    )
    first_visit_on: pl.Date = fields.date(
        ("Date of first visit", "Datum eerste bezoek", "Datum des ersten Besuchs"),
        "First visit to the clinic for this injury.",
        example="2024-03-11",
    )
    age_at_injury_years: pl.Int64 = fields.integer(
        ("Age at injury", "Leeftijd bij letsel", "Alter bei Verletzung"),
        "Completed years at the injury. Never a birth date.",
        10,
        110,
        unit="years",
        example="51",
        is_identifying=True,
    )
    sex: pl.String = fields.code(
        "sex", ("Sex", "Geslacht", "Geschlecht"), "Sex of the patient.", example="female", is_identifying=True
    )
    conjoint_state: pl.String = fields.code(
        "tendon_state",
        ("Conjoint tendon", "Gezamenlijke pees", "Gemeinsame Sehne"),
        FREE_TENDON.format("conjoint tendon (semitendinosus and long head of the biceps)") + "Its state on imaging.",
        example="avulsed",
    )
    semimembranosus_state: pl.String = fields.code(
        "tendon_state",
        ("Semimembranosus tendon", "Semimembranosuspees", "Semimembranosussehne"),
        FREE_TENDON.format("semimembranosus tendon") + "Its state on imaging.",
        example="avulsed",
    )
    conjoint_retraction_mm: pl.Int64 = fields.retraction(
        ("Conjoint tendon retraction", "Retractie gezamenlijke pees", "Retraktion gemeinsame Sehne"),
        "Distance of the torn conjoint tendon from the ischial tuberosity.",
        example="35",
    )
    semimembranosus_retraction_mm: pl.Int64 = fields.retraction(
        ("Semimembranosus retraction", "Retractie semimembranosus", "Retraktion Semimembranosus"),
        "Distance of the torn semimembranosus tendon from the ischial tuberosity.",
        example="30",
    )
    mri_on: pl.Date = fields.mri_on(example="2024-03-12")
    is_mri_confirmed: pl.Boolean = fields.boolean(
        ("Confirmed on MRI", "Bevestigd op MRI", "In der MRT bestätigt"),
        "Whether an MRI shows the avulsion.",
        example="yes",
    )
    other_leg_state: pl.String = fields.code(
        "other_leg_state",
        ("Other leg", "Andere been", "Anderes Bein"),
        "Whether the other leg is fit to compare with.",
        example="healthy",
    )
    sport: pl.String = fields.code(
        "sport",
        ("Sport", "Sport", "Sportart"),
        "Main sport before the injury.",
        example="football",
        is_identifying=True,
    )
    sport_level: pl.String = fields.code(
        "sport_level",
        ("Sport level", "Sportniveau", "Sportniveau vor der Verletzung"),
        "Level of that sport before the injury.",
        example="recreational",
    )
    pre_injury_tegner: pl.Int64 = fields.integer(
        ("Tegner before the injury", "Tegner voor het letsel", "Tegner vor der Verletzung"),
        "Tegner activity level before the injury, as recalled.",
        0,
        10,
        example="5",
    )
    is_shared_decision_documented: pl.Boolean = fields.boolean(
        ("Shared decision documented", "Gedeelde beslissing vastgelegd", "Gemeinsame Entscheidung dokumentiert"),
        "Whether the record says that patient and clinician decided together.",
        example="yes",
    )
    initial_treatment: pl.String = fields.code(
        "treatment",
        ("Initial treatment", "Eerste behandeling", "Erste Behandlung"),
        "Treatment decided on at the decision date: the arm. Frozen by the first follow-up.",
        example="surgical",
        is_required=True,
    )
    decision_on: pl.Date = fields.date(
        ("Date of decision", "Datum beslissing", "Datum der Entscheidung"),
        "Day the treatment was decided on; anchors the visits of the conservative arm.",
        example="2024-03-14",
        is_required=True,
    )
    surgery_on: pl.Date = fields.date(
        ("Date of surgery", "Datum operatie", "Datum der Operation"),
        "Day of the first repair; anchors the visits of the surgical arm. Blank in the conservative arm.",
        example="2024-03-20",
    )
    baseline_on: pl.Date = fields.date(
        ("Date of baseline", "Datum nulmeting", "Datum der Ausgangsmessung"),
        "Day the baseline questionnaires were answered.",
        example="2024-03-14",
    )
    baseline_phat_total: pl.Float64 = fields.phat_total("baseline")
    baseline_phat_items_answered: pl.Int64 = fields.phat_items_answered("baseline")
    baseline_eq5d_version: pl.String = fields.eq5d_version("baseline")
    baseline_eq5d_mobility: pl.Int64 = fields.eq5d_level("mobility", "baseline")
    baseline_eq5d_self_care: pl.Int64 = fields.eq5d_level("self_care", "baseline")
    baseline_eq5d_usual_activities: pl.Int64 = fields.eq5d_level("usual_activities", "baseline")
    baseline_eq5d_pain: pl.Int64 = fields.eq5d_level("pain", "baseline")
    baseline_eq5d_anxiety: pl.Int64 = fields.eq5d_level("anxiety", "baseline")
    baseline_eq5d_vas: pl.Int64 = fields.eq5d_vas("baseline")
    consent_version: pl.String = fields.column(
        "text",
        ("Consent version", "Versie toestemming", "Version der Einwilligung"),
        "Version of the consent form that was signed.",
        maximum=20,
        example="2.1",
    )
    consented_on: pl.Date = fields.date(
        ("Date of consent", "Datum toestemming", "Datum der Einwilligung"),
        "Day the consent was signed. A row without it is not kept.",
        example="2024-03-11",
        is_required=True,
    )
    consent_scope: pl.String = fields.code(
        "consent_scope",
        ("Consent covers", "Toestemming voor", "Einwilligung für"),
        "What the patient consented to. A row without it is not kept.",
        example="registry_and_research",
        is_required=True,
    )

    class Config:
        """What the dictionary says of the form."""

        name = "enrolment"
        title = "Enrolment|Inclusie|Aufnahme"
