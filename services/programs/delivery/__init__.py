"""The handing over at the door."""
