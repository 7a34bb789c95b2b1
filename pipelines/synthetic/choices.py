"""INVENTED: every number the generator makes up, in one place. The study gives none of these.

Nothing here may be quoted, tested against patients or shown as evidence. What the study does give is in `study`.
"""

SYNTHETIC_NOTE = "Synthetic data made by `hamreg generate`: no patient, no clinic and no date in it is real."

# People.
SEXES = ("female", "male", "other")
SEX_SHARES = (0.44, 0.55, 0.01)
AGE_ENDS = (18.0, 78.0)  # the study gives quartiles; adults only
SPORTS = ("running", "football", "hockey", "racket", "water_skiing", "gymnastics_dance")
SPORT_SHARES = (0.28, 0.24, 0.14, 0.14, 0.12, 0.08)
SPORT_LEVELS = ("recreational", "competitive", "elite")
SPORT_LEVEL_SHARES = (0.72, 0.24, 0.04)
PRE_INJURY_TEGNER = {"none": 2, "recreational": 5, "competitive": 7, "elite": 9}
OTHER_LEG_STATES = ("healthy", "injured_before", "injured_too")
OTHER_LEG_SHARES = (0.93, 0.05, 0.02)
SECOND_EPISODE_SHARE = 0.02  # the other side, later

# The injury and its dates, in days.
DELAY_ENDS = (0.0, 120.0)
SHOW_DATE_PRECISIONS = ("day", "month", "year")
DATE_PRECISION_SHARES = (0.95, 0.04, 0.01)
DECISION_AFTER_VISIT = (0, 10)
SURGERY_AFTER_DECISION = (2, 16)
MRI_CONFIRMED_SHARE = 0.97
RETRACTION_MM = (38.0, 18.0, 0.0, 140.0)  # mean, SD, ends
SHARED_DECISION_SHARE = 0.96
BASELINE_AFTER_TREATMENT_SHARE = 0.03
RESEARCH_CONSENT_SHARE = 0.9

# The course.
CROSSOVER_SHARE = 0.06  # surgery after a conservative course
CROSSOVER_DAYS = (60, 300)
REOPERATION_SHARE = 0.03
LOST_SHARE = 0.07
DEATH_SHARE = 0.006
MOVED_SHARE = 0.02
WITHDRAWAL_SHARE = 0.012
ENDING_DAYS = (30, 700)
COMPLICATION_SHARES = {  # surgical, conservative
    "infection": (0.02, 0.0),
    "nerve": (0.05, 0.02),
    "thrombosis": (0.01, 0.004),
    "other_complication": (0.02, 0.01),
}
WITHDRAWAL_SCOPES = ("no_contact", "no_further_use", "erase")
WITHDRAWAL_SCOPE_SHARES = (0.6, 0.3, 0.1)

# Visits. Target days and SD of the day a patient comes.
VISITS = ("month_2", "month_6", "month_12", "month_24", "month_60")
VISIT_DAYS = (61, 183, 365, 730, 1826)
VISIT_SD_DAYS = (5.0, 9.0, 12.0, 20.0, 30.0)
OFF_WINDOW_SHARE = 0.02
OFF_WINDOW_DAYS = (70, 110)
SECOND_VISIT_SHARE = 0.03  # a second assessment in the window of month 12
LABELLED_DAYS = 30  # a visit further from its target is sent without a label
NO_SHOW_SHARES = (0.06, 0.08, 0.12, 0.18, 0.3)

# PHAT between the study's two measurements: share of the way from the baseline's mean to the one-year mean, and the
# weights of the patient's baseline and one-year scores.
PHAT_WAY = (0.3, 0.72, 1.0, 1.03, 1.02)
PHAT_WEIGHTS = ((0.5, 0.3), (0.25, 0.65), (0.0, 1.0), (0.0, 0.85), (0.0, 0.7))
PHAT_ITEMS = 10  # items answered where nothing was skipped
PHAT_SKIP_SHARES = (0.91, 0.06, 0.03)
PHAT_SKIPPED = (0, 1, 2)

# How other measures follow the patient's PHAT (correlations of normal scores).
RETURN_FOLLOWS_PHAT = 0.6
WEEKS_FOLLOW_RETURN = -0.5
EQ5D_FOLLOWS_PHAT = 0.5
STRENGTH_FOLLOWS_PHAT = 0.35
WEEKS_ENDS = (5.0, 50.0)
RETURN_DATE_KNOWN_SHARE = 0.95
STRENGTH_ENDS = (15.0, 118.0)  # over 120 is asked about: legs swapped?
OTHER_LEG_STRENGTH = {  # mean, SD by unit
    "N": (290.0, 70.0),
    "Nm": (95.0, 24.0),
    "kg": (29.0, 7.0),
    "Nm_per_kg": (1.3, 0.3),
}
OTHER_LEG_STRAIGHT_LEG_RAISE_DEG = (78.0, 9.0)
OTHER_LEG_KNEE_EXTENSION_DEG = (66.0, 9.0)
EQ5D_BASELINE_NO_PROBLEMS = {"mobility": 0.15, "self_care": 0.5, "usual_activities": 0.1, "pain": 0.05, "anxiety": 0.75}
EQ5D_WORST_SHARE = 0.12  # of those with problems
EQ5D_VAS_WAY = (66.0, 74.0, 79.0, 80.0, 80.0)
EQ5D_VAS_BASELINE = 56.0
EQ5D_VAS_SD = 14.0
WOULD_CHOOSE_SAME_ABOVE = 0.03  # over the study's "over 90 %"
SHARED_NEOTENDON_SHARES = (0.1, 0.8)  # surgical, conservative, of continuous tendons
MONTH_12_MRI_DAYS_SD = 10.0
FATTY_INFILTRATION_SHARES = (0.45, 0.3, 0.15, 0.07, 0.03)

# Rehabilitation: mean days a phase lasts.
PHASES = ("I", "II", "III", "IV")
PHASE_DAYS = (35.0, 45.0, 70.0, 80.0)
PHASE_CRITERIA_SHARE = 0.85

# Screening, per enrolled patient.
DECLINED_PER_ENROLLED = 0.2
MISSED_PER_ENROLLED = 0.15

# Sending.
ENTRY_DAYS = (0, 14)
LATE_SHARE = 0.05
LATE_DAYS = (30, 150)
LATE_ENROLMENT_SHARE = 0.03
LATE_FILE_SHARE = 0.08
LATE_FILE_DAYS = (20, 60)
RESEND_SHARE = 0.04  # of files, sent again byte by byte
CORRECTION_SHARE = 0.03  # of rows, first sent with a slip
REDATED_SHARE = 0.006  # of follow-ups, first sent under a wrong date
UNFINISHED_PHASE_SHARE = 0.1  # first sent without their end
BLANK_SHARE = 0.02  # of optional cells
MISSING_REASON_SHARE = 0.012

# Mistakes.
MISTAKE_SHARE = 0.03  # of rows, shared among the kinds; at least one of each kind ...
MOST_MISTAKES_SHARE = 0.08  # ... as long as no more rows than these are spoilt: else a choice of kinds
DAMAGED_FILE_SHARE = 0.1  # of text files, one kind a file
WRONG_FILE_SHARE = 0.06  # files that hold nothing to load, beside so many right ones
MENDED_SHARE = 0.5  # of them, put right in a later file
