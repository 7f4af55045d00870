"""FINDS: a message in, findings out; decides nothing."""
