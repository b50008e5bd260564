-- Keys of every form, and relations that a generator has to tell apart.
CREATE TABLE country (code char(2) PRIMARY KEY, name varchar(60) NOT NULL UNIQUE);
CREATE TABLE person (
    id serial PRIMARY KEY,
    manager_id integer REFERENCES person (id) ON DELETE SET NULL,
    born_in char(2) REFERENCES country (code) ON UPDATE CASCADE,
    lives_in char(2) NOT NULL REFERENCES country (code) ON DELETE RESTRICT,
    email varchar(254) NOT NULL
);
CREATE UNIQUE INDEX person_email ON person (email);
CREATE INDEX person_places ON person (born_in, lives_in DESC);
CREATE INDEX person_email_lower ON person (lower(email));
CREATE TABLE profile (
    person_id integer PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    biography text
);
CREATE TABLE team (id uuid PRIMARY KEY, label text NOT NULL, lead_id integer UNIQUE REFERENCES person (id));
CREATE TABLE team_member (
    team_id uuid NOT NULL REFERENCES team (id) ON DELETE CASCADE,
    person_id integer NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    since date NOT NULL DEFAULT CURRENT_DATE,
    PRIMARY KEY (team_id, person_id)
);
CREATE TABLE shift (
    team_id uuid NOT NULL,
    person_id integer NOT NULL,
    day date NOT NULL,
    hours smallint NOT NULL CHECK (hours > 0),
    PRIMARY KEY (team_id, person_id, day),
    FOREIGN KEY (team_id, person_id) REFERENCES team_member (team_id, person_id) ON DELETE CASCADE
);
CREATE TABLE message (
    id bigserial PRIMARY KEY,
    sender_id integer NOT NULL REFERENCES person (id),
    receiver_id integer NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    reply_to bigint REFERENCES message (id) DEFERRABLE INITIALLY DEFERRED,
    sent_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (sender_id, receiver_id, sent_at)
);
CREATE TABLE setting (key varchar(40) PRIMARY KEY, value jsonb);
CREATE SEQUENCE ticket_number;
CREATE TABLE ticket (
    number integer PRIMARY KEY DEFAULT nextval('ticket_number'),
    asked_by integer NOT NULL REFERENCES person (id)
);
