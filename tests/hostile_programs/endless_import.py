"""It never comes to an end of being imported."""

while True:
    pass
