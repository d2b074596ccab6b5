"""How it ends: what is given back of an allocation, and pledges that are withdrawn or expire."""
