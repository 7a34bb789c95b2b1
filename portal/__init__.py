"""The registry's pages in a browser: sign-in, uploads, what is due, one patient, the clinic, the coordinator's desk."""
