"""Draws the example briefs: one module for the sources, one for each format."""
