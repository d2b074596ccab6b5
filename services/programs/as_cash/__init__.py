"""What stays open in goods for long, moved into rupiah at the reference price."""
