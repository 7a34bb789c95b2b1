-- Who was erased: a keyed hash of the patient's number, so that later rows of that patient are known and refused.
create table tombstone (
    hash varchar primary key,              -- HMAC-SHA256 of the number; the key lies in the home, not in the facts
    erased_at timestamp not null,          -- UTC
    actor varchar not null,
    reason varchar
);
