"""A machine of the tests' own: parcels that take a shelf in a depot, to try the engine on every kind of rule."""
