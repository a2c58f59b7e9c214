"""From `conf/` to one mapping with the origin of every key."""
