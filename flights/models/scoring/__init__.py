"""How each kind of candidate is kept on disk, and how it scores."""
