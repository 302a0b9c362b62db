"""Changed specs by the thousand, and what has to hold of each: `make fuzz`."""
