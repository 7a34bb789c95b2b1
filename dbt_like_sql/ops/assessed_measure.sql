/* Which measures each follow-up that counts for a visit holds, and which it answers, if only with a reason.

grain: patient_id, side, injury_no, visit
checks:
  - len(measures_done) <= len(measures_answered)
*/
with measured as (
    select
        follow_up.patient_id,
        follow_up.side,
        follow_up.injury_no,
        follow_up.visit,
        follow_up.assessed_on,
        follow_up.phat_total is not null as has_phat,
        follow_up.phat_total_missing is not null as is_phat_explained,
        follow_up.tegner is not null as has_tegner,
        follow_up.tegner_missing is not null as is_tegner_explained,
        follow_up.eq5d_mobility is not null
        and follow_up.eq5d_self_care is not null
        and follow_up.eq5d_usual_activities is not null
        and follow_up.eq5d_pain is not null
        and follow_up.eq5d_anxiety is not null as has_eq5d,
        follow_up.eq5d_mobility_missing is not null as is_eq5d_explained,
        follow_up.return_to_sport is not null as has_return_to_sport,
        follow_up.return_to_sport_missing is not null as is_return_to_sport_explained,
        follow_up.straight_leg_raise_left_deg is not null
        and follow_up.straight_leg_raise_right_deg is not null as has_straight_leg_raise,
        coalesce(
            follow_up.straight_leg_raise_left_deg_missing, follow_up.straight_leg_raise_right_deg_missing
        ) is not null as is_straight_leg_raise_explained,
        follow_up.knee_extension_left_deg is not null
        and follow_up.knee_extension_right_deg is not null as has_knee_extension,
        coalesce(
            follow_up.knee_extension_left_deg_missing, follow_up.knee_extension_right_deg_missing
        ) is not null as is_knee_extension_explained,
        coalesce(
            follow_up.strength_prone_0_90_percent,
            follow_up.strength_prone_0_15_percent,
            follow_up.strength_supine_90_90_percent,
            follow_up.strength_prone_0_90_left + follow_up.strength_prone_0_90_right,
            follow_up.strength_prone_0_15_left + follow_up.strength_prone_0_15_right,
            follow_up.strength_supine_90_90_left + follow_up.strength_supine_90_90_right
        ) is not null as has_strength,
        coalesce(
            follow_up.strength_prone_0_90_percent_missing,
            follow_up.strength_prone_0_15_percent_missing,
            follow_up.strength_supine_90_90_percent_missing,
            follow_up.strength_prone_0_90_left_missing,
            follow_up.strength_prone_0_15_left_missing,
            follow_up.strength_supine_90_90_left_missing
        ) is not null as is_strength_explained,
        follow_up.would_choose_same_treatment is not null as has_choice,
        follow_up.would_choose_same_treatment_missing is not null as is_choice_explained
    from registry.follow_up as follow_up
    where follow_up.is_counted
)

select
    measured.patient_id,
    measured.side,
    measured.injury_no,
    measured.visit,
    measured.assessed_on,
    list_filter([
        case when measured.has_phat then 'phat' end,
        case when measured.has_tegner then 'tegner' end,
        case when measured.has_eq5d then 'eq5d' end,
        case when measured.has_return_to_sport then 'return_to_sport' end,
        case when measured.has_straight_leg_raise then 'straight_leg_raise' end,
        case when measured.has_knee_extension then 'knee_extension' end,
        case when measured.has_strength then 'strength' end,
        case when measured.has_choice then 'would_choose_same_treatment' end
    ], lambda measure: measure is not null) as measures_done,  -- Measures with a value: the whole EQ-5D, both legs, one position of strength.
    list_filter([
        case when measured.has_phat or measured.is_phat_explained then 'phat' end,
        case when measured.has_tegner or measured.is_tegner_explained then 'tegner' end,
        case when measured.has_eq5d or measured.is_eq5d_explained then 'eq5d' end,
        case when measured.has_return_to_sport or measured.is_return_to_sport_explained then 'return_to_sport' end,
        case when measured.has_straight_leg_raise or measured.is_straight_leg_raise_explained then 'straight_leg_raise' end,
        case when measured.has_knee_extension or measured.is_knee_extension_explained then 'knee_extension' end,
        case when measured.has_strength or measured.is_strength_explained then 'strength' end,
        case when measured.has_choice or measured.is_choice_explained then 'would_choose_same_treatment' end
    ], lambda measure: measure is not null) as measures_answered  -- Measures with a value or with a reason why there is none.
from measured
