/* Strength of the injured leg in percent of the other, per assessment: as sent, or else computed from both legs.

grain: patient_id, side, injury_no, assessed_on
*/
with measured as (
    select
        follow_up.patient_id,
        follow_up.side,
        follow_up.injury_no,
        follow_up.assessed_on,
        follow_up.strength_prone_0_90_percent,
        follow_up.strength_prone_0_15_percent,
        follow_up.strength_supine_90_90_percent,
        case follow_up.side when 'left' then follow_up.strength_prone_0_90_left else follow_up.strength_prone_0_90_right end as prone_0_90_injured,
        case follow_up.side when 'left' then follow_up.strength_prone_0_90_right else follow_up.strength_prone_0_90_left end as prone_0_90_other,
        case follow_up.side when 'left' then follow_up.strength_prone_0_15_left else follow_up.strength_prone_0_15_right end as prone_0_15_injured,
        case follow_up.side when 'left' then follow_up.strength_prone_0_15_right else follow_up.strength_prone_0_15_left end as prone_0_15_other,
        case follow_up.side when 'left' then follow_up.strength_supine_90_90_left else follow_up.strength_supine_90_90_right end as supine_90_90_injured,
        case follow_up.side when 'left' then follow_up.strength_supine_90_90_right else follow_up.strength_supine_90_90_left end as supine_90_90_other
    from registry.follow_up as follow_up
),

compared as (
    select
        measured.patient_id,
        measured.side,
        measured.injury_no,
        measured.assessed_on,
        coalesce(measured.strength_prone_0_90_percent, round(100 * measured.prone_0_90_injured / nullif(measured.prone_0_90_other, 0), 1)) as prone_0_90,
        coalesce(measured.strength_prone_0_15_percent, round(100 * measured.prone_0_15_injured / nullif(measured.prone_0_15_other, 0), 1)) as prone_0_15,
        coalesce(measured.strength_supine_90_90_percent, round(100 * measured.supine_90_90_injured / nullif(measured.supine_90_90_other, 0), 1)) as supine_90_90
    from measured
)

select
    compared.patient_id,
    compared.side,
    compared.injury_no,
    compared.assessed_on,
    compared.prone_0_90 as strength_prone_0_90_percent,
    compared.prone_0_15 as strength_prone_0_15_percent,
    compared.supine_90_90 as strength_supine_90_90_percent
from compared
where coalesce(compared.prone_0_90, compared.prone_0_15, compared.supine_90_90) is not null
