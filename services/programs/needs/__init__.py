"""What a household lacks, and how much of it is covered."""
