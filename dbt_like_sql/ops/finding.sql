/* Every finding of every file that was read, a file sent again aside.

grain: submission, section, line, column, rule, found, finding_no
checks:
  - severity in ('error', 'warning', 'note')
*/
select
    finding.submission,
    finding.section,  -- Number of the form or sheet within the submission.
    finding.line,  -- Line of the file, 1-based; 0 speaks of the whole section.
    finding."column",  -- Field, or the header as sent; empty speaks of the whole row.
    finding.cell,  -- Spreadsheet address such as B17; empty where there is none.
    finding.rule,  -- Rule id, explained in the dictionary.
    finding.severity,  -- error rejects the row or sets the cell aside, warning loads and asks, note describes.
    finding.found,  -- The text as sent.
    finding.expected,  -- What was expected instead.
    submission.clinic,  -- Clinic that handed the file in.
    submission.received_at,  -- When the file was received (UTC).
    cast(row_number() over (
        partition by
            finding.submission, finding.section, finding.line, finding."column", finding.rule, finding.found
        order by finding.cell, finding.expected
    ) as integer) as finding_no  -- 1, 2, ... where a row has the same finding more than once.
from facts.finding as finding
inner join facts.submission as submission on finding.submission = submission.submission
left join ops.resend as resend on finding.submission = resend.submission
where resend.submission is null
