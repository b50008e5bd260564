-- Initial (sqlite)
-- from e3b0c44298fc1c149afbf4c8996fb924 to 34546afb060ba89b6ca10624aa3b0baf
-- written by gen; after editing it, `gen lock` seals it anew

-- UP

CREATE TABLE "address" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "customer_id" integer NOT NULL,
  "street" varchar NOT NULL,
  "postal_code" varchar(16) NOT NULL,
  "city" varchar NOT NULL,
  "country" char(2) NOT NULL DEFAULT 'DE',
  CONSTRAINT "fk-address-customer_id" FOREIGN KEY ("customer_id") REFERENCES "customer" ("id") ON DELETE CASCADE
);

CREATE TABLE "author" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "family_name" varchar NOT NULL,
  "given_name" varchar NOT NULL,
  "biography" text,
  "born_on" date_text
);

CREATE UNIQUE INDEX "idx-author-full_name" ON "author" ("family_name", "given_name");

CREATE TABLE "book" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "isbn" char(13) NOT NULL,
  "title" varchar NOT NULL,
  "blurb" text,
  "category_id" integer,
  "binding" smallint NOT NULL DEFAULT 1,
  "weight" integer,
  "price" real(10, 2) NOT NULL,
  "stock" integer NOT NULL DEFAULT 0,
  "cover" varbinary_blob,
  "published_on" date_text,
  "discontinued_at" timestamp_with_timezone_text,
  "created_at" timestamp_with_timezone_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "book_isbn_key" UNIQUE ("isbn"),
  CONSTRAINT "book_price_check" CHECK (price > 0),
  CONSTRAINT "fk-book-category_id" FOREIGN KEY ("category_id") REFERENCES "category" ("id") ON DELETE SET NULL
);

CREATE INDEX "book_on_sale" ON "book" ("category_id", "published_on" DESC)
WHERE discontinued_at IS NULL;

CREATE INDEX "idx-book-title" ON "book" ("title");

CREATE TABLE "book_author" (
  "book_id" integer NOT NULL,
  "author_id" integer NOT NULL,
  "position" smallint NOT NULL DEFAULT 1,
  PRIMARY KEY ("book_id", "author_id"),
  CONSTRAINT "fk-book_author-author_id" FOREIGN KEY ("author_id") REFERENCES "author" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk-book_author-book_id" FOREIGN KEY ("book_id") REFERENCES "book" ("id") ON DELETE CASCADE
);

CREATE TABLE "category" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "parent_id" integer,
  "slug" varchar(80) NOT NULL,
  "name" varchar NOT NULL,
  CONSTRAINT "category_slug_key" UNIQUE ("slug"),
  CONSTRAINT "fk-category-parent_id" FOREIGN KEY ("parent_id") REFERENCES "category" ("id")
);

CREATE TABLE "customer" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "email" varchar NOT NULL,
  "name" varchar NOT NULL,
  "note" text,
  "preferences" json_text,
  "active" boolean NOT NULL DEFAULT TRUE,
  "default_address_id" integer,
  "created_at" timestamp_with_timezone_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "fk-customer-default_address_id" FOREIGN KEY ("default_address_id") REFERENCES "address" ("id") ON DELETE SET NULL
);

CREATE TABLE "order" (
  "id" uuid_text NOT NULL PRIMARY KEY,
  "customer_id" integer NOT NULL,
  "shipping_address_id" integer,
  "placed_at" timestamp_with_timezone_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "shipped_at" timestamp_with_timezone_text,
  CONSTRAINT "fk-order-customer_id" FOREIGN KEY ("customer_id") REFERENCES "customer" ("id"),
  CONSTRAINT "fk-order-shipping_address_id" FOREIGN KEY ("shipping_address_id") REFERENCES "address" ("id") ON DELETE SET NULL
);

CREATE TABLE "order_line" (
  "order_id" uuid_text NOT NULL,
  "line" smallint NOT NULL,
  "book_id" integer NOT NULL,
  "quantity" integer NOT NULL DEFAULT 1,
  "unit_price" real(10, 2) NOT NULL,
  PRIMARY KEY ("order_id", "line"),
  CONSTRAINT "order_line_quantity_check" CHECK (quantity > 0),
  CONSTRAINT "fk-order_line-book_id" FOREIGN KEY ("book_id") REFERENCES "book" ("id") ON DELETE RESTRICT,
  CONSTRAINT "fk-order_line-order_id" FOREIGN KEY ("order_id") REFERENCES "order" ("id") ON DELETE CASCADE
);

CREATE TABLE "payment" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "order_id" uuid_text NOT NULL,
  "method" varchar(16) NOT NULL,
  "status" enum_text NOT NULL DEFAULT 'pending',
  "amount" real(10, 2) NOT NULL,
  "receipt" jsonb_text,
  "created_at" timestamp_with_timezone_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "fk-payment-order_id" FOREIGN KEY ("order_id") REFERENCES "order" ("id") ON DELETE CASCADE
);

CREATE TABLE "review" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "book_id" integer NOT NULL,
  "customer_id" integer NOT NULL,
  "stars" smallint NOT NULL,
  "body" text,
  "created_at" timestamp_with_timezone_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "review_stars_check" CHECK (stars BETWEEN 1 AND 5),
  CONSTRAINT "fk-review-book_id" FOREIGN KEY ("book_id") REFERENCES "book" ("id") ON DELETE CASCADE,
  CONSTRAINT "fk-review-customer_id" FOREIGN KEY ("customer_id") REFERENCES "customer" ("id") ON DELETE CASCADE
);

CREATE UNIQUE INDEX "idx-review-book_customer" ON "review" ("book_id", "customer_id");

CREATE VIEW "book_rating" AS
SELECT book.id AS book_id, COUNT(review.id) AS reviews, AVG(review.stars) AS stars
FROM book
LEFT JOIN review ON review.book_id = book.id
GROUP BY book.id;

-- DOWN

DROP VIEW "book_rating";

DROP TABLE "review";

DROP TABLE "payment";

DROP TABLE "order_line";

DROP TABLE "order";

DROP TABLE "customer";

DROP TABLE "category";

DROP TABLE "book_author";

DROP TABLE "book";

DROP TABLE "author";

DROP TABLE "address";
