-- Keys of every form, and relations that a generator has to tell apart.
CREATE TABLE country (code char(2) PRIMARY KEY, name varchar(60) NOT NULL UNIQUE);
CREATE TABLE person (
    id int AUTO_INCREMENT PRIMARY KEY,
    manager_id int,
    born_in char(2),
    lives_in char(2) NOT NULL,
    email varchar(200) NOT NULL,
    UNIQUE KEY person_email (email),
    KEY person_places (born_in, lives_in DESC),
    FOREIGN KEY (manager_id) REFERENCES person (id) ON DELETE SET NULL,
    CONSTRAINT person_born_in FOREIGN KEY (born_in) REFERENCES country (code) ON UPDATE CASCADE,
    CONSTRAINT person_lives_in FOREIGN KEY (lives_in) REFERENCES country (code) ON DELETE RESTRICT
);
CREATE TABLE profile (
    person_id int PRIMARY KEY,
    biography text,
    FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE
);
CREATE TABLE team (
    id binary(16) PRIMARY KEY,
    label varchar(120) NOT NULL,
    lead_id int UNIQUE,
    FOREIGN KEY (lead_id) REFERENCES person (id)
);
CREATE TABLE team_member (
    team_id binary(16) NOT NULL,
    person_id int NOT NULL,
    since date NOT NULL,
    PRIMARY KEY (team_id, person_id),
    FOREIGN KEY (team_id) REFERENCES team (id) ON DELETE CASCADE,
    FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE
);
CREATE TABLE shift (
    team_id binary(16) NOT NULL,
    person_id int NOT NULL,
    day date NOT NULL,
    hours smallint NOT NULL,
    PRIMARY KEY (team_id, person_id, day),
    FOREIGN KEY (team_id, person_id) REFERENCES team_member (team_id, person_id) ON DELETE CASCADE,
    CHECK (hours > 0)
);
CREATE TABLE message (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    sender_id int NOT NULL,
    receiver_id int NOT NULL,
    reply_to bigint,
    sent_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    body text,
    UNIQUE KEY message_once (sender_id, receiver_id, sent_at),
    KEY message_body (body(20)),
    FOREIGN KEY (sender_id) REFERENCES person (id),
    FOREIGN KEY (receiver_id) REFERENCES person (id) ON DELETE CASCADE,
    FOREIGN KEY (reply_to) REFERENCES message (id)
);
CREATE TABLE setting (`key` varchar(40) PRIMARY KEY, value json);
