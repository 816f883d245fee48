"""Shouwen 首问: the customer-service desk for phone rental."""
