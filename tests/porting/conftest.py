"""The labelled cases are material for the tests: nothing of them is collected or imported."""

collect_ignore = ["cases", "fixes"]
