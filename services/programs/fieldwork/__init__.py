"""Visits on the phone of the TKSK, one question a screen."""
