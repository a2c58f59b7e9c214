"""What is wrong with a config, all of it at once: by the schema, by meaning, by the graph of stages."""
