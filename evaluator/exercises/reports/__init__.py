"""Grades → texts: each module renders them for one reader."""
