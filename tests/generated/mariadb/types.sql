-- A column of every common type, nullable and not, and enums.
CREATE TABLE number_sample (
    id bigint unsigned AUTO_INCREMENT PRIMARY KEY,
    tiny tinyint NOT NULL DEFAULT 1,
    tiny_unsigned tinyint unsigned,
    small smallint NOT NULL DEFAULT 2,
    small_unsigned smallint unsigned,
    medium mediumint,
    plain int DEFAULT -1,
    plain_unsigned int unsigned NOT NULL DEFAULT 0,
    big bigint NOT NULL DEFAULT 0,
    single float,
    twice double NOT NULL DEFAULT 0.5,
    price decimal(12, 2) NOT NULL DEFAULT 0.00,
    price_or_none decimal(20, 6),
    exact decimal(10, 0) NOT NULL,
    is_active tinyint(1) NOT NULL DEFAULT 1,
    is_hidden boolean,
    zero_filled int(6) unsigned zerofill
);
CREATE TABLE text_sample (
    id int AUTO_INCREMENT PRIMARY KEY,
    body text NOT NULL,
    short_body tinytext,
    medium_body mediumtext,
    long_body longtext,
    title varchar(80) NOT NULL DEFAULT '' COMMENT 'as printed; "quoted", ''too''',
    subtitle varchar(255),
    code char(2) NOT NULL DEFAULT 'XX',
    raw blob NOT NULL,
    long_raw longblob,
    hash binary(32) NOT NULL,
    token varbinary(64),
    size enum('small', 'medium', 'extra large') NOT NULL DEFAULT 'small',
    size_before enum('small', 'medium'),
    data json NOT NULL,
    data_or_none json
) COMMENT 'texts, whatever they hold';
CREATE TABLE time_sample (
    id binary(16) PRIMARY KEY,
    owner uuid,
    on_day date NOT NULL DEFAULT curdate(),
    at_time time NOT NULL,
    at_time_exact time(3),
    address inet6,
    created_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
    seen_at datetime(6),
    updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    noted_at timestamp(3) NULL
);
