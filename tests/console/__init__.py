"""The console, screen by screen, by Django's test client. Rows are made by the model classes, so this is quick."""
