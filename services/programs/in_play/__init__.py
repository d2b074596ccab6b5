"""The needs and pledges that the match may change something of, as it sees them."""
