"""The business day: every night, step by step and part by part, what the calendar makes due."""
