"""What hooks cost under load, on the twins' real servers: `python -m benchmarks load --help`.

- `scenarios` names what is measured, `plan` says how much of it;
- `apps` makes a twin with the hooks of a scenario instead of its own, `server` serves it as the
  twin is served, and `upstream` is what a view of the other scenario waits for;
- `children` starts such processes and ends them, and reads what they use;
- `wrk` drives a server for a slice of time, and refuses what went wrong meanwhile;
- `verify` looks at an answer before each slice and after it;
- `rounds` alternates slices of all servers;
- `results` keeps every slice in a pyperf suite, `analysis` makes ratios with intervals out of it,
  and `report` says them.

`docs/benchmarks.md` tells the method and the reasons for it.
"""
