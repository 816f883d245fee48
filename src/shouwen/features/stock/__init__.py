"""The stock: phones by IMEI, which lease has which, and the parcels between us and the renter."""
