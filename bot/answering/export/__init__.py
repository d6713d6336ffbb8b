"""Answers and briefs to take away: documents with notes, references in the usual formats."""
