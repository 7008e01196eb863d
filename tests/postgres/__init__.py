"""The PostgreSQL backend, with an emptying between tests that respects what migrations filled."""
