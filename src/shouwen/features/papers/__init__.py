"""Letters to renters: written once, printed as PDF, sealed."""
