"""The report: the stage `report`, and how its pages look."""
