"""What bench_compare.py measures against, and how it shows what it measured."""
