-- Names that Rust or SQL keeps for itself, or that are not in snake case.
CREATE TABLE "order" (
    "type" text NOT NULL DEFAULT 'match',
    "match" integer NOT NULL,
    "order" integer NOT NULL PRIMARY KEY,
    "ref" text,
    "self" text,
    "where" varchar(20) NOT NULL DEFAULT 'here'
);
CREATE TABLE "CustomerAccount" (
    "Id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "firstName" varchar(30) NOT NULL,
    "LastName" text,
    "HTTPStatus" integer NOT NULL DEFAULT 200,
    "order" integer NOT NULL REFERENCES "order" ("order") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "CustomerAccount_names" ON "CustomerAccount" ("firstName", "LastName");
CREATE TABLE "user" (
    id integer NOT NULL PRIMARY KEY,
    "accountId" integer UNIQUE REFERENCES "CustomerAccount" ("Id"),
    "Parent_ID" integer REFERENCES "user" (id),
    line1 text
);
CREATE TABLE "userRoles" (
    "userId" integer NOT NULL REFERENCES "user" (id),
    "orderId" integer NOT NULL REFERENCES "order" ("order"),
    PRIMARY KEY ("userId", "orderId")
);
