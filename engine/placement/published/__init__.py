"""Published models as data, and published speeds that predictions are compared with."""
