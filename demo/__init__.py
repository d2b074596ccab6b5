"""The demonstration: a synthetic registry, and people who use the services over real HTTP."""
