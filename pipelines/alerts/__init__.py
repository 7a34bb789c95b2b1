"""What needs whom, told by mail and as a file. Counts, ages and next steps; never a patient's value or number."""
