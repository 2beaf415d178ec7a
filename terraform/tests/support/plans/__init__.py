"""Real plans of the examples, judged by the commands ``anyfn check`` and ``anyfn idle``."""
