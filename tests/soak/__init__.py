"""Many people mark the same registers over the web while processes die: is a mark ever lost?"""
