-- Law: the resolver only ever says yes or no; that reality is unclear or a claim defective is a person's to say.
alter table resolutions add constraint resolver_says_yes_or_no check (decided_by <> 'resolver' or outcome in ('yes', 'no'));

-- Law: hindsight follows from when the criterion was written and when it was settled; it is not stored.
alter table predictions drop column hindsight;
