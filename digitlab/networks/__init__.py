"""What reads and learns. Keras lives here, and only in modules that say so in their first line."""
