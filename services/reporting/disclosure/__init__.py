"""Which figures may be shown: those behind which no household can be told."""
