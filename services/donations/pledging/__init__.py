"""The form in which a person pledges, in four steps."""
