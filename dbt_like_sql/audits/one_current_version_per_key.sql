/* Keys of a form with more than one version that holds today, or with versions of which none does. */
select
    row_version.form,
    row_version.row_key,
    min(row_version.clinic) as clinic,
    count_if(row_version.row_state in ('new', 'corrected') and row_version.superseded_at is null) as n_current
from ops.row_version as row_version
where row_version.row_state <> 'held'
group by row_version.form, row_version.row_key
having count_if(row_version.row_state in ('new', 'corrected') and row_version.superseded_at is null) <> 1
