"""The engine of the match: the best that pledges can do for needs in their order. Pure; whole numbers only."""
