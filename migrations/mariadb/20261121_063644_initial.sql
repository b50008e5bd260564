-- Initial (mariadb)
-- from e3b0c44298fc1c149afbf4c8996fb924 to a3f463f5b53038e2dcf986dc4a2cfeb3
-- written by gen; after editing it, `gen lock` seals it anew

-- UP

CREATE TABLE `address` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `customer_id` int(11) NOT NULL,
  `street` varchar(255) NOT NULL,
  `postal_code` varchar(16) NOT NULL,
  `city` varchar(255) NOT NULL,
  `country` char(2) NOT NULL DEFAULT 'DE' COMMENT 'ISO 3166-1 alpha-2',
  PRIMARY KEY (`id`),
  INDEX `fk-address-customer_id` (`customer_id`)
);

CREATE TABLE `author` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `family_name` varchar(255) NOT NULL,
  `given_name` varchar(255) NOT NULL,
  `biography` text,
  `born_on` date,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `idx-author-full_name` (`family_name`, `given_name`)
);

CREATE TABLE `book` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `isbn` char(13) NOT NULL,
  `title` varchar(255) NOT NULL,
  `blurb` text,
  `category_id` int(11),
  `binding` smallint(6) NOT NULL DEFAULT 1,
  `weight` int(11),
  `price` decimal(10,2) NOT NULL CHECK (price > 0),
  `stock` int(11) NOT NULL DEFAULT 0,
  `cover` varbinary(255),
  `published_on` date,
  `discontinued_at` timestamp NULL,
  `created_at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `book_isbn_key` (`isbn`),
  INDEX `fk-book-category_id` (`category_id`),
  INDEX `idx-book-title` (`title`)
) COMMENT='Everything that was ever on sale';

CREATE TABLE `book_author` (
  `book_id` int(11) NOT NULL,
  `author_id` int(11) NOT NULL,
  `position` smallint(6) NOT NULL DEFAULT 1,
  PRIMARY KEY (`book_id`, `author_id`),
  INDEX `fk-book_author-author_id` (`author_id`)
);

CREATE TABLE `category` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `parent_id` int(11),
  `slug` varchar(80) NOT NULL,
  `name` varchar(255) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `category_slug_key` (`slug`),
  INDEX `fk-category-parent_id` (`parent_id`)
);

CREATE TABLE `customer` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `email` varchar(255) NOT NULL,
  `name` varchar(255) NOT NULL,
  `note` text,
  `preferences` json,
  `active` tinyint(1) NOT NULL DEFAULT 1,
  `default_address_id` int(11),
  `created_at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (`id`),
  INDEX `fk-customer-default_address_id` (`default_address_id`)
) COMMENT='People who have an account';

CREATE TABLE `order` (
  `id` binary(16) NOT NULL,
  `customer_id` int(11) NOT NULL,
  `shipping_address_id` int(11),
  `placed_at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  `shipped_at` timestamp NULL,
  PRIMARY KEY (`id`),
  INDEX `fk-order-customer_id` (`customer_id`),
  INDEX `fk-order-shipping_address_id` (`shipping_address_id`)
);

CREATE TABLE `order_line` (
  `order_id` binary(16) NOT NULL,
  `line` smallint(6) NOT NULL,
  `book_id` int(11) NOT NULL,
  `quantity` int(11) NOT NULL DEFAULT 1 CHECK (quantity > 0),
  `unit_price` decimal(10,2) NOT NULL,
  PRIMARY KEY (`order_id`, `line`),
  INDEX `fk-order_line-book_id` (`book_id`)
);

CREATE TABLE `payment` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `order_id` binary(16) NOT NULL,
  `method` varchar(16) NOT NULL,
  `status` enum('pending','paid','refunded') NOT NULL DEFAULT 'pending',
  `amount` decimal(10,2) NOT NULL,
  `receipt` json,
  `created_at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (`id`),
  INDEX `fk-payment-order_id` (`order_id`)
);

