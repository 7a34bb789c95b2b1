-- A submission read again under a later dictionary. Its sections, rows, findings and records stand beside the first
-- reading's under `stored`; whichever reading was adopted last counts, from the instant of its adoption on.
create table reading (
    stored varchar primary key,            -- <submission>#<2, 3, ...>
    submission varchar not null,
    dictionary_version varchar not null,
    adopted_at timestamp not null,         -- UTC
    actor varchar not null,
    reason varchar
);
