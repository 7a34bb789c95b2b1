/* Every open question, with the row it is about and the clinic to ask. It closes by itself when the facts change.

A value the clinic confirmed ("yes, that is so") is not asked about again until it changes.

grain: rule, submission, section, line, column, found
checks:
  - severity in ('error', 'warning')
*/
with current_row as (
    select
        row_version.form,
        row_version.row_key,
        row_version.submission,
        row_version.section,
        row_version.line
    from ops.row_version as row_version
    where row_version.row_state in ('new', 'corrected') and row_version.superseded_at is null
),

question as (
    select
        course_question.rule,
        course_question.severity,
        course_question.form,
        course_question.row_key,
        current_row.submission,
        current_row.section,
        current_row.line,
        course_question."column",
        coalesce(course_question.found, '') as found,
        coalesce(course_question.expected, '') as expected
    from ops.course_question as course_question
    inner join current_row
        on course_question.form = current_row.form
        and course_question.row_key = current_row.row_key
    union all
    select
        date_question.rule,
        date_question.severity,
        date_question.form,
        date_question.row_key,
        current_row.submission,
        current_row.section,
        current_row.line,
        date_question."column",
        coalesce(date_question.found, '') as found,
        coalesce(date_question.expected, '') as expected
    from ops.date_question as date_question
    inner join current_row
        on date_question.form = current_row.form
        and date_question.row_key = current_row.row_key
    union all
    select
        row_question.rule,
        row_question.severity,
        row_question.form,
        row_question.row_key,
        row_question.submission,
        row_question.section,
        row_question.line,
        row_question."column",
        coalesce(row_question.found, '') as found,
        coalesce(row_question.expected, '') as expected
    from ops.row_question as row_question
),

confirmed as (
    select distinct
        coalesce(identity.patient_id, decision.patient_id) as patient_id,
        decision.side,
        decision.injury_no,
        decision.form,
        decision."column",
        decision.rule,
        decision.found
    from facts.decision as decision
    left join ops.identity as identity on decision.patient_id = identity.sent_patient_id
    where decision.kind = 'confirm'
)

select
    question.rule,  -- Rule that asks; its words stand in the dictionary.
    question.severity,  -- error or warning.
    question.form,
    question.row_key,
    row_version.patient_id,
    row_version.side,
    row_version.injury_no,
    row_version.clinic,  -- Clinic to ask: the one that sent the row.
    question.submission,
    question.section,
    question.line,
    question."column",  -- Field asked about; empty speaks of the whole row.
    question.found,  -- The value asked about.
    question.expected,  -- What it is held against.
    row_version.received_at as opened_at  -- When the row was received that raises the question (UTC).
from question
inner join ops.row_version as row_version
    on question.submission = row_version.submission
    and question.section = row_version.section
    and question.line = row_version.line
left join confirmed
    on question.rule = confirmed.rule
    and question.form = confirmed.form
    and question."column" = confirmed."column"
    and question.found = confirmed.found
    and row_version.patient_id is not distinct from confirmed.patient_id
    and row_version.side is not distinct from confirmed.side
    and row_version.injury_no is not distinct from confirmed.injury_no
where confirmed.rule is null
