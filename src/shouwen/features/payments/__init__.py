"""Money through the payment provider: agreements, deductions, refunds, the deposit's freezing, capture and release."""
