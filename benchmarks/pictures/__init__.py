"""Results as pictures: a page of its own (`report`), and the figures of README (`figures`).

- `model` says what a figure is: numbers with intervals, and words; nothing about drawing;
- `runs`, `peers` and `servers` make figures of the three kinds of result;
- `axes` and `drawing` lay a figure out as SVG, and `tables` as rows of text, from the same numbers;
- `page` makes the HTML page, and `readme` what README shows.
"""
