"""What after_request hooks cost, measured: `python -m benchmarks --help`.

The method, and where it lives:

- `scenarios` names what is measured, `<host>/<payload>/<style>/<hooks>`, and picks by glob;
- `work` says what a hook does with a body, `hooks` and `apps` make the app of a scenario;
- `exchange` puts whole requests through its WSGI or ASGI callable, `checks` refuses an answer that
  is not the one which was to be timed;
- `sampling` times them in interleaved rounds, `worker` does so in a process of its own, and
  `processes` runs several, one after the other, because the memory layout of a single process
  shifts its figures by several per cent;
- `results` keeps every sample in a pyperf suite, `estimates`, `analysis` (over the number of hooks)
  and `growth` (over the size of the body) make costs with intervals out of a suite, and `report`
  says them. What is printed after a run is computed from the same suite that is saved;
- `files` tells which kind of result a file is, `changes` and `compare` hold two of a kind against
  each other, and `pictures` draws them.
"""
