"""The class and its marks in nbgrader's gradebook: open, roster, record, policy, audit."""
