-- A column of every common type, nullable and not, arrays and enums.
CREATE TYPE mood AS ENUM ('happy', 'so-so', 'very sad');
CREATE TYPE "TicketState" AS ENUM ('Open', 'In Progress', 'done');
CREATE TABLE number_sample (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    small smallint NOT NULL DEFAULT 1,
    plain integer DEFAULT -1,
    big bigint NOT NULL DEFAULT 0,
    single real,
    double double precision NOT NULL DEFAULT 0.5,
    exact numeric NOT NULL,
    price numeric(12, 2) NOT NULL DEFAULT 0.00,
    price_or_none numeric(20, 6),
    is_active boolean NOT NULL DEFAULT true,
    is_hidden boolean
);
CREATE TABLE text_sample (
    id serial PRIMARY KEY,
    body text NOT NULL DEFAULT '',
    body_or_none text,
    title varchar(80) NOT NULL,
    subtitle varchar,
    code char(2) NOT NULL DEFAULT 'XX',
    flag char,
    raw bytea NOT NULL,
    raw_or_none bytea,
    network inet,
    block cidr,
    searched tsvector
);
CREATE TABLE time_sample (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    on_day date NOT NULL DEFAULT CURRENT_DATE,
    at_time time NOT NULL,
    at_time_exact time(3),
    created_at timestamp NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    seen_at timestamptz(3),
    noted_at timestamp(0)
);
CREATE TABLE document_sample (
    id smallserial PRIMARY KEY,
    data json NOT NULL,
    extra jsonb NOT NULL DEFAULT '{}',
    extra_or_none jsonb,
    owner uuid NOT NULL,
    tags text[] NOT NULL DEFAULT '{}',
    numbers integer[],
    owners uuid[],
    feeling mood NOT NULL DEFAULT 'happy',
    feeling_before mood,
    feelings mood[],
    state "TicketState" NOT NULL DEFAULT 'Open'
);
COMMENT ON TABLE document_sample IS 'documents, whatever they hold';
COMMENT ON COLUMN document_sample.data IS 'as it came in; "quoted", ''too''';
