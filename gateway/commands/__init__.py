"""What each command of the command line does; each module is loaded only when it is run."""
