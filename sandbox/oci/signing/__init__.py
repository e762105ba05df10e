"""Who calls: keys, the configuration file that names them, and the signatures made with them."""
