"""The facts the services exchange: their shapes, their envelope, their catalogue."""
