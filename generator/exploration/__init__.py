"""What both `ninefold new` and the exploration of a project look for: each has the same modules."""
