"""What units state, one module a unit, so that its authors keep prose and proof together."""
