-- What is on sale, by category. MySQL and MariaDB have no partial indexes.
CREATE INDEX book_on_sale ON book (category_id, published_on DESC) WHERE discontinued_at IS NULL;
