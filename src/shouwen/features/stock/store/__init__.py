"""SQL of the stock: phones, parcels, swaps."""
