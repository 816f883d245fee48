"""Arrears: ages, reminders, freezes, relief, notices before a credit report, default."""
