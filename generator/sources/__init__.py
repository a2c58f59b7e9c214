"""How data is read, in `ninefold new` and in projects alike: projects get the text of the modules that they need."""
