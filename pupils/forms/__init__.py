"""Forms about a child: the details, and what is recorded beside them."""
