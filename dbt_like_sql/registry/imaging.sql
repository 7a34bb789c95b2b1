/* MRIs of the hamstrings as known today, each with the visit its date makes it.

grain: patient_id, side, injury_no, mri_on
*/
with placed as (
    select
        imaging_version.patient_id,
        imaging_version.side,
        imaging_version.injury_no,
        imaging_version.mri_on,
        visit_window.visit,
        row_number() over (
            partition by
                imaging_version.patient_id, imaging_version.side, imaging_version.injury_no, visit_window.visit
            order by
                abs(date_diff('day', visit_window.due_on, imaging_version.mri_on)), imaging_version.mri_on
        ) as place
    from ops.imaging_version as imaging_version
    inner join registry.episode as episode
        on imaging_version.patient_id = episode.patient_id
        and imaging_version.side = episode.side
        and imaging_version.injury_no = episode.injury_no
    inner join ops.visit_window as visit_window
        on episode.anchor_on = visit_window.anchor_on
        and imaging_version.mri_on between visit_window.window_opens_on and visit_window.window_closes_on
    where imaging_version.row_state in ('new', 'corrected') and imaging_version.superseded_at is null
)

select
    episode.clinic,
    imaging_version.patient_id,
    imaging_version.side,
    imaging_version.injury_no,
    imaging_version.mri_on,
    case
        when episode.anchor_on is null then 'no_anchor'
        else coalesce(placed.visit, 'outside_window')
    end as visit,  -- Visit in whose window the MRI lies, by its date; outside_window, or no_anchor where no day to count from is known.
    coalesce(placed.place = 1, false) as is_counted,  -- Counts for its visit: of several in one window the nearest to the due day, ties to the earlier.
    imaging_version.proximal_continuity.value as proximal_continuity,
    nullif(imaging_version.proximal_continuity.missing, 'erased') as proximal_continuity_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    imaging_version.has_shared_neotendon.value as has_shared_neotendon,
    nullif(imaging_version.has_shared_neotendon.missing, 'erased') as has_shared_neotendon_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    imaging_version.retraction_mm.value as retraction_mm,
    nullif(imaging_version.retraction_mm.missing, 'erased') as retraction_mm_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    imaging_version.fatty_infiltration.value as fatty_infiltration,
    nullif(imaging_version.fatty_infiltration.missing, 'erased') as fatty_infiltration_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    imaging_version.received_at as changed_at  -- When the version that holds today was received (UTC).
from ops.imaging_version as imaging_version
inner join registry.episode as episode
    on imaging_version.patient_id = episode.patient_id
    and imaging_version.side = episode.side
    and imaging_version.injury_no = episode.injury_no
left join placed
    on imaging_version.patient_id = placed.patient_id
    and imaging_version.side = placed.side
    and imaging_version.injury_no = placed.injury_no
    and imaging_version.mri_on = placed.mri_on
where imaging_version.row_state in ('new', 'corrected') and imaging_version.superseded_at is null
