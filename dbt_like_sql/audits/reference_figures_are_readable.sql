/* Figures of a reference study that cannot be read: a number that is none, or a measure the registry does not know. */
with figure as (
    select
        reference.file,
        reference.line,
        reference.measure,
        list_filter(
            [
                case when try_cast(nullif(reference.n, '') as integer) is null and reference.n <> '' then 'n' end,
                case when try_cast(nullif(reference.value, '') as double) is null then 'value' end,
                case when try_cast(nullif(reference.sd, '') as double) is null and reference.sd <> '' then 'sd' end,
                case when try_cast(nullif(reference.lower, '') as double) is null and reference.lower <> '' then 'lower' end,
                case when try_cast(nullif(reference.upper, '') as double) is null and reference.upper <> '' then 'upper' end
            ],
            lambda field: field is not null
        ) as unreadable,
        reference.measure in (
            'age_years',
            'days_injury_to_visit',
            'two_tendon_avulsion',
            'phat_total',
            'phat_change',
            'return_to_sport',
            'weeks_to_return_to_sport',
            'recurrence',
            'passive_straight_leg_raise_difference_deg',
            'active_knee_extension_difference_deg',
            'strength_prone_0_90_percent',
            'strength_prone_0_15_percent',
            'strength_supine_90_90_percent',
            'eq5d_mobility_no_problems',
            'eq5d_self_care_no_problems',
            'eq5d_usual_activities_no_problems',
            'eq5d_pain_no_problems',
            'eq5d_anxiety_no_problems',
            'eq5d_vas',
            'tegner',
            'mri_tendon_continuity',
            'would_choose_same_treatment'
        ) as is_known_measure
    from seeds.reference as reference
)

select
    figure.file,
    figure.line,
    figure.measure,
    figure.unreadable,
    figure.is_known_measure
from figure
where len(figure.unreadable) > 0 or not figure.is_known_measure
