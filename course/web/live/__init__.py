"""Lesson pages that live: labs that move, and what makes them do so in the browser."""
