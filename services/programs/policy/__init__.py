"""The policy of the match: in which order needs are met, and whose word a payment needs."""
