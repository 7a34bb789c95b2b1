-- The facts file. Its tables live in the default schema, so that `facts.submission` is right whenever the file is
-- attached as `facts`. One table a form is added from the dictionary; see `warehouse/ledger.py`.
create table submission (
    submission varchar primary key,        -- <received_at>~<digest12>.<ext>, the name it had in the inbox
    clinic varchar not null,
    received_at timestamp not null,        -- UTC, from the submission id
    loaded_at timestamp not null,          -- UTC, the clock of the run that loaded it
    file varchar not null,                 -- the name the clinic gave it, replaced where it tells too much
    digest varchar not null,               -- SHA-256 of the bytes as received
    n_bytes bigint not null,
    refused varchar,                       -- rule id; null where the file was read
    refusal json,                          -- found, expected, columns, lines: never a patient's value
    resend_of varchar,                     -- the submission of the same clinic with the same digest
    settings_version varchar not null,
    dictionary_version varchar not null,
    dialect json                           -- encoding, separator, newline: to write the file back as it came
);

create table settings (version varchar primary key, content json not null);

create table dictionary (version varchar primary key, content json not null);

create table section (
    submission varchar not null,
    section smallint not null,
    form varchar not null,
    sheet varchar not null,
    header varchar[] not null,             -- as sent
    physical integer not null,
    header_records integer not null,
    blank integer not null,
    furniture integer not null,
    accepted integer not null,             -- rows handed to the facts; held and already known are derived from them
    rejected integer not null,
    cells_set_aside integer not null
);

create table raw_row (
    submission varchar not null,
    section smallint not null,
    line integer not null,
    cells varchar[] not null,
    is_rejected boolean not null
);

create table finding (
    submission varchar not null,
    section smallint not null,
    line integer not null,
    "column" varchar not null,
    cell varchar not null,
    rule varchar not null,
    severity varchar not null,
    found varchar not null,
    expected varchar not null
);

create table decision (
    decision bigint primary key,           -- 1, 2, 3, ...
    kind varchar not null,                 -- undo | share | link | confirm | withdraw
    decided_at timestamp not null,         -- UTC
    actor varchar not null,
    submission varchar,                    -- undo
    patient_id varchar,                    -- share, link, confirm, withdraw
    side varchar,                          -- share, confirm
    injury_no integer,                     -- share, confirm
    clinic varchar,                        -- share: the clinic that may see and send
    other_patient_id varchar,              -- link
    scope varchar,                         -- withdraw: no_contact | no_further_use | erase
    form varchar,                          -- confirm
    "column" varchar,                      -- confirm
    rule varchar,                          -- confirm
    found varchar,                         -- confirm: the value that is so
    reason varchar
);
