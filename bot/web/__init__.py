"""The editors' desk: web pages to read, check and judge every answer that was given."""
