"""What a digit is: the data set, a drawing's way to 28 x 28, and small changes. Pillow lives here."""
