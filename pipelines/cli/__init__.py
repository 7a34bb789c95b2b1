"""The command `hamreg`: a module for each group of commands, loaded when one of them is called."""
