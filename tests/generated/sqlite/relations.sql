-- Keys of every form, and relations that a generator has to tell apart.
CREATE TABLE country (code char(2) NOT NULL PRIMARY KEY, name varchar(60) NOT NULL UNIQUE);
CREATE TABLE person (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    manager_id integer REFERENCES person (id) ON DELETE SET NULL,
    born_in char(2) REFERENCES country (code) ON UPDATE CASCADE,
    lives_in char(2) NOT NULL REFERENCES country (code) ON DELETE RESTRICT,
    email varchar(254) NOT NULL
);
CREATE UNIQUE INDEX person_email ON person (email);
CREATE INDEX person_places ON person (born_in, lives_in DESC);
CREATE INDEX person_email_lower ON person (lower(email));
CREATE TABLE profile (
    person_id integer NOT NULL PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    biography text
);
CREATE TABLE team (
    id uuid_text NOT NULL PRIMARY KEY,
    label text NOT NULL,
    lead_id integer UNIQUE REFERENCES person (id)
);
CREATE TABLE team_member (
    team_id uuid_text NOT NULL REFERENCES team (id) ON DELETE CASCADE,
    person_id integer NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    since date_text NOT NULL,
    PRIMARY KEY (team_id, person_id)
);
CREATE TABLE shift (
    team_id uuid_text NOT NULL,
    person_id integer NOT NULL,
    day date_text NOT NULL,
    hours smallint NOT NULL CHECK (hours > 0),
    PRIMARY KEY (team_id, person_id, day),
    FOREIGN KEY (team_id, person_id) REFERENCES team_member (team_id, person_id) ON DELETE CASCADE
);
CREATE TABLE message (
    id integer PRIMARY KEY,
    sender_id integer NOT NULL REFERENCES person (id),
    receiver_id integer NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    reply_to integer REFERENCES message (id),
    sent_at timestamp_with_timezone_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (sender_id, receiver_id, sent_at)
);
CREATE TABLE setting (key varchar(40) NOT NULL PRIMARY KEY, value json_text);
