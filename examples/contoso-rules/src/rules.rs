mod customer_is_named;