CREATE TABLE `review` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `book_id` int(11) NOT NULL,
  `customer_id` int(11) NOT NULL,
  `stars` smallint(6) NOT NULL CHECK (stars BETWEEN 1 AND 5),
  `body` text,
  `created_at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (`id`),
  INDEX `fk-review-customer_id` (`customer_id`),
  UNIQUE INDEX `idx-review-book_customer` (`book_id`, `customer_id`)
);

ALTER TABLE `address` ADD CONSTRAINT `fk-address-customer_id` FOREIGN KEY (`customer_id`) REFERENCES `customer` (`id`) ON DELETE CASCADE;

ALTER TABLE `book` ADD CONSTRAINT `fk-book-category_id` FOREIGN KEY (`category_id`) REFERENCES `category` (`id`) ON DELETE SET NULL;

ALTER TABLE `book_author`
  ADD CONSTRAINT `fk-book_author-author_id` FOREIGN KEY (`author_id`) REFERENCES `author` (`id`) ON DELETE CASCADE,
  ADD CONSTRAINT `fk-book_author-book_id` FOREIGN KEY (`book_id`) REFERENCES `book` (`id`) ON DELETE CASCADE;

ALTER TABLE `category` ADD CONSTRAINT `fk-category-parent_id` FOREIGN KEY (`parent_id`) REFERENCES `category` (`id`);

ALTER TABLE `customer` ADD CONSTRAINT `fk-customer-default_address_id` FOREIGN KEY (`default_address_id`) REFERENCES `address` (`id`) ON DELETE SET NULL;

ALTER TABLE `order`
  ADD CONSTRAINT `fk-order-customer_id` FOREIGN KEY (`customer_id`) REFERENCES `customer` (`id`),
  ADD CONSTRAINT `fk-order-shipping_address_id` FOREIGN KEY (`shipping_address_id`) REFERENCES `address` (`id`) ON DELETE SET NULL;

ALTER TABLE `order_line`
  ADD CONSTRAINT `fk-order_line-book_id` FOREIGN KEY (`book_id`) REFERENCES `book` (`id`),
  ADD CONSTRAINT `fk-order_line-order_id` FOREIGN KEY (`order_id`) REFERENCES `order` (`id`) ON DELETE CASCADE;

ALTER TABLE `payment` ADD CONSTRAINT `fk-payment-order_id` FOREIGN KEY (`order_id`) REFERENCES `order` (`id`) ON DELETE CASCADE;

ALTER TABLE `review`
  ADD CONSTRAINT `fk-review-book_id` FOREIGN KEY (`book_id`) REFERENCES `book` (`id`) ON DELETE CASCADE,
  ADD CONSTRAINT `fk-review-customer_id` FOREIGN KEY (`customer_id`) REFERENCES `customer` (`id`) ON DELETE CASCADE;

CREATE VIEW `book_rating` AS
SELECT book.id AS book_id, COUNT(review.id) AS reviews, AVG(review.stars) AS stars
FROM book
LEFT JOIN review ON review.book_id = book.id
GROUP BY book.id;

-- DOWN

DROP VIEW `book_rating`;

ALTER TABLE `review`
  DROP FOREIGN KEY `fk-review-customer_id`,
  DROP FOREIGN KEY `fk-review-book_id`;

ALTER TABLE `payment` DROP FOREIGN KEY `fk-payment-order_id`;

ALTER TABLE `order_line`
  DROP FOREIGN KEY `fk-order_line-order_id`,
  DROP FOREIGN KEY `fk-order_line-book_id`;

ALTER TABLE `order`
  DROP FOREIGN KEY `fk-order-shipping_address_id`,
  DROP FOREIGN KEY `fk-order-customer_id`;

ALTER TABLE `customer` DROP FOREIGN KEY `fk-customer-default_address_id`;

ALTER TABLE `category` DROP FOREIGN KEY `fk-category-parent_id`;

ALTER TABLE `book_author`
  DROP FOREIGN KEY `fk-book_author-book_id`,
  DROP FOREIGN KEY `fk-book_author-author_id`;

ALTER TABLE `book` DROP FOREIGN KEY `fk-book-category_id`;

ALTER TABLE `address` DROP FOREIGN KEY `fk-address-customer_id`;

DROP TABLE `review`;

DROP TABLE `payment`;

DROP TABLE `order_line`;

DROP TABLE `order`;

DROP TABLE `customer`;

DROP TABLE `category`;

DROP TABLE `book_author`;

DROP TABLE `book`;

DROP TABLE `author`;

DROP TABLE `address`;
