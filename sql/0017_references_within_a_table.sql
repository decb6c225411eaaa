-- References within one table may be checked when a transaction ends, where it asks for that: an import brings rows in the order of
-- their keys, in which a row may come before the one it refers to. Everywhere else they are checked at once, as before.
alter table api_keys alter constraint api_keys_replaced_by_fkey deferrable initially immediate;
alter table resolutions alter constraint resolutions_supersedes_fkey deferrable initially immediate;
alter table identity_additions alter constraint identity_additions_supersedes_fkey deferrable initially immediate;
