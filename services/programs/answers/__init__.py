"""What donations tells of pledges and answers about allocations, and what that changes here."""
