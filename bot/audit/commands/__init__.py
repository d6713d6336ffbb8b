"""The commands `briefs audit …`, a module a group; each registers its own."""
