"""The courier port: what a courier says of a parcel, pushed to us or asked for, signed either way."""
