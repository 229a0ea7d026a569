"""What invented records are made of, whichever upstream they live in: dice, names, places, phones, numbers."""
