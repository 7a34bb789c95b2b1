/* MRIs of the hamstrings as known today.

grain: patient_id, side, injury_no, mri_on
*/
select
    episode.clinic,
    imaging_version.patient_id,
    imaging_version.side,
    imaging_version.injury_no,
    imaging_version.mri_on,
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
where imaging_version.row_state in ('new', 'corrected') and imaging_version.superseded_at is null
