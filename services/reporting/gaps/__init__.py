"""What the next rupiah, kilogram or seat would cover, as programs told it."""
