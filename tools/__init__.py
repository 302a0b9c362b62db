"""What the Makefile runs besides tests and measures."""
