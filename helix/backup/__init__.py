"""Backup and restore of the three databases and the log, all of one moment (docs/decisions/0034)."""
