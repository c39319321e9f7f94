"""The course on the web: a landing page, the lessons to read, and the lessons to run in a tab."""
