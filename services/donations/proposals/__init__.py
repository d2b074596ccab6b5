"""Whether a pledge carries what programs proposes."""
