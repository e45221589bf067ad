// Comes with the tool's tests.
