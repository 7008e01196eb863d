"""Pages of a referral: the school writes it, the council decides it, both follow it."""
