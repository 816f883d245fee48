"""What goes wrong on the way becomes a case the renter can answer: late, stuck, lost, refused, not received."""
