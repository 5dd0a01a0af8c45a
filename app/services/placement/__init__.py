"""Plans, machines and measurements: where a model's weights would lie and how fast that is."""
