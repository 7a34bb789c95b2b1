/* Rows that hold today and whose episode is not in the registry. */
with current_row as (
    select
        row_version.clinic,
        row_version.form,
        row_version.row_key,
        row_version.patient_id,
        row_version.side,
        row_version.injury_no
    from ops.row_version as row_version
    where
        row_version.form <> 'screening'
        and row_version.row_state in ('new', 'corrected')
        and row_version.superseded_at is null
)

select
    current_row.clinic,
    current_row.form,
    current_row.row_key
from current_row
left join registry.episode as episode
    on current_row.patient_id = episode.patient_id
    and current_row.side = episode.side
    and current_row.injury_no = episode.injury_no
where episode.patient_id is null
