"""The dictionary rendered: templates, DDL, documentation, REDCap, hints. Each module reads plain records only."""
