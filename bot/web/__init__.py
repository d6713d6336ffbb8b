"""The desk: web pages to ask, and to read, check and judge every answer that was given."""
