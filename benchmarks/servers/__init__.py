"""What the benchmarks of the service share: servers, load, and the rows they are asked about."""
