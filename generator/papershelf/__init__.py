"""Papershelf: captured paper listings become a curated reading list, read as a website."""
