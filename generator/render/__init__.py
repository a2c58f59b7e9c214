"""From the plan to the texts of all files."""
