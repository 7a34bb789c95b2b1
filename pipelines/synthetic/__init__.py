"""A synthetic registry: seeded clinics, patients and mistakes, calibrated on the study's summary figures."""
