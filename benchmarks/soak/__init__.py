"""Both twins under clients that leave at random: `python -m benchmarks load --soak MINUTES`.

- `plan` says for how long and what is asked of it;
- `clients` ask, and leave in the middle of what they do;
- `ledger` keeps what they were told, and `rows` holds the database against it;
- `run` starts the twins, drives them and stops them;
- `results` keeps what was seen in a pyperf suite, and `report` says it, and which bounds it broke.
"""
