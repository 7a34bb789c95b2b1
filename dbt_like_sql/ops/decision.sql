/* Every decision of the coordinator: undo, share, link, confirm, withdraw.

grain: decision
checks:
  - kind in ('undo', 'share', 'link', 'confirm', 'withdraw')
*/
select
    decision.decision,  -- Number of the decision, from 1.
    decision.kind,  -- undo, share, link, confirm or withdraw.
    decision.decided_at,  -- When it was decided (UTC).
    decision.actor,  -- Who decided.
    decision.submission,  -- Submission that was undone.
    decision.patient_id,
    decision.side,
    decision.injury_no,
    decision.clinic,  -- share: the clinic that may see and send.
    decision.other_patient_id,  -- link: the id that is the same patient as patient_id.
    decision.scope,  -- withdraw: no_contact, no_further_use or erase.
    decision.form,  -- confirm: the form asked about.
    decision."column",  -- confirm: the column asked about.
    decision.rule,  -- confirm: the rule that asked.
    decision.found,  -- confirm: the value that is so.
    decision.reason  -- Why, in the words of the one who decided.
from facts.decision as decision
