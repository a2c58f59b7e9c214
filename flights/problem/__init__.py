"""Problem definition: the stage `define`, and the SQL of the target and of the split."""
