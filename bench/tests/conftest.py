"""The fixtures of the project, for the benchmarks' own tests."""

pytest_plugins = ["tests.conftest"]
