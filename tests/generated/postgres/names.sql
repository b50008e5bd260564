-- Names that Rust or SQL keeps for itself, or that are not in snake case.
CREATE TYPE "type" AS ENUM ('match', '1st', 'UPPER CASE');
CREATE TABLE "order" (
    "type" "type" NOT NULL DEFAULT 'match',
    "match" integer NOT NULL,
    "order" integer PRIMARY KEY,
    "ref" text,
    "self" text,
    "where" varchar(20) NOT NULL DEFAULT 'here'
);
CREATE TABLE "CustomerAccount" (
    "Id" serial PRIMARY KEY,
    "firstName" varchar(30) NOT NULL,
    "LastName" text,
    "HTTPStatus" integer NOT NULL DEFAULT 200,
    "order" integer NOT NULL REFERENCES "order" ("order") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "CustomerAccount_names" ON "CustomerAccount" ("firstName", "LastName");
CREATE TABLE "user" (
    id serial PRIMARY KEY,
    "accountId" integer UNIQUE REFERENCES "CustomerAccount" ("Id"),
    "Parent_ID" integer REFERENCES "user" (id),
    line1 text
);
CREATE TABLE "userRoles" (
    "userId" integer NOT NULL REFERENCES "user" (id),
    "orderId" integer NOT NULL REFERENCES "order" ("order"),
    CONSTRAINT "PK_userRoles" PRIMARY KEY ("userId", "orderId")
);
