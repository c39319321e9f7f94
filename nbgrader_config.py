"""Leads nbgrader and JupyterLab, started here, to the settings of the course in course/."""

load_subconfig("course/nbgrader_config.py")  # noqa: F821 - given by the loader
