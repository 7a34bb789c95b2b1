"""The append-only facts: submissions, rows, findings, decisions. One submission is one transaction, never changed."""

from warehouse.records import Decision, FormTable, SectionRecord, SectionStates, SubmissionRecord

__all__ = ["Decision", "FormTable", "SectionRecord", "SectionStates", "SubmissionRecord"]
