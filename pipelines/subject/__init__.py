"""All that is held on one patient, gathered for the patient: as sent, what was made of it, who looked."""
