"""Trying a draft of the policy out: whom it would help and whom it would cost, before anybody adopts it."""
