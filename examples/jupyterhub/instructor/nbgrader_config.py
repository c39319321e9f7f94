"""nbgrader's settings in an instructor's server: those of the course."""

load_subconfig("../../../course/nbgrader_config.py")  # noqa: F821 - given by the loader
