"""Who may sign in to the registry's pages: names, roles and secrets. What a role may see, the portal decides."""
