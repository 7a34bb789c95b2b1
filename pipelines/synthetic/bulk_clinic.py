"""The clinic that a bulk file is of: here alone, so that who only loads such a file need not import what writes it."""

from pipelines.settings import Clinic

CLINIC = Clinic("BULK", "Synthetic clinic of a bulk file (invented)", "data@bulk.example", "en", "ymd", "point", ",")
