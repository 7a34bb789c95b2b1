"""Patients, arms and clinics beside a published study."""
