-- A column of every spelling that people and generators use, nullable and not.
CREATE TABLE number_sample (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    tiny tinyint NOT NULL DEFAULT 1,
    small smallint NOT NULL DEFAULT 2,
    plain int DEFAULT -1,
    big bigint NOT NULL DEFAULT '0',
    whole integer NOT NULL,
    single float,
    twice double NOT NULL DEFAULT 0.5,
    exact real,
    price decimal(12, 2) NOT NULL DEFAULT 0.00,
    price_or_none numeric(20, 6),
    any_number numeric,
    is_active boolean NOT NULL DEFAULT 1,
    is_hidden bool
);
CREATE TABLE text_sample (
    id integer PRIMARY KEY,
    body text NOT NULL DEFAULT '',
    body_or_none text,
    title varchar(80) NOT NULL,
    subtitle varchar,
    code char(2) NOT NULL DEFAULT 'XX',
    raw blob NOT NULL,
    hash binary(32),
    token varbinary(64),
    data json NOT NULL,
    extra jsonb_text,
    data_text json_text,
    owner uuid,
    owner_text uuid_text
);
CREATE TABLE time_sample (
    id uuid_text NOT NULL PRIMARY KEY,
    on_day date NOT NULL,
    on_day_text date_text,
    at_time time NOT NULL,
    at_time_text time_text,
    created_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
    seen_at datetime_text,
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    noted_at timestamp_text,
    zoned_at timestamp_with_timezone_text
);
